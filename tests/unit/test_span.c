/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From when to when a run is measured, and what its last sample tells. */
#include <math.h>

#include "follow_world.h"

static void load_for_long(void)
{
	clock_advance_ms(500);
}

static void time_of_loading_is_no_time_of_an_attach(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	world.options.duration_ns = 100 * MS;
	script.during_open = load_for_long;
	attach(&world);
	script_use(ROOT, 100 * MS);
	assert_int_equal(step_after_ms(&world, 99), 0);
	assert_int_equal(step_after_ms(&world, 1), 1);
	assert_int_equal(summary_of(&world).wall_ns, 100 * MS);
	assert_true(fabs(summary_of(&world).avg_cpu_usage - 100) < 0.001);
	end_world(&world);
}

static struct told *told_last(void)
{
	return &script.news[script.news_count - 1];
}

/* Monitoring hears of it, and waits for who died with it, when the command is over already. */
static void time_ends_when_the_kernel_has_ended_the_root(void **state)
{
	struct world world;
	uint64_t begin_ns;

	(void)state;
	for (int waits = 0; waits < 2; waits++) {
		init_world(&world);
		world.options.wait_all = waits;
		begin_ns = __wrap_clock_boot_ns();
		attach(&world);
		script_birth(2, "two");
		let_root_go(&world);
		script_exit(ROOT, 0);
		told_last()->account.exit_boot_ns = begin_ns + 30 * MS;
		assert_int_equal(step_after_ms(&world, 40), !waits);
		if (waits) {
			script_exit(2, 0);
			told_last()->account.exit_boot_ns = begin_ns + 70 * MS;
			assert_int_equal(step_after_ms(&world, 50), 1);
		}
		/* Who waits for all counts what they use over the time that they take. */
		assert_int_equal(summary_of(&world).wall_ns, (waits ? 70 : 30) * MS);
		end_world(&world);
	}
}

/* Zeros at the end would be in every average of the file, and be its minimum. */
static void last_sample_tells_what_was_held_when_it_was_known_last(void **state)
{
	struct world world;
	uint64_t held_kb;

	(void)state;
	init_world(&world);
	attach(&world);
	actor_of(ROOT)->task.mm = 1;
	script_use(ROOT, 1 * MS);
	assert_int_equal(step_after_ms(&world, 1000), 0);
	held_kb = world.heard.sum_rss_kb;
	assert_true(held_kb > 0 && !world.heard.is_over);
	let_root_go(&world);
	script_exit(ROOT, 0);
	assert_int_equal(step_after_ms(&world, 1), 1);
	assert_true(world.heard.is_over && world.heard.is_root_over);
	assert_int_equal(world.heard.sum_rss_kb, held_kb);
	assert_int_equal(world.heard.threads, 1);
	assert_int_equal(world.heard.process_count, 1);
	end_world(&world);
}

/* It was met by no sample: nothing is known. */
static void what_was_never_known_is_not_told(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	assert_int_equal(try_attach(&world), 0);
	let_root_go(&world);
	script_exit(ROOT, 0);
	assert_int_equal(step_after_ms(&world, 1), 1);
	assert_int_equal(world.heard.sum_rss_kb, DENET_UNKNOWN);
	assert_int_equal(world.heard.threads, DENET_UNKNOWN);
	assert_int_equal(world.heard.process_count, DENET_UNKNOWN);
	assert_int_equal(summary_of(&world).processes_peak, 1);
	assert_int_equal(summary_of(&world).threads_peak, 1);
	end_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(time_of_loading_is_no_time_of_an_attach),
		cmocka_unit_test(time_ends_when_the_kernel_has_ended_the_root),
		cmocka_unit_test(last_sample_tells_what_was_held_when_it_was_known_last),
		cmocka_unit_test(what_was_never_known_is_not_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
