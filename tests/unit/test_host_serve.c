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
#include "serve/bucket.h"
#include "serve/credential.h"
#include "serve/reply.h"
#include "serve/verifier.h"
#include "util/cleanup.h"
#include "util/units.h"

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
	assert_false(reply_accepts(",", "gzip"));
	assert_false(reply_accepts(" ;q=1,,", "gzip"));
	assert_true(reply_accepts(",gzip", "gzip"));
	assert_true(reply_accepts("a,,gzip", "gzip"));
	assert_false(reply_accepts(NULL, "gzip"));
}

static void a_credential_is_read_from_its_header(void **state)
{
	static const struct {
		const char *header;
		const char *name;
		const char *password;
	} cases[] = {
		{ "Basic YW5uOnNlY3JldA==", "ann", "secret" },
		{ "basic  YW5uOnNlY3JldA", "ann", "secret" },
		{ "Basic YTpiOmM=", "a", "b:c" },
		{ "Basic Og==", "", "" },
		{ "Basic /+A6", "\xff\xe0", "" },
		{ "Basic YW5u", NULL, NULL },
		{ "Basic YTpi!", NULL, NULL },
		{ "Basic YTpiY", NULL, NULL },
		{ "Basic YToA", NULL, NULL },
		{ "Basic ", NULL, NULL },
		{ "Bearer YTpi", NULL, NULL },
		{ "", NULL, NULL },
		{ NULL, NULL, NULL },
	};
	struct credential credential;
	char longest[2000] = "Basic ";

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].header ? cases[i].header : "none");
		assert_int_equal(credential_parse(cases[i].header, &credential),
				 cases[i].name ? 0 : -EINVAL);
		if (!cases[i].name)
			continue;
		assert_string_equal(credential.name, cases[i].name);
		assert_string_equal(credential.password, cases[i].password);
	}
	memset(longest + 6, 'O', sizeof(longest) - 7);
	assert_int_equal(credential_parse(longest, &credential), -EINVAL);
}

static void each_peer_has_two_checks_a_second(void **state)
{
	struct sockaddr_in one = { .sin_family = AF_INET, .sin_addr.s_addr = 1 };
	struct sockaddr_in other = { .sin_family = AF_INET, .sin_addr.s_addr = 2 };
	struct sockaddr_in6 v6 = { .sin6_family = AF_INET6 };
	const struct sockaddr *first = (const void *)&one, *second = (const void *)&other;
	struct buckets buckets = { 0 };
	uint64_t now_ns = NS_PER_S;

	(void)state;
	assert_true(bucket_take(&buckets, first, now_ns));
	assert_true(bucket_take(&buckets, first, now_ns));
	assert_false(bucket_take(&buckets, first, now_ns));
	assert_true(bucket_take(&buckets, second, now_ns));
	assert_true(bucket_take(&buckets, NULL, now_ns));
	assert_false(bucket_take(&buckets, first, now_ns + NS_PER_S / 2 - 1));
	assert_true(bucket_take(&buckets, first, now_ns + NS_PER_S / 2));
	assert_false(bucket_take(&buckets, first, now_ns + NS_PER_S / 2));
	/* All of a network are one. */
	for (unsigned char i = 0; i < 3; i++) {
		v6.sin6_addr.s6_addr[15] = i;
		assert_int_equal(bucket_take(&buckets, (const void *)&v6, now_ns), i < 2);
	}
	/* More peers than there is room for: those that have been quiet go. */
	for (unsigned int i = 10; i < 1000; i++) {
		other.sin_addr.s_addr = i;
		assert_true(bucket_take(&buckets, second, now_ns + i));
	}
}

static void a_check_has_bounds(void **state)
{
	static const char right[] = "$6$rounds=1000$abcdefgh$4TrI6cXa4n9N0SC1fS0MHCSOjLGo8LvKKddT"
				    "cWCgNfCi7WcWMCAoAaYAPNlItHgu68UaJgvsZH7rlRtu1l5rW/";
	static const char wrong[] = "$6$rounds=1000$abcdefgh$9hJ7KNK6t/ud04hemMHxQK2Q8UKU76xMyvqG"
				    "NAgr38gqz6KGursFMEhjjbKelpjLiXUc/k2bt82z4RsSzboYg1";
	struct verifier *verifier;
	struct verifier_answer answer;

	(void)state;
	assert_int_equal(verifier_start(&verifier), 0);
	assert_int_equal(verifier_take(verifier, &answer), -EAGAIN);
	assert_int_equal(verifier_try(verifier, right, &answer), 0);
	assert_true(answer.is_right && !answer.is_over_bounds);
	assert_int_equal(verifier_try(verifier, wrong, &answer), 0);
	assert_false(answer.is_right || answer.is_over_bounds);
	assert_int_equal(verifier_try(verifier, "$y$jFT$abcdefghijklmnop$x", &answer), 0);
	assert_true(answer.is_over_bounds);
	assert_false(answer.is_right);
	assert_int_equal(verifier_try(verifier, "*", &answer), 0);
	assert_true(answer.is_over_bounds);
	assert_int_equal(verifier_ask(verifier, 7, "x", right), 0);
	verifier_stop(verifier);
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
		cmocka_unit_test(a_credential_is_read_from_its_header),
		cmocka_unit_test(each_peer_has_two_checks_a_second),
		cmocka_unit_test(a_check_has_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
