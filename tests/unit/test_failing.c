/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What becomes of a run whose samples fail, or whose source is gone. */
#include "follow_world.h"

/* It is left out and counted, and told once; monitoring goes on. */
static void failing_sample_is_left_out_and_told_once(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	init_world(&world);
	attach(&world);
	script_use(ROOT, 8 * MS);
	script.sample_error = -ENOMEM;
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.samples, 1);
	assert_string_equal(world.heard.warning,
			    "a sample has failed and is left out: Cannot allocate memory");
	script.sample_error = -EMFILE;
	assert_int_equal(step_after_ms(&world, 100), 0);
	script.drain_error = -ENOMEM;
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.warnings, 1);
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.cpu_time_ns, 8 * MS);
	/* Whoever asks for one is told that there is none, and that is all. */
	script.sample_error = -EMFILE;
	assert_int_equal(denet_monitor_sample_now(world.monitor), -EMFILE);
	/* What fails at the end is tried again. */
	script_use(ROOT, 1 * MS);
	script.sample_error = -ENOMEM;
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	summary = summary_of(&world);
	assert_int_equal(summary.used.cpu_time_ns, 9 * MS);
	assert_int_equal(summary.samples_failed, 4);
	assert_null(summary.incomplete);
	end_world(&world);
}

/* Nobody is left, so that the totals of the ended are everything. */
static void totals_are_whole_where_no_walk_succeeds_any_more(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "two");
	script_use(2, 50 * MS);
	script_exit(2, 0);
	script_use(ROOT, 3 * MS);
	script_exit(ROOT, 0);
	assert_int_equal(step_after_ms(&world, 100), 0);
	script.lasting_error = -ENOMEM;
	let_root_go(&world);
	while (!step_after_ms(&world, 100))
		;
	summary = summary_of(&world);
	assert_int_equal(summary.used.cpu_time_ns, 53 * MS);
	assert_int_equal(summary.processes_total, 2);
	assert_null(summary.incomplete);
	end_world(&world);
}

/* Figures of the living are as old as the last walk: then it says so. */
static void end_that_cannot_be_read_is_incomplete(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	init_world(&world);
	attach(&world);
	script_use(ROOT, 8 * MS);
	assert_int_equal(step_after_ms(&world, 100), 0);
	script_birth(2, "two");
	script_use(2, 50 * MS);
	script_exit(2, 0);
	script_use(ROOT, 1 * MS);
	script.lasting_error = -EMFILE;
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	summary = summary_of(&world);
	assert_int_equal(summary.used.cpu_time_ns, 50 * MS);
	assert_int_equal(summary.processes_total, 2);
	assert_string_equal(summary.incomplete,
			    "the figures of the end could not be read: Too many open files");
	end_world(&world);
}

/* The command is followed to its end all the same, and what can be read then is read. */
static void source_that_is_gone_ends_the_sampling_alone(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	init_world(&world);
	attach(&world);
	script_use(ROOT, 8 * MS);
	script.lasting_error = -EBADF;
	assert_int_equal(step_after_ms(&world, 1400), 0);
	assert_string_equal(world.heard.warning, "measuring has broken off: Bad file descriptor");
	assert_int_equal(step_after_ms(&world, 1000), 0);
	assert_int_equal(denet_monitor_sample_now(world.monitor), -ENODATA);
	assert_int_equal(world.heard.warnings, 1);
	script_use(ROOT, 4 * MS);
	script_die(ROOT);
	script.totals.processes_exited++;
	let_root_go(&world);
	assert_int_equal(step(&world), 1);
	summary = summary_of(&world);
	assert_true(summary.end.unseen);
	assert_int_equal(summary.wall_ns, 2400 * MS);
	assert_int_equal(summary.used.cpu_time_ns, 12 * MS);
	assert_string_equal(summary.incomplete,
			    "measuring broke off after 1.4 s: Bad file descriptor");
	end_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(failing_sample_is_left_out_and_told_once),
		cmocka_unit_test(totals_are_whole_where_no_walk_succeeds_any_more),
		cmocka_unit_test(end_that_cannot_be_read_is_incomplete),
		cmocka_unit_test(source_that_is_gone_ends_the_sampling_alone),
	};

	/* Who walks for ever is ended. */
	(void)alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
