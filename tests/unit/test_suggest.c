/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/suggest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static const char *const names[] = { "run", "attach", "stats", "interval", "max-interval" };

static const char *nearest(const char *word)
{
	return suggest_nearest(word, names, sizeof(names) / sizeof(names[0]));
}

static void one_slip_is_forgiven(void **state)
{
	(void)state;
	assert_string_equal(nearest("rum"), "run");
	assert_string_equal(nearest("rnu"), "run");
	assert_string_equal(nearest("ru"), "run");
	assert_string_equal(nearest("runn"), "run");
	assert_string_equal(nearest("statz"), "stats");
}

static void long_words_may_differ_more(void **state)
{
	(void)state;
	assert_string_equal(nearest("intervall"), "interval");
	assert_string_equal(nearest("intarvol"), "interval");
	assert_string_equal(nearest("max_intervall"), "max-interval");
}

static void a_beginning_is_enough(void **state)
{
	(void)state;
	assert_string_equal(nearest("inter"), "interval");
	assert_string_equal(nearest("ma"), "max-interval");
}

static void strangers_get_no_suggestion(void **state)
{
	char endless[4096];

	(void)state;
	memset(endless, 'r', sizeof(endless) - 1);
	endless[sizeof(endless) - 1] = '\0';
	assert_null(nearest(""));
	assert_null(nearest("make"));
	assert_null(nearest("./configure"));
	assert_null(nearest(endless));
	assert_null(suggest_nearest("run", names, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_slip_is_forgiven),
		cmocka_unit_test(long_words_may_differ_more),
		cmocka_unit_test(a_beginning_is_enough),
		cmocka_unit_test(strangers_get_no_suggestion),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
