/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* libFuzzer: whatever a stranger asks for, and says of himself. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "serve/address.h"
#include "serve/credential.h"
#include "serve/hosts.h"
#include "serve/query.h"
#include "serve/reply.h"
#include "util/cleanup.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool is_true)
{
	if (!is_true)
		abort();
}

static bool is_within(const struct query *query, const char *text)
{
	return text >= query->text && text + strlen(text) < query->text + sizeof(query->text);
}

static void check_refused(int r, const char error[QUERY_ERROR_BYTES])
{
	check(r == -EINVAL && error[0] && memchr(error, 0, QUERY_ERROR_BYTES));
}

static void fuzz_query(const char *uri)
{
	static const char *const names[] = { "metric", "window", NULL };
	char error[QUERY_ERROR_BYTES] = "";
	struct query query;
	int r = query_parse(uri, &query, error);

	if (r) {
		check_refused(r, error);
		return;
	}
	check(query.path[0] == '/' && is_within(&query, query.path));
	check(query.count <= QUERY_PARAMS_MAX);
	for (size_t i = 0; i < query.count; i++) {
		check(query.params[i].name[0] && is_within(&query, query.params[i].name));
		check(is_within(&query, query.params[i].value));
		check(query_value(&query, query.params[i].name) == query.params[i].value);
	}
	r = query_check(&query, names, error);
	if (r)
		check_refused(r, error);
	else
		check(query.count <= 2);
}

static void fuzz_credential(const char *header)
{
	struct credential credential;

	if (credential_parse(header, &credential))
		return;
	check(credential.name == credential.text && !strchr(credential.name, ':'));
	check(credential.password == credential.name + strlen(credential.name) + 1);
	check(credential.password + strlen(credential.password) <
	      credential.text + sizeof(credential.text));
}

/* What is taken is written so that it is taken again. */
static void fuzz_address(const char *text)
{
	AUTO(buf) struct buf written = { 0 };
	struct address address, again;

	if (address_parse(text, &address))
		return;
	address_append(&written, &address);
	check(!address_parse(buf_text(&written), &again));
	check(address.len == again.len && !memcmp(&address.place, &again.place, address.len));
}

/* Only what the setting would take, or an address. */
static void fuzz_host(const char *text)
{
	static const struct hosts none = { 0 };

	if (hosts_allow(&none, text))
		check(!text[strspn(text,
				   "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				   "-._:[]")]);
	if (!hosts_check(text))
		check(*text && !strpbrk(text, ":[]/@ "));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = malloc(size + 8);

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	fuzz_query(text);
	fuzz_address(text);
	fuzz_host(text);
	(void)reply_accepts(text, "gzip");
	fuzz_credential(text);
	/* Most inputs are none of these, and what follows is. */
	memcpy(text, "Basic ", 6);
	memcpy(text + 6, data, size);
	text[size + 6] = '\0';
	fuzz_credential(text);
	return 0;
}
