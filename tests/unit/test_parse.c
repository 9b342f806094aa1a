/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/parse.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void u64_takes_whole_decimal_strings(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_int_equal(parse_u64("0", 0, UINT64_MAX, &value), 0);
	assert_true(value == 0);
	assert_int_equal(parse_u64("18446744073709551615", 0, UINT64_MAX, &value), 0);
	assert_true(value == UINT64_MAX);
	assert_int_equal(parse_u64("0010", 1, 10, &value), 0);
	assert_true(value == 10);
}

static void u64_refuses_what_is_not_a_number(void **state)
{
	static const char *const bad[] = { "",
					   " 1",
					   "1 ",
					   "+1",
					   "-1",
					   "0x10",
					   "1e3",
					   "1.0",
					   "1\n",
					   "abc",
					   "1,000",
					   "\xff",
					   "99999999999999999999x" };
	uint64_t value = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_u64(bad[i], 0, UINT64_MAX, &value), -EINVAL);
	assert_true(value == 7);
}

static void u64_refuses_what_is_out_of_range(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_int_equal(parse_u64("18446744073709551616", 0, UINT64_MAX, &value), -ERANGE);
	assert_int_equal(parse_u64("99999999999999999999999", 0, UINT64_MAX, &value), -ERANGE);
	assert_int_equal(parse_u64("0", 1, 10, &value), -ERANGE);
	assert_int_equal(parse_u64("11", 1, 10, &value), -ERANGE);
	assert_true(value == 7);
}

static void seconds_are_exact_to_the_nanosecond(void **state)
{
	static const struct {
		const char *text;
		uint64_t ns;
	} cases[] = {
		{ "0", 0 },
		{ "0.0", 0 },
		{ "1.5", 1500000000 },
		{ ".25", 250000000 },
		{ "3.", 3000000000 },
		{ "0.1", 100000000 },
		{ "1.000000001", 1000000001 },
		{ "1.0000000010000", 1000000001 },
		{ "0.3333333333333333", 333333334 },
		{ "0.00000000000001", 1 },
		{ "18446744073.709551615", UINT64_MAX },
	};
	uint64_t ns;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(parse_seconds(cases[i].text, &ns), 0);
		assert_true(ns == cases[i].ns);
	}
}

static void seconds_refuse_everything_else(void **state)
{
	static const char *const bad[] = { "",	  ".",	   "-1", "+1", "1e3",	"inf", "nan",
					   "1,5", "1.2.3", " 1", "1s", "0x1p3", "1. 5" };
	uint64_t ns = 7;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(parse_seconds(bad[i], &ns), -EINVAL);
	assert_int_equal(parse_seconds("18446744073.7095516151", &ns), -ERANGE);
	assert_int_equal(parse_seconds("18446744074", &ns), -ERANGE);
	assert_int_equal(parse_seconds("99999999999999999999999", &ns), -ERANGE);
	assert_true(ns == 7);
}

static void span_gives_its_lines_and_words(void **state)
{
	struct parse_span span = parse_span_of("a  b\t12\n\nlast");
	struct parse_span line;
	struct parse_span word;
	uint64_t value;

	(void)state;
	assert_true(parse_take_line(&span, &line));
	assert_true(parse_take_word(&line, &word) && parse_span_equals(word, "a"));
	assert_true(parse_take_word(&line, &word) && parse_span_equals(word, "b"));
	assert_true(parse_take_u64(&line, &value) && value == 12);
	assert_false(parse_take_word(&line, &word));
	assert_true(parse_take_line(&span, &line) && line.len == 0);
	assert_true(parse_take_line(&span, &line) && parse_span_equals(line, "last"));
	assert_false(parse_take_line(&span, &line));
}

static void takers_leave_what_they_refuse(void **state)
{
	struct parse_span span = parse_span_of(" 99999999999999999999");
	uint64_t value = 7;

	(void)state;
	assert_false(parse_take_u64(&span, &value));
	assert_false(parse_take_hundredths(&span, &value));
	assert_false(parse_take_literal(&span, "  "));
	assert_true(span.len == strlen(" 99999999999999999999"));
	assert_true(value == 7);
}

static void span_is_not_read_past_its_end(void **state)
{
	struct parse_span span = { "12345", 2 };
	uint64_t value;

	(void)state;
	assert_false(parse_take_literal(&span, "123"));
	assert_true(parse_take_u64(&span, &value) && value == 12);
	assert_int_equal(span.len, 0);
}

static void hundredths_need_no_floating_point(void **state)
{
	struct parse_span span = parse_span_of("12.34 7 0.5 1.999");
	uint64_t value;

	(void)state;
	assert_true(parse_take_hundredths(&span, &value) && value == 1234);
	assert_true(parse_take_hundredths(&span, &value) && value == 700);
	assert_true(parse_take_hundredths(&span, &value) && value == 50);
	assert_true(parse_take_hundredths(&span, &value) && value == 199);
}

static void trim_takes_white_space_from_both_ends(void **state)
{
	(void)state;
	assert_true(parse_span_equals(parse_span_trim(parse_span_of(" \t a b\n\n")), "a b"));
	assert_int_equal(parse_span_trim(parse_span_of(" \n\t")).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(u64_takes_whole_decimal_strings),
		cmocka_unit_test(u64_refuses_what_is_not_a_number),
		cmocka_unit_test(u64_refuses_what_is_out_of_range),
		cmocka_unit_test(seconds_are_exact_to_the_nanosecond),
		cmocka_unit_test(seconds_refuse_everything_else),
		cmocka_unit_test(span_gives_its_lines_and_words),
		cmocka_unit_test(takers_leave_what_they_refuse),
		cmocka_unit_test(span_is_not_read_past_its_end),
		cmocka_unit_test(hundredths_need_no_floating_point),
		cmocka_unit_test(trim_takes_white_space_from_both_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
