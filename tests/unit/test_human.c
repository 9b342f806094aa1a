/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/human.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#define S UINT64_C(1000000000)

static void bytes_have_at_most_four_digits(void **state)
{
	(void)state;
	assert_string_equal(human_bytes(0).text, "0 B");
	assert_string_equal(human_bytes(1023).text, "1023 B");
	assert_string_equal(human_bytes(1024).text, "1.0 KiB");
	assert_string_equal(human_bytes(10188).text, "9.9 KiB");
	assert_string_equal(human_bytes(102400).text, "100 KiB");
	assert_string_equal(human_bytes(92694118).text, "88.4 MiB");
	assert_string_equal(human_bytes(UINT64_MAX).text, "16.0 EiB");
	assert_string_equal(human_kib(831488).text, "812 MiB");
	assert_string_equal(human_kib(UINT64_MAX).text, "16384 EiB");
}

static void rounding_never_shows_1024_of_a_unit(void **state)
{
	(void)state;
	assert_string_equal(human_bytes(1024 * 1024 - 1).text, "1.0 MiB");
	assert_string_equal(human_bytes(1023 * 1024 + 511).text, "1023 KiB");
	assert_string_equal(human_bytes(1024 * 1000 - 1).text, "1000 KiB");
	assert_string_equal(human_bytes(102399).text, "100 KiB");
}

static void durations_grow_through_their_units(void **state)
{
	(void)state;
	assert_string_equal(human_duration(0).text, "0 s");
	assert_string_equal(human_duration(1).text, "<0.01 ms");
	assert_string_equal(human_duration(412345).text, "0.41 ms");
	assert_string_equal(human_duration(31 * S / 1000).text, "31 ms");
	assert_string_equal(human_duration(12310 * S / 1000).text, "12.31 s");
	assert_string_equal(human_duration(125 * S).text, "2 min 05 s");
	assert_string_equal(human_duration(7384 * S).text, "2 h 03 min");
	assert_string_equal(human_duration(200000 * S).text, "2 d 07 h");
	assert_string_equal(human_duration(UINT64_MAX).text, "213503 d 23 h");
}

static void durations_round_into_the_next_unit(void **state)
{
	(void)state;
	assert_string_equal(human_duration(9994999).text, "9.99 ms");
	assert_string_equal(human_duration(9995000).text, "10 ms");
	assert_string_equal(human_duration(999499999).text, "999 ms");
	assert_string_equal(human_duration(999500000).text, "1.00 s");
	assert_string_equal(human_duration(59994999999).text, "59.99 s");
	assert_string_equal(human_duration(59995000000).text, "1 min 00 s");
	assert_string_equal(human_duration(3599 * S + S / 2).text, "1 h 00 min");
}

static void columns_keep_one_unit(void **state)
{
	(void)state;
	assert_string_equal(human_seconds(0).text, "0.00 s");
	assert_string_equal(human_seconds(33100 * S / 1000).text, "33.10 s");
	assert_string_equal(human_seconds(1234567 * S + 994999999).text, "1,234,567.99 s");
	assert_string_equal(human_milliseconds(163260000).text, "163.26 ms");
	assert_string_equal(human_milliseconds(UINT64_MAX).text, "18,446,744,073,709.55 ms");
}

static void counts_have_separators(void **state)
{
	(void)state;
	assert_string_equal(human_count(0).text, "0");
	assert_string_equal(human_count(999).text, "999");
	assert_string_equal(human_count(1204).text, "1,204");
	assert_string_equal(human_count(UINT64_MAX).text, "18,446,744,073,709,551,615");
}

static void shares_show_that_little_is_not_nothing(void **state)
{
	(void)state;
	assert_string_equal(human_share(0, 100).text, "0%");
	assert_string_equal(human_share(1, 1000).text, "<1%");
	assert_string_equal(human_share(79, 100).text, "79%");
	assert_string_equal(human_share(1, 0).text, "");
	assert_string_equal(human_share(UINT64_MAX, UINT64_MAX).text, "100%");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(bytes_have_at_most_four_digits),
		cmocka_unit_test(rounding_never_shows_1024_of_a_unit),
		cmocka_unit_test(durations_grow_through_their_units),
		cmocka_unit_test(durations_round_into_the_next_unit),
		cmocka_unit_test(columns_keep_one_unit),
		cmocka_unit_test(counts_have_separators),
		cmocka_unit_test(shares_show_that_little_is_not_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
