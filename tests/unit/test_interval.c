/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/interval.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#define MS 1000000ull
#define S (1000 * MS)
#define BASE (100 * MS)
#define MAX S

static void interval_is_the_base_for_the_first_second(void **state)
{
	(void)state;
	assert_int_equal(interval_ns(BASE, MAX, 0), BASE);
	assert_int_equal(interval_ns(BASE, MAX, S - 1), BASE);
	assert_int_equal(interval_ns(BASE, MAX, S), BASE);
}

static void interval_is_half_way_at_five_and_a_half_seconds(void **state)
{
	(void)state;
	assert_int_equal(interval_ns(BASE, MAX, 5500 * MS), 550 * MS);
	assert_int_equal(interval_ns(200 * MS, 200 * MS, 5500 * MS), 200 * MS);
}

static void interval_is_the_maximum_from_ten_seconds_on(void **state)
{
	(void)state;
	assert_true(interval_ns(BASE, MAX, 10 * S - 1) < MAX);
	assert_true(interval_ns(BASE, MAX, 10 * S - 1) >= MAX - 1000);
	assert_int_equal(interval_ns(BASE, MAX, 10 * S), MAX);
	assert_int_equal(interval_ns(BASE, MAX, UINT64_MAX), MAX);
}

static void interval_grows_on_a_straight_line(void **state)
{
	uint64_t elapsed;

	(void)state;
	for (elapsed = S; elapsed <= 10 * S; elapsed += 90 * MS)
		assert_in_range(interval_ns(BASE, MAX, elapsed) + 1 - (elapsed - S) / 10, BASE,
				BASE + 1);
}

static void interval_takes_a_very_long_maximum(void **state)
{
	const uint64_t year = 365ull * 86400 * S;

	(void)state;
	assert_in_range(interval_ns(0, 100 * year, 5500 * MS), 50 * year - S, 50 * year + S);
}

static void deadline_does_not_drift_when_the_sample_is_late(void **state)
{
	const uint64_t start = 77 * S;
	uint64_t deadline = start, i;

	(void)state;
	for (i = 1; i <= 9; i++) {
		deadline = interval_next_ns(BASE, MAX, start, deadline, deadline + i * MS);
		assert_int_equal(deadline, start + i * BASE);
	}
}

static void deadline_is_always_ahead(void **state)
{
	const uint64_t start = 77 * S;
	uint64_t late;

	(void)state;
	for (late = 0; late < 500 * MS; late += MS) {
		uint64_t now = start + BASE + late;
		uint64_t next = interval_next_ns(BASE, MAX, start, start + BASE, now);

		assert_in_range(next, now + 1, now + BASE);
		assert_int_equal((next - start) % BASE, 0);
	}
}

static void deadline_after_a_long_stop_is_one_and_not_a_burst(void **state)
{
	const uint64_t start = 5 * S, stopped = start + 300 * MS, now = start + 3600 * S + 7;
	uint64_t next = interval_next_ns(BASE, MAX, start, stopped, now);
	uint64_t after;

	(void)state;
	assert_in_range(next, now + 1, now + MAX);
	after = interval_next_ns(BASE, MAX, start, next, next);
	assert_int_equal(after - next, MAX);
}

static void deadline_takes_the_interval_of_its_moment(void **state)
{
	const uint64_t start = 9 * S;
	uint64_t now = start + 5500 * MS;

	(void)state;
	assert_int_equal(interval_next_ns(BASE, MAX, start, now, now), now + 550 * MS);
	now = start + 10 * S;
	assert_int_equal(interval_next_ns(BASE, MAX, start, now, now), now + MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(interval_is_the_base_for_the_first_second),
		cmocka_unit_test(interval_is_half_way_at_five_and_a_half_seconds),
		cmocka_unit_test(interval_is_the_maximum_from_ten_seconds_on),
		cmocka_unit_test(interval_grows_on_a_straight_line),
		cmocka_unit_test(interval_takes_a_very_long_maximum),
		cmocka_unit_test(deadline_does_not_drift_when_the_sample_is_late),
		cmocka_unit_test(deadline_is_always_ahead),
		cmocka_unit_test(deadline_after_a_long_stop_is_one_and_not_a_burst),
		cmocka_unit_test(deadline_takes_the_interval_of_its_moment),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
