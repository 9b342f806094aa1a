/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* By which names a listener may be asked: what a page of a stranger's cannot have is answered. */
#include "serve/hosts.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>
#include <cmocka.h>

static struct hosts copy(const char *const *names, size_t count)
{
	const struct config_items items = { (void *)(uintptr_t)names, count };
	struct hosts hosts;

	assert_int_equal(hosts_copy(&items, &hosts), 0);
	assert_int_equal(hosts.count, count);
	return hosts;
}

static void addresses_and_own_names_are_allowed(void **state)
{
	static const struct {
		const char *host;
		bool is_allowed;
	} cases[] = {
		{ NULL, true },
		{ "127.0.0.1", true },
		{ "127.0.0.1:9464", true },
		{ "192.0.2.1:1", true },
		{ "[::1]", true },
		{ "[::1]:9464", true },
		{ "[2001:db8::1]:80", true },
		{ "localhost", true },
		{ "LocalHost:9464", true },
		{ "localhost.", true },
		{ "localhost:", true },
		{ "", false },
		{ ":9464", false },
		{ "evil.example", false },
		{ "evil.example:9464", false },
		{ "localhost.evil.example", false },
		{ "127.0.0.1.evil.example", false },
		{ "127.0.0.1:x", false },
		{ "localhost:1:2", false },
		{ "localhost@evil.example", false },
		{ "evil.example@localhost", false },
		{ "localhost,evil.example", false },
		{ "localhost evil.example", false },
		{ "::1", false },
		{ "[::1", false },
		{ "[::1]x", false },
		{ "[localhost]", false },
		{ "[127.0.0.1]", false },
		{ "[]", false },
		{ ".", false },
		{ "localhost..", false },
	};
	const struct hosts none = { 0 };
	struct utsname system;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		print_message("%s\n", cases[i].host ? cases[i].host : "none");
		assert_int_equal(hosts_allow(&none, cases[i].host), cases[i].is_allowed);
	}
	assert_int_equal(uname(&system), 0);
	assert_true(hosts_allow(&none, system.nodename));
}

static void names_that_are_given_are_allowed(void **state)
{
	static const char *const names[] = { "metrics.example", "b" }, *const any[] = { "*" };
	struct hosts hosts = copy(names, 2);
	char longest[400] = "";

	(void)state;
	assert_true(hosts_allow(&hosts, "Metrics.Example:443"));
	assert_true(hosts_allow(&hosts, "metrics.example."));
	assert_true(hosts_allow(&hosts, "b"));
	assert_true(hosts_allow(&hosts, "localhost"));
	assert_false(hosts_allow(&hosts, "a.metrics.example"));
	assert_false(hosts_allow(&hosts, "metrics.example.evil.example"));
	memset(longest, 'b', sizeof(longest) - 1);
	assert_false(hosts_allow(&hosts, longest));
	hosts_done(&hosts);
	assert_int_equal(hosts.count, 0);
	hosts = copy(any, 1);
	assert_true(hosts_allow(&hosts, "evil.example"));
	assert_true(hosts_allow(&hosts, ""));
	hosts_done(&hosts);
}

static void what_is_no_name_is_refused(void **state)
{
	static const char *const wrong[] = { "",	  "a:80",  "http://a", "a/b",
					     "*.example", "[::1]", "a b" };

	(void)state;
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++)
		assert_non_null(strstr(hosts_check(wrong[i]), "is no name of a host"));
	assert_null(hosts_check("a-b_c.example"));
	assert_null(hosts_check("*"));
}

static bool is_local(const char *text)
{
	struct sockaddr_in6 new = { .sin6_family = AF_INET6 };
	struct sockaddr_in old = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, text, &old.sin_addr) == 1)
		return hosts_is_local((const void *)&old);
	assert_int_equal(inet_pton(AF_INET6, text, &new.sin6_addr), 1);
	return hosts_is_local((const void *)&new);
}

static void who_comes_from_this_machine_is_known(void **state)
{
	const struct sockaddr socket = { .sa_family = AF_UNIX };

	(void)state;
	assert_true(is_local("127.0.0.1"));
	assert_true(is_local("127.1.2.3"));
	assert_true(is_local("::1"));
	assert_true(is_local("::ffff:127.0.0.1"));
	assert_false(is_local("192.0.2.1"));
	assert_false(is_local("::ffff:192.0.2.1"));
	assert_false(is_local("2001:db8::7f00:1"));
	assert_false(hosts_is_local(&socket));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(addresses_and_own_names_are_allowed),
		cmocka_unit_test(names_that_are_given_are_allowed),
		cmocka_unit_test(what_is_no_name_is_refused),
		cmocka_unit_test(who_comes_from_this_machine_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
