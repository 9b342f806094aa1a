/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a request asks for, where a service listens, and what a client takes. */
#include "serve/query.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "serve/address.h"
#include "serve/reply.h"
#include "util/cleanup.h"

static void a_query_is_taken_apart(void **state)
{
	char error[QUERY_ERROR_BYTES];
	struct query query;

	(void)state;
	assert_int_equal(
		query_parse("/api/v1/history?metric=cpu%5Fpercent&window=10m&group=a+b%2B&&x",
			    &query, error),
		0);
	assert_string_equal(query.path, "/api/v1/history");
	assert_int_equal(query.count, 4);
	assert_string_equal(query_value(&query, "metric"), "cpu_percent");
	assert_string_equal(query_value(&query, "group"), "a b+");
	assert_string_equal(query_value(&query, "x"), "");
	assert_null(query_value(&query, "y"));
	assert_int_equal(query_parse("/", &query, error), 0);
	assert_int_equal(query.count, 0);
}

static void a_query_that_is_none_is_refused(void **state)
{
	static const struct {
		const char *uri;
		const char *says;
	} cases[] = {
		{ "metrics", "begins with /" },
		{ "http://x/metrics", "begins with /" },
		{ "/x?a=%", "hexadecimal" },
		{ "/x?a=%4", "hexadecimal" },
		{ "/x?%zz=4", "hexadecimal" },
		{ "/x?a=%00", "hexadecimal" },
		{ "/x?=1", "without a name" },
		{ "/x?a=1&a=2", "'a' is given twice" },
		{ "/x?a=1&%61=2", "'a' is given twice" },
		{ "/x?a&b&c&d&e&f&g&h&i", "more than 8" },
	};
	char error[QUERY_ERROR_BYTES], longest[QUERY_BYTES + 1];
	struct query query;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].uri);
		assert_int_equal(query_parse(cases[i].uri, &query, error), -EINVAL);
		assert_non_null(strstr(error, cases[i].says));
	}
	memset(longest, '/', QUERY_BYTES);
	longest[QUERY_BYTES] = '\0';
	assert_int_equal(query_parse(longest, &query, error), -EINVAL);
	longest[QUERY_BYTES - 1] = '\0';
	assert_int_equal(query_parse(longest, &query, error), 0);
}

static void an_unknown_parameter_is_named(void **state)
{
	static const char *const names[] = { "metric", "window", NULL };
	char error[QUERY_ERROR_BYTES];
	struct query query;

	(void)state;
	assert_int_equal(query_parse("/x?window=1&metrik=2", &query, error), 0);
	assert_int_equal(query_check(&query, names, error), -EINVAL);
	assert_string_equal(error, "unknown parameter 'metrik', did you mean 'metric'?");
	assert_int_equal(query_parse("/x?window=1", &query, error), 0);
	assert_int_equal(query_check(&query, names, error), 0);
	assert_int_equal(query_check(&query, names + 2, error), -EINVAL);
	assert_string_equal(error, "unknown parameter 'window'");
}

static void addresses_are_read(void **state)
{
	static const struct {
		const char *text;
		const char *as;
	} cases[] = {
		{ "true", ADDRESS_USUAL },
		{ "localhost:1", "127.0.0.1:1" },
		{ "0.0.0.0:65535", "0.0.0.0:65535" },
		{ "[::1]:9464", "[::1]:9464" },
		{ "unix:/run/x", "unix:/run/x" },
		{ "", NULL },
		{ "9464", NULL },
		{ "127.0.0.1", NULL },
		{ "127.0.0.1:", NULL },
		{ "127.0.0.1:65536", NULL },
		{ "127.0.0.1:+1", NULL },
		{ "::1:9464", NULL },
		{ "[::1:9464", NULL },
		{ "[]:1", NULL },
		{ "host.example:9464", NULL },
		{ "unix:run/x", NULL },
		{ "unix:", NULL },
	};
	struct address address;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO(buf) struct buf buf = { 0 };

		print_message("%s\n", cases[i].text);
		assert_int_equal(address_parse(cases[i].text, &address), cases[i].as ? 0 : -EINVAL);
		if (!cases[i].as)
			continue;
		address_append(&buf, &address);
		assert_string_equal(buf_text(&buf), cases[i].as);
	}
}

static void a_socket_that_nobody_listens_at_is_replaced(void **state)
{
	char folder[] = "/tmp/denet-serve-XXXXXX", text[64];
	struct address address;
	struct stat stat;
	int fd, other;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(text, sizeof(text), "unix:%s/socket", folder);
	assert_int_equal(address_parse(text, &address), 0);
	assert_int_equal(address_listen(&address, 0640, &fd), 0);
	assert_int_equal(lstat(text + strlen("unix:"), &stat), 0);
	assert_int_equal(stat.st_mode & 07777, 0640);
	assert_int_equal(address_listen(&address, 0640, &other), -EADDRINUSE);
	assert_int_equal(close(fd), 0);
	assert_int_equal(address_listen(&address, 0600, &fd), 0);
	address_leave(&address, fd);
	assert_int_equal(lstat(text + strlen("unix:"), &stat), -1);
	assert_int_equal(close(fd), 0);
	/* What is no socket is nobody's to remove. */
	assert_int_equal(mkdir(text + strlen("unix:"), 0700), 0);
	assert_int_equal(address_listen(&address, 0600, &fd), -EADDRINUSE);
	assert_int_equal(rmdir(text + strlen("unix:")), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void what_is_handed_over_is_ours_alone(void **state)
{
	int fd;

	(void)state;
	assert_int_equal(address_passed(&fd), -ENOENT);
	assert_int_equal(setenv("LISTEN_FDS", "1", 1), 0);
	assert_int_equal(setenv("LISTEN_PID", "1", 1), 0);
	assert_int_equal(address_passed(&fd), -ENOENT);
	assert_null(getenv("LISTEN_FDS"));
	assert_null(getenv("LISTEN_PID"));
}

static void what_a_client_takes_is_read_from_its_header(void **state)
{
	(void)state;
	assert_true(reply_accepts("gzip", "gzip"));
	assert_true(reply_accepts("deflate, gzip;q=0.5 , br", "gzip"));
	assert_true(reply_accepts("gzip;q=0.001", "gzip"));
	assert_false(reply_accepts("gzip;q=0", "gzip"));
	assert_false(reply_accepts("gzip; q=0.000", "gzip"));
	assert_false(reply_accepts("xgzip, gzipx", "gzip"));
	assert_false(reply_accepts("", "gzip"));
	assert_false(reply_accepts(NULL, "gzip"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_query_is_taken_apart),
		cmocka_unit_test(a_query_that_is_none_is_refused),
		cmocka_unit_test(an_unknown_parameter_is_named),
		cmocka_unit_test(addresses_are_read),
		cmocka_unit_test(a_socket_that_nobody_listens_at_is_replaced),
		cmocka_unit_test(what_is_handed_over_is_ours_alone),
		cmocka_unit_test(what_a_client_takes_is_read_from_its_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
