/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How long a monitor waits when its root has ended, and for whom. */
#include "follow_world.h"

#define SETTLE_MS 20
#define LIMIT_MS 1000
#define LOOKUP_MS 200

/* The parent hears of a death before the account is there. */
static void account_of_the_root_is_waited_for(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_use(ROOT, 6 * MS);
	script_die(ROOT);
	let_root_go(&world);
	assert_int_equal(step(&world), 0);
	assert_true(script.is_woken_at_every_exit);
	assert_int_equal(step_after_ms(&world, SETTLE_MS - 1), 0);
	script_account(ROOT, 1 << 8);
	assert_int_equal(step(&world), 1);
	assert_int_equal(world.heard.processes, 1);
	assert_int_equal(world.heard.exits, 1);
	assert_int_equal(summary_of(&world).processes_exact, 1);
	assert_int_equal(summary_of(&world).end.exit_code, 1);
	assert_int_equal(summary_of(&world).used.cpu_time_ns, 6 * MS);
	end_world(&world);
}

/* It would tell what the end's tells. */
static void sample_that_falls_due_meanwhile_is_the_last(void **state)
{
	struct world world;
	unsigned int samples;

	(void)state;
	init_world(&world);
	world.options.interval_ms = 1;
	world.options.max_interval_ms = 1;
	attach(&world);
	script_use(ROOT, 6 * MS);
	assert_int_equal(step_after_ms(&world, SETTLE_MS - 1), 0);
	samples = world.heard.samples;
	script_die(ROOT);
	let_root_go(&world);
	assert_int_equal(step(&world), 0);
	assert_int_equal(step_after_ms(&world, SETTLE_MS - 1), 0);
	assert_int_equal(world.heard.samples, samples);
	script_account(ROOT, 0);
	assert_int_equal(step(&world), 1);
	assert_int_equal(world.heard.samples, samples + 1);
	end_world(&world);
}

/* However short it was. */
static void first_sample_is_taken_though_all_is_over(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_die(ROOT);
	let_root_go(&world);
	assert_int_equal(step(&world), 0);
	script_account(ROOT, 0);
	assert_int_equal(step(&world), 1);
	assert_int_equal(world.heard.samples, 2);
	end_world(&world);
}

static void account_that_does_not_come_is_not_waited_for_long(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	script.sees_no_births = true;
	attach(&world);
	script_die(ROOT);
	let_root_go(&world);
	assert_int_equal(step(&world), 0);
	assert_int_equal(step_after_ms(&world, SETTLE_MS - 1), 0);
	assert_int_equal(step_after_ms(&world, 1), 1);
	assert_int_equal(summary_of(&world).processes_exact, 0);
	assert_true(summary_of(&world).end.unseen);
	end_world(&world);
}

/* A thousand that are killed with the root take their time. */
static void as_long_as_they_go_on_dying_it_waits(void **state)
{
	struct world world;
	uint64_t id;

	(void)state;
	init_world(&world);
	attach(&world);
	for (id = 2; id < 12; id++) {
		script_birth(id, "many");
		actor_of(id)->task.flags |= SAMPLE_EXITING;
	}
	assert_int_equal(step_after_ms(&world, 100), 0);
	script_exit(ROOT, 0);
	let_root_go(&world);
	assert_int_equal(step(&world), 0);
	for (id = 2; id < 11; id++) {
		clock_advance_ms(SETTLE_MS - 1);
		script_exit(id, 9);
		assert_int_equal(step(&world), 0);
	}
	clock_advance_ms(SETTLE_MS - 1);
	script_exit(11, 9);
	assert_int_equal(step(&world), 1);
	assert_int_equal(summary_of(&world).processes_total, 11);
	assert_int_equal(summary_of(&world).processes_exact, 11);
	assert_int_equal(summary_of(&world).processes_running, 0);
	end_world(&world);
}

static void who_is_born_and_nowhere_is_on_its_way(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "preempted");
	script_use(2, 4 * MS);
	actor_of(2)->is_living = false;
	script_exit(ROOT, 0);
	let_root_go(&world);
	for (int i = 0; i < 10; i++)
		assert_int_equal(step_after_ms(&world, SETTLE_MS), 0);
	script_exit(2, 0);
	assert_int_equal(step_after_ms(&world, SETTLE_MS), 1);
	assert_int_equal(summary_of(&world).processes_exact, 2);
	assert_int_equal(summary_of(&world).used.cpu_time_ns, 4 * MS);
	end_world(&world);
}

/* For all that it stays on its way, there is an end. */
static void nothing_is_waited_for_beyond_a_second(void **state)
{
	struct world world;
	int steps = 0;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "never");
	actor_of(2)->is_living = false;
	script_exit(ROOT, 0);
	let_root_go(&world);
	assert_int_equal(step(&world), 0);
	while (!step_after_ms(&world, 10))
		steps++;
	assert_in_range(steps, LIMIT_MS / 10 - 3, LIMIT_MS / 10);
	end_world(&world);
}

static void descendants_are_left_alone_unless_asked_for(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "daemon");
	assert_int_equal(step_after_ms(&world, 100), 0);
	script_exit(ROOT, 0);
	let_root_go(&world);
	assert_int_equal(step(&world), 1);
	assert_int_equal(summary_of(&world).processes_running, 1);
	assert_string_equal(summary_of(&world).survivors[0].comm, "daemon");
	end_world(&world);
}

static void last_descendant_is_waited_for_when_asked(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	world.options.wait_all = true;
	attach(&world);
	script_birth(2, "daemon");
	assert_int_equal(step_after_ms(&world, 100), 0);
	script_exit(ROOT, 0);
	let_root_go(&world);
	for (int i = 0; i < 100; i++)
		assert_int_equal(step_after_ms(&world, 1000), 0);
	script_exit(2, 0);
	assert_int_equal(step(&world), 1);
	assert_int_equal(summary_of(&world).processes_running, 0);
	assert_int_equal(summary_of(&world).processes_exact, 2);
	end_world(&world);
}

/* With an end missed the counters say for ever that somebody lives: it is looked up. */
static void lost_account_does_not_keep_it_waiting(void **state)
{
	struct world world;
	unsigned int before;

	(void)state;
	init_world(&world);
	world.options.wait_all = true;
	attach(&world);
	script_birth(2, "daemon");
	assert_int_equal(step_after_ms(&world, 1000), 0);
	script_exit(ROOT, 0);
	let_root_go(&world);
	script.totals.dropped_accounts = 1;
	assert_int_equal(step_after_ms(&world, 1000), 0);
	/* Now and then. */
	before = script.walks;
	assert_int_equal(step_after_ms(&world, 1), 0);
	assert_int_equal(step_after_ms(&world, 1), 0);
	assert_int_equal(script.walks, before);
	script_die(2);
	assert_int_equal(step_after_ms(&world, LOOKUP_MS), 1);
	assert_int_equal(summary_of(&world).processes_running, 0);
	assert_int_equal(summary_of(&world).records_lost, 1);
	end_world(&world);
}

static void walk_that_fails_while_settling_ends_it(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_exit(ROOT, 0);
	let_root_go(&world);
	script.sample_error = -EIO;
	/* The last walk is made once more. */
	assert_int_equal(step(&world), 1);
	assert_int_equal(summary_of(&world).processes_exact, 1);
	end_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(account_of_the_root_is_waited_for),
		cmocka_unit_test(sample_that_falls_due_meanwhile_is_the_last),
		cmocka_unit_test(first_sample_is_taken_though_all_is_over),
		cmocka_unit_test(account_that_does_not_come_is_not_waited_for_long),
		cmocka_unit_test(as_long_as_they_go_on_dying_it_waits),
		cmocka_unit_test(who_is_born_and_nowhere_is_on_its_way),
		cmocka_unit_test(nothing_is_waited_for_beyond_a_second),
		cmocka_unit_test(descendants_are_left_alone_unless_asked_for),
		cmocka_unit_test(last_descendant_is_waited_for_when_asked),
		cmocka_unit_test(lost_account_does_not_keep_it_waiting),
		cmocka_unit_test(walk_that_fails_while_settling_ends_it),
	};

	/* Who waits for ever is ended. */
	(void)alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
