/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* CPU and memory over time, in a fixed number of columns. */
#include "analysis/series.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "denet/denet.h"
#include "util/units.h"

#define START_MS 1700000000000u

static void check_cores(const struct series *series, size_t column, double expected)
{
	assert_true(fabs(series_cores(series, column) - expected) < 1e-6);
}

static void what_was_used_is_spread_over_the_time_between_two_samples(void **state)
{
	struct series series = { 0 };

	(void)state;
	series_add(&series, START_MS, 5 * NS_PER_MS, 10);
	assert_int_equal(series.count, 0);
	series_add(&series, START_MS + 100, 105 * NS_PER_MS, 20);
	series_add(&series, START_MS + 350, 605 * NS_PER_MS, 30);
	assert_int_equal(series.count, 4);
	check_cores(&series, 0, 1);
	check_cores(&series, 1, 2);
	check_cores(&series, 2, 2);
	check_cores(&series, 3, 2); /* of the 50 ms that there are */
	assert_int_equal(series.memory_kb[0], 20);
	assert_int_equal(series.memory_kb[3], 30);
}

static void full_columns_become_twice_as_wide(void **state)
{
	struct series series = { 0 };
	double total = 0;

	(void)state;
	for (uint64_t i = 0; i <= 100000; i++)
		series_add(&series, START_MS + 100 * i, i * 50 * NS_PER_MS, i == 5000 ? 999 : 1);
	assert_in_range(series.count, SERIES_COLUMNS_MAX / 2, SERIES_COLUMNS_MAX);
	for (size_t i = 0; i < series.count; i++) {
		check_cores(&series, i, 0.5);
		total += series.cpu_ns[i];
	}
	assert_true(fabs(total / (100000 * 50.0 * (double)NS_PER_MS) - 1) < 1e-6);
	assert_int_equal(series.memory_kb[(4999 * 100) / series.step_ms], 999);
}

/* Both end, and what is known of the time before stays. */
static void the_end_of_all_time_is_no_trouble(void **state)
{
	struct series series = { 0 };

	(void)state;
	series_add(&series, DENET_UNKNOWN, 1, 1);
	assert_int_equal(series.step_ms, 0);
	series_add(&series, START_MS, 0, 1);
	series_add(&series, START_MS + 100, 100 * NS_PER_MS, 1);
	series_add(&series, DENET_UNKNOWN, 200 * NS_PER_MS, 1);
	check_cores(&series, 0, 1);
	series_add(&series, DENET_UNKNOWN - 1, 200 * NS_PER_MS, 1);
	assert_in_range(series.count, 1, SERIES_COLUMNS_MAX);
}

static void an_hour_without_a_sample_is_no_trouble(void **state)
{
	struct series series = { 0 };

	(void)state;
	series_add(&series, START_MS, 0, 1);
	series_add(&series, START_MS + 3600000, 3600 * NS_PER_S, 2);
	assert_in_range(series.count, SERIES_COLUMNS_MAX / 2, SERIES_COLUMNS_MAX);
	check_cores(&series, 0, 1);
	check_cores(&series, series.count - 1, 1);
}

static void what_is_not_known_is_as_it_was_last(void **state)
{
	struct series series = { 0 };

	(void)state;
	series_add(&series, START_MS, 10, 1);
	series_add(&series, START_MS - 5, 20, 1); /* the clock was set back */
	series_add(&series, START_MS + 100, DENET_UNKNOWN, DENET_UNKNOWN);
	assert_int_equal(series.count, 1);
	check_cores(&series, 0, 0);
	assert_int_equal(series.memory_kb[0], 1);
	series_add(&series, START_MS + 200, 10 + 100 * NS_PER_MS, 7);
	check_cores(&series, 1, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_was_used_is_spread_over_the_time_between_two_samples),
		cmocka_unit_test(full_columns_become_twice_as_wide),
		cmocka_unit_test(the_end_of_all_time_is_no_trouble),
		cmocka_unit_test(an_hour_without_a_sample_is_no_trouble),
		cmocka_unit_test(what_is_not_known_is_as_it_was_last),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
