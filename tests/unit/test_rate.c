/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/rate.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MS 1000000ull
#define S (1000 * MS)

static void check_percent(double percent, double expected)
{
	assert_float_equal((float)percent, (float)expected, 1e-5f);
}

static void rate_is_the_share_of_the_window_in_percent(void **state)
{
	struct rate rate = { .cpu_time_ns = 3 * S, .mono_ns = 100 * S };

	(void)state;
	check_percent(rate_update(&rate, 3 * S + 25 * MS, 100 * S + 100 * MS), 25.0);
	check_percent(rate_update(&rate, 3 * S + 75 * MS, 100 * S + 200 * MS), 50.0);
}

static void rate_passes_a_hundred_percent_on_several_cpus(void **state)
{
	struct rate rate = { .mono_ns = S };

	(void)state;
	check_percent(rate_update(&rate, 6400 * MS, 2 * S), 640.0);
}

static void rate_falls_to_nothing_when_nothing_is_used(void **state)
{
	struct rate rate = { .mono_ns = S };

	(void)state;
	check_percent(rate_update(&rate, S, 2 * S), 100.0);
	check_percent(rate_update(&rate, S, 3 * S), 0.0);
}

static void rate_is_nothing_before_the_first_ten_milliseconds(void **state)
{
	struct rate rate = { .mono_ns = S };

	(void)state;
	check_percent(rate_update(&rate, 5 * MS, S), 0.0);
	check_percent(rate_update(&rate, 5 * MS, S + 10 * MS - 1), 0.0);
	check_percent(rate_update(&rate, 5 * MS, S + 10 * MS), 50.0);
}

static void rate_holds_over_a_short_window_and_loses_nothing_of_it(void **state)
{
	struct rate rate = { .mono_ns = S };

	(void)state;
	check_percent(rate_update(&rate, 100 * MS, S + 100 * MS), 100.0);
	check_percent(rate_update(&rate, 104 * MS, S + 109 * MS), 100.0);
	check_percent(rate_update(&rate, 108 * MS, S + 116 * MS), 50.0);
}

static void rate_holds_when_the_clock_stands_before_the_window(void **state)
{
	struct rate rate = { .cpu_time_ns = S, .mono_ns = 2 * S, .percent = 12.5 };

	(void)state;
	check_percent(rate_update(&rate, 2 * S, S), 12.5);
	assert_int_equal(rate.cpu_time_ns, S);
	assert_int_equal(rate.mono_ns, 2 * S);
}

static void rate_is_right_far_from_zero(void **state)
{
	const uint64_t years = 20ull * 365 * 86400 * S;
	struct rate rate = { .cpu_time_ns = 8 * years, .mono_ns = years };

	(void)state;
	check_percent(rate_update(&rate, 8 * years + 10 * MS, years + 10 * MS), 100.0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rate_is_the_share_of_the_window_in_percent),
		cmocka_unit_test(rate_passes_a_hundred_percent_on_several_cpus),
		cmocka_unit_test(rate_falls_to_nothing_when_nothing_is_used),
		cmocka_unit_test(rate_is_nothing_before_the_first_ten_milliseconds),
		cmocka_unit_test(rate_holds_over_a_short_window_and_loses_nothing_of_it),
		cmocka_unit_test(rate_holds_when_the_clock_stands_before_the_window),
		cmocka_unit_test(rate_is_right_far_from_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
