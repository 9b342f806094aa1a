/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A process that watches itself: what watching uses is taken out of what it has used. */
#include "follow_world.h"

static uint64_t thread_cpu_ns;

uint64_t __wrap_clock_read_ns(clockid_t clock);
uint64_t __wrap_clock_read_ns(clockid_t clock)
{
	(void)clock;
	return thread_cpu_ns;
}

/* Whoever drives the monitor is charged for it, and so is the process. */
static void use_as_monitor(struct script *now)
{
	(void)now;
	thread_cpu_ns += 7 * MS;
	script_use(ROOT, 7 * MS);
}

static void watch(struct world *world, pid_t pid)
{
	const struct denet_observer observer = observer_of(world);

	script.during_walk = use_as_monitor;
	assert_int_equal(start_following(&world->options, &observer, pid, scripted_list,
					 &world->monitor, &world->error),
			 0);
	script.during_walk = use_as_monitor;
	assert_int_equal(step(world), 0);
	/* The program's own. */
	thread_cpu_ns += 2 * MS;
	script_use(ROOT, 2 * MS);
	script.during_walk = use_as_monitor;
	assert_int_equal(step_after_ms(world, 100), 0);
	assert_int_equal(denet_monitor_finish(world->monitor), 0);
}

static void what_watches_itself_does_not_count_that(void **state)
{
	struct world world;
	const struct denet_process *shown = &world.heard.ended[0];

	(void)state;
	init_world(&world);
	watch(&world, getpid());
	assert_int_equal(summary_of(&world).used.cpu_time_ns, 2 * MS);
	assert_int_equal(world.heard.cpu_time_ns, 2 * MS);
	assert_int_equal(world.heard.processes, 1);
	assert_int_equal(shown->used.cpu_time_ns, 2 * MS);
	end_world(&world);
}

/* Looking for the rest of the tree goes on after the thread that does it was found. */
static void what_seeding_uses_after_it_has_met_itself_does_not_count(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	thread_cpu_ns = 3 * MS;
	(void)enter_actor(ROOT, getpid(), "root");
	script_use(ROOT, 3 * MS);
	script.after_seed = use_as_monitor;
	watch(&world, getpid());
	assert_int_equal(summary_of(&world).used.cpu_time_ns, 2 * MS);
	assert_int_equal(world.heard.ended[0].used.cpu_time_ns, 2 * MS);
	end_world(&world);
}

/* The same of somebody else is all his. */
static void what_others_use_is_theirs(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	start_root(&world);
	watch(&world, world.root);
	assert_int_equal(summary_of(&world).used.cpu_time_ns, (3 * 7 + 2) * MS);
	end_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_watches_itself_does_not_count_that),
		cmocka_unit_test(what_seeding_uses_after_it_has_met_itself_does_not_count),
		cmocka_unit_test(what_others_use_is_theirs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
