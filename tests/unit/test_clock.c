/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <time.h>
#include <cmocka.h>

static void monotonic_clocks_do_not_go_back(void **state)
{
	uint64_t mono_ns = clock_mono_ns();
	uint64_t boot_ns = clock_boot_ns();

	(void)state;
	assert_true(mono_ns > 0);
	assert_true(clock_mono_ns() >= mono_ns);
	assert_true(boot_ns >= mono_ns); /* it also counts what the machine slept */
	assert_true(clock_boot_ns() >= boot_ns);
}

static void wall_clock_is_in_milliseconds(void **state)
{
	uint64_t before_s = (uint64_t)time(NULL);
	uint64_t wall_ms = clock_wall_ms();

	(void)state;
	/* time() reads the coarse clock, which may lag by a tick. */
	assert_in_range(wall_ms / 1000, before_s, (uint64_t)time(NULL) + 1);
}

static void process_clock_moves_when_work_is_done(void **state)
{
	uint64_t before_ns = clock_process_cpu_ns();
	volatile unsigned int sink = 0;

	(void)state;
	while (clock_process_cpu_ns() == before_ns)
		sink = sink + 1;
	assert_true(clock_process_cpu_ns() > before_ns);
}

static void tick_is_that_of_a_known_hz(void **state)
{
	uint64_t hz = 1000000000 / clock_tick_ns();

	(void)state;
	assert_in_range(hz, 24, 1200);
	assert_in_range(clock_ticks_per_s(), 24, 1024);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monotonic_clocks_do_not_go_back),
		cmocka_unit_test(wall_clock_is_in_milliseconds),
		cmocka_unit_test(process_clock_moves_when_work_is_done),
		cmocka_unit_test(tick_is_that_of_a_known_hz),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
