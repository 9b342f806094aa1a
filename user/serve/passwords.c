/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/passwords.h"

#include <crypt.h>
#include <errno.h>
#include <string.h>

#include "http/secret.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/parse.h"
#include "util/units.h"

#define CHECK_NS (250 * NS_PER_MS)

static int refuse(const char *file, size_t line, const char *why)
{
	return log_error(-EINVAL, "%s:%zu: %s", file, line, why);
}

static bool copy(struct parse_span from, size_t size, char *to)
{
	if (!from.len || from.len >= size || memchr(from.at, '\0', from.len))
		return false;
	memcpy(to, from.at, from.len);
	to[from.len] = '\0';
	return true;
}

static int add(struct passwords *users, const char *file, size_t line, struct parse_span text)
{
	struct password_user *user = &users->items[users->count];
	struct parse_span name;

	if (users->count == PASSWORDS_MAX)
		return refuse(file, line, "there are too many users");
	*user = (struct password_user){ 0 };
	if (!parse_take_until(&text, ':', &name) || !copy(name, sizeof(user->name), user->name) ||
	    !copy(text, sizeof(user->hash), user->hash))
		return refuse(file, line, "NAME:HASH is wanted");
	if (passwords_find(users, user->name))
		return refuse(file, line, "this user is there twice");
	if (crypt_checksalt(user->hash) != CRYPT_SALT_OK)
		return refuse(file, line,
			      "this hash is none that is safe: use 'htpasswd -B' or "
			      "'mkpasswd -m sha512crypt'");
	users->count++;
	return 0;
}

int passwords_read(const char *file, struct passwords *ret_users)
{
	AUTO(secret) char *text = NULL;
	struct parse_span rest, line;
	size_t number = 0;
	int r = secret_read_text(file, &text);

	ret_users->count = 0;
	if (r)
		return log_error(r, "cannot read '%s'", file);
	rest = parse_span_of(text);
	while (!r && parse_take_line(&rest, &line)) {
		line = parse_span_trim(line);
		number++;
		if (line.len && *line.at != '#')
			r = add(ret_users, file, number, line);
	}
	if (!r && !ret_users->count)
		r = log_error(-EINVAL, "there is no user in '%s'", file);
	return r;
}

int passwords_try(const struct passwords *users, const char *file, struct verifier *verifier)
{
	for (size_t i = 0; i < users->count; i++) {
		const struct password_user *user = &users->items[i];
		struct verifier_answer answer;
		int r = verifier_try(verifier, user->hash, &answer);

		if (r)
			return log_error(r, "cannot check passwords");
		if (answer.is_over_bounds || answer.cpu_ns > CHECK_NS)
			return log_error(
				-EINVAL,
				"the hash of '%s' in '%s' takes more than 250 ms or 32 MiB to "
				"check",
				user->name, file);
	}
	return 0;
}

struct password_user *passwords_find(struct passwords *users, const char *name)
{
	for (size_t i = 0; i < users->count; i++)
		if (strcmp(users->items[i].name, name) == 0)
			return &users->items[i];
	return NULL;
}
