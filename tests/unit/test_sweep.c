/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/sweep.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/cleanup.h"

static struct sweep sweep_of(const char *text)
{
	struct sweep sweep;

	assert_int_equal(sweep_parse(text, &sweep), 0);
	return sweep;
}

static void values_stand_between_commas(void **state)
{
	struct sweep sweep = sweep_of("n_1=1,2 3,,x=y");

	(void)state;
	assert_true(parse_span_equals(sweep.name, "n_1"));
	assert_int_equal(sweep.count, 4);
	assert_true(parse_span_equals(sweep_value(&sweep, 0), "1"));
	assert_true(parse_span_equals(sweep_value(&sweep, 1), "2 3"));
	assert_true(parse_span_equals(sweep_value(&sweep, 2), ""));
	assert_true(parse_span_equals(sweep_value(&sweep, 3), "x=y"));
	assert_int_equal(sweep_of("n=1").count, 1);
	assert_int_equal(sweep_of("n=,").count, 2);
}

static void what_is_no_sweep_is_refused(void **state)
{
	static const char *const texts[] = { "", "n", "n=", "=1", "1n=1", "n m=1", "{n}=1" };
	struct sweep sweep;

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(sweep_parse(texts[i], &sweep), -EINVAL);
}

static void fill(const char *text, const char *expected)
{
	const struct sweep sweeps[] = { sweep_of("a=1,{b}"), sweep_of("b=x,y") };
	const size_t at[] = { 1, 0 };
	AUTO(buf) struct buf buf = { 0 };

	sweep_append(&buf, text, sweeps, 2, at);
	assert_string_equal(buf_text(&buf), expected);
}

static void names_in_braces_become_values(void **state)
{
	(void)state;
	fill("", "");
	fill("-j{b}", "-jx");
	fill("{b}{b} {c} {b", "xx {c} {b");
	fill("{{b}}", "{x}");
	/* A value is not looked at again. */
	fill("{a}", "{b}");
}

static void names_are_found(void **state)
{
	struct sweep sweep = sweep_of("ab=1");

	(void)state;
	assert_true(sweep_is_in(&sweep, "x{ab}"));
	assert_false(sweep_is_in(&sweep, "{a} {abc} ab {ab"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_stand_between_commas),
		cmocka_unit_test(what_is_no_sweep_is_refused),
		cmocka_unit_test(names_in_braces_become_values),
		cmocka_unit_test(names_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
