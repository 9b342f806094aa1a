/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/decimal.h"

static void assert_float(float value, const char *expected)
{
	char text[DECIMAL_MAX_BYTES + 1];

	text[decimal_from_float(value, text)] = '\0';
	assert_string_equal(text, expected);
}

static void assert_double(double value, const char *expected)
{
	char text[DECIMAL_MAX_BYTES + 1];

	text[decimal_from_double(value, text)] = '\0';
	assert_string_equal(text, expected);
}

static void assert_read(const char *text, double expected)
{
	double value;

	assert_int_equal(decimal_to_double(text, strlen(text), &value), 0);
	assert_memory_equal(&value, &expected, sizeof(value));
}

static void decimal_writes_integers_exactly(void **state)
{
	char text[DECIMAL_MAX_BYTES + 1];

	(void)state;
	text[decimal_from_u64(0, text)] = '\0';
	assert_string_equal(text, "0");
	text[decimal_from_u64(9007199254740993u, text)] = '\0';
	assert_string_equal(text, "9007199254740993");
	text[decimal_from_u64(UINT64_MAX, text)] = '\0';
	assert_string_equal(text, "18446744073709551615");
	text[decimal_from_i64(INT64_MIN, text)] = '\0';
	assert_string_equal(text, "-9223372036854775808");
}

static void decimal_writes_the_shortest_float_with_a_point(void **state)
{
	(void)state;
	assert_float(0.0f, "0.0");
	assert_float(12.5f, "12.5");
	assert_float(100.0f, "100.0");
	assert_float(0.1f, "0.1");
	assert_float(99.99999f, "99.99999");
	assert_float(1.0f / 3.0f, "0.33333334");
	assert_float(16777216.0f, "16777216.0");
	assert_float(-3.25f, "-3.25");
	assert_float(0.00012f, "0.00012");
	assert_float(1e-7f, "1.0e-7");
	assert_float(FLT_MAX, "3.4028235e38");
	assert_float(FLT_TRUE_MIN, "1.0e-45");
}

static void decimal_writes_the_shortest_double_with_a_point(void **state)
{
	(void)state;
	assert_double(0.0, "0.0");
	assert_double(1.0, "1.0");
	assert_double(0.3, "0.3");
	assert_double(12.31, "12.31");
	assert_double(1.0 / 3.0, "0.3333333333333333");
	assert_double(1e15, "1000000000000000.0");
	assert_double(DBL_MAX, "1.7976931348623157e308");
	assert_double(5e-324, "5.0e-324");
}

static void decimal_floats_read_back_as_themselves(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (int i = 0; i < 200000; i++) {
		char text[DECIMAL_MAX_BYTES + 1];
		float value;

		seed = seed * 1664525u + 1013904223u;
		memcpy(&value, &seed, sizeof(value));
		if (!isfinite(value))
			continue;
		text[decimal_from_float(value, text)] = '\0';
		assert_non_null(strchr(text, '.'));
		assert_true(strtof(text, NULL) == value);
	}
}

static void decimal_uses_no_digit_too_many(void **state)
{
	(void)state;
	for (int i = 1; i < 100000; i++) {
		char text[DECIMAL_MAX_BYTES + 1];

		text[decimal_from_float((float)i / 100.0f, text)] = '\0';
		assert_true(strlen(strchr(text, '.')) <= 3);
	}
}

static void decimal_reads_doubles_to_the_last_bit(void **state)
{
	(void)state;
	assert_read("0", 0);
	assert_read("-0", -0.0);
	assert_read("0.000001e+3", 0.001);
	assert_read("12.50", 12.5);
	assert_read("0.1", 0.1);
	assert_read("1.7976931348623157E308", DBL_MAX);
	assert_read("2.2250738585072011e-308", 2.2250738585072011e-308);
	assert_read("123456789012345678901234567890123456789012345678901234567890",
		    123456789012345678901234567890123456789012345678901234567890.0);
	assert_read("1e-999999999999", 0);
}

static void decimal_refuses_what_does_not_fit(void **state)
{
	uint64_t number = 7;
	double value;

	(void)state;
	assert_int_equal(decimal_to_double("1e309", 5, &value), -ERANGE);
	assert_int_equal(decimal_to_double("1e99999999999", 13, &value), -ERANGE);
	assert_int_equal(decimal_to_u64("18446744073709551616", 20, &number), -ERANGE);
	assert_int_equal(decimal_to_u64("184467440737095516150", 21, &number), -ERANGE);
	assert_int_equal(decimal_to_u64("1.0", 3, &number), -EINVAL);
	assert_int_equal(decimal_to_u64("-1", 2, &number), -EINVAL);
	assert_int_equal(decimal_to_u64("1e3", 3, &number), -EINVAL);
	assert_int_equal(decimal_to_u64("", 0, &number), -EINVAL);
	assert_int_equal(number, 7);
	assert_int_equal(decimal_to_u64("9007199254740993", 16, &number), 0);
	assert_true(number == 9007199254740993u);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimal_writes_integers_exactly),
		cmocka_unit_test(decimal_writes_the_shortest_float_with_a_point),
		cmocka_unit_test(decimal_writes_the_shortest_double_with_a_point),
		cmocka_unit_test(decimal_floats_read_back_as_themselves),
		cmocka_unit_test(decimal_uses_no_digit_too_many),
		cmocka_unit_test(decimal_reads_doubles_to_the_last_bit),
		cmocka_unit_test(decimal_refuses_what_does_not_fit),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
