/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What following a tree makes of what its source tells: events, walks, losses, failures. */
#include <math.h>

#include "follow_world.h"

static void root_that_ends_before_its_exec_is_seen_has_started(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	init_world(&world);
	run(&world);
	script_use(ROOT, 7 * MS);
	script_exit(ROOT, 3 << 8);
	let_root_go(&world);
	assert_int_equal(step(&world), 1);
	assert_int_equal(world.heard.starts, 1);
	assert_string_equal(world.heard.start_args, "cat");
	assert_int_equal(world.heard.processes, 1);
	assert_int_equal(world.heard.ended[0].end.exit_code, 3);
	assert_int_equal(world.heard.exits, 1);
	summary = summary_of(&world);
	assert_int_equal(summary.processes_exact, 1);
	assert_int_equal(summary.used.cpu_time_ns, 7 * MS);
	assert_int_equal(summary.accounting, DENET_ACCOUNTING_BPF);
	end_world(&world);
}

/* What our stub used until its exec is not the command's. */
static void exec_of_the_root_is_its_start(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	run(&world);
	script_use(ROOT, 5 * MS);
	script_exec(ROOT, "cat", "/bin/cat");
	script_count_exec("stub", 4 * MS);
	assert_int_equal(step(&world), 0);
	assert_int_equal(world.heard.starts, 1);
	assert_int_equal(world.heard.arrivals, 0);
	assert_int_equal(world.heard.cpu_time_ns, 1 * MS);
	script_exit(ROOT, 0);
	let_root_go(&world);
	assert_int_equal(step(&world), 1);
	assert_int_equal(world.heard.ended[0].used.cpu_time_ns, 1 * MS);
	assert_int_equal(summary_of(&world).used.cpu_time_ns, 1 * MS);
	end_world(&world);
}

/* What our stub had used of its last slice is an estimate, and may be more than is charged for all. */
static void slice_of_the_stub_is_counted_where_it_is_too_large(void **state)
{
	const uint64_t all_ns[] = { 3 * MS, 4 * MS, 10 * MS }, told_ns[] = { MS, 2 * MS, 6 * MS };

	(void)state;
	for (int i = 0; i < 3; i++) {
		struct world world;

		init_world(&world);
		run(&world);
		script_exec(ROOT, "true", "/bin/true");
		script_count_exec("stub", 2 * MS);
		script.news[script.news_count - 1].exec.slice_ns = 2 * MS;
		script_use(ROOT, all_ns[i]);
		script_exit(ROOT, 0);
		let_root_go(&world);
		assert_int_equal(step(&world), 1);
		assert_int_equal(world.heard.ended[0].used.cpu_time_ns, told_ns[i]);
		assert_true(world.heard.ended[0].is_exact);
		assert_int_equal(summary_of(&world).used.cpu_time_ns, told_ns[i]);
		end_world(&world);
	}
}

static void check_group(const struct denet_summary *summary, const char *comm, uint64_t count,
			uint64_t cpu_time_ns)
{
	for (size_t i = 0; i < summary->groups_count; i++) {
		const struct denet_group *group = &summary->groups[i];

		if (strcmp(group->comm, comm) != 0)
			continue;
		assert_int_equal(group->count, count);
		assert_int_equal(group->cpu_time_ns, cpu_time_ns);
		return;
	}
	fail_msg("no group %s", comm);
}

/* The kernel's charge at the end may be less than what was estimated at the last exec. */
static void each_program_has_its_share_and_all_add_up(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "sh");
	script_exec(2, "env", "/bin/env");
	script_count_exec("forker", 10 * MS);
	script_exec(2, "make", "/bin/make");
	script_count_exec("env", 15 * MS);
	script_exec(2, "cc", "/bin/cc");
	script_count_exec("make", 32 * MS);
	script_use(2, 30 * MS);
	script_exit(2, 0);
	assert_int_equal(step_after_ms(&world, 100), 0);
	script_exit(ROOT, 0);
	let_root_go(&world);
	assert_int_equal(step(&world), 1);
	summary = summary_of(&world);
	assert_int_equal(summary.used.cpu_time_ns, 30 * MS);
	/* What it was forked with is no run of that program. */
	check_group(&summary, "forker", 0, 10 * MS);
	check_group(&summary, "env", 1, 5 * MS);
	check_group(&summary, "make", 1, 15 * MS);
	check_group(&summary, "cc", 1, 0);
	end_world(&world);
}

static void exec_of_a_child_is_an_arrival_and_its_end_a_process(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "fork");
	script_exec(2, "make", "/usr/bin/make");
	script_use(2, 30 * MS);
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.arrivals, 1);
	assert_string_equal(world.heard.arrived[0], "make");
	assert_int_equal(world.heard.process_count, 2);
	assert_int_equal(world.heard.children_count, 1);
	assert_int_equal(world.heard.cpu_time_ns, 30 * MS);
	script_exit(2, 9);
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.processes, 1);
	assert_string_equal(world.heard.ended_args[0], "make");
	assert_int_equal(world.heard.ended[0].end.signal, 9);
	assert_true(world.heard.ended[0].is_exact);
	assert_int_equal(world.heard.process_count, 1);
	assert_int_equal(world.heard.cpu_time_ns, 30 * MS);
	end_world(&world);
}

/* A process that had used something before it was met is counted from there. */
static void what_was_used_before_is_not_counted_but_asked_for(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	for (int since_start = 0; since_start < 2; since_start++) {
		init_world(&world);
		world.options.since_process_start = since_start;
		(void)enter_actor(ROOT, 1, "root");
		actor_of(ROOT)->task.start_boot_ns = __wrap_clock_boot_ns() - 60 * MS;
		script_use(ROOT, 40 * MS);
		attach(&world);
		script_use(ROOT, 2 * MS);
		assert_int_equal(step_after_ms(&world, 100), 0);
		assert_int_equal(world.heard.cpu_time_ns, (since_start ? 42 : 2) * MS);
		assert_true(world.heard.root_usage > 1.9 && world.heard.root_usage < 2.1);
		assert_int_equal(denet_monitor_finish(world.monitor), 0);
		summary = summary_of(&world);
		assert_int_equal(summary.cpu_time_before_ns, since_start * 40 * MS);
		assert_int_equal(summary.wall_ns, 100 * MS);
		/* All that is told was used since the birth, 160 ms ago; the rest since the attach. */
		assert_int_equal(summary.counted_ns, since_start ? 160 * MS : DENET_UNKNOWN);
		assert_true(fabs(summary.avg_cpu_usage - (since_start ? 42 / 1.6 : 2)) < 0.001);
		end_world(&world);
	}
}

static void kill_second(struct script *now)
{
	(void)now;
	script_exit(2, 0);
}

/* It was shown among the living, and then it is among the dead: the walk is done again. */
static void death_during_a_walk_is_counted_once(void **state)
{
	struct world world;
	unsigned int before;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "two");
	script_birth(3, "three");
	script_use(2, 50 * MS);
	script_use(3, 5 * MS);
	/* The root is shown, then the second dies, then the third is shown. */
	script.during_walk = kill_second;
	before = script.walks;
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(script.walks, before + 2);
	assert_int_equal(world.heard.cpu_time_ns, 55 * MS);
	assert_int_equal(world.heard.process_count, 2);
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	assert_int_equal(summary_of(&world).used.cpu_time_ns, 55 * MS);
	end_world(&world);
}

/* Between the news and its turn in the walk it has begun to run a program of somebody else. */
static void become_another_s(struct script *given)
{
	script_exec(2, "suid", "/usr/bin/suid");
	given->news[given->news_count - 1].exec.uid = getuid() + 1;
	script_use(2, 17 * MS);
}

static void what_is_news_of_who_was_just_read_is_withheld_in_that_sample(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	world.options.own_programs_only = true;
	attach(&world);
	script_birth(2, "sh");
	script_exec(2, "sh", "/bin/sh");
	assert_int_equal(step_after_ms(&world, 100), 0);
	script.during_walk = become_another_s;
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.cpu_time_ns, 10 * MS);
	script_exit(2, 0);
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.cpu_time_ns, 10 * MS);
	end_world(&world);
}

/* No walk is of one moment: a sample walks a few times, and goes on with what it has. */
static void storm_is_walked_a_few_times_and_totals_never_fall(void **state)
{
	struct world world;
	unsigned int before;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "two");
	script_use(2, 50 * MS);
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.cpu_time_ns, 50 * MS);
	/* Gone from the living, and not yet among the dead. */
	actor_of(2)->is_living = false;
	script.storm = UINT32_MAX;
	before = script.walks;
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(script.walks, before + 3);
	assert_int_equal(world.heard.cpu_time_ns, 50 * MS);
	/* Nor is there an end of it at the end: it is let be after a hundred tries. */
	before = script.walks;
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	assert_in_range(script.walks - before, 100, 300);
	end_world(&world);
}

/* A storm that is over before the last hundred walks are: the end waits for one moment. */
static void last_walk_waits_for_one_moment(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "two");
	script_use(2, 50 * MS);
	script.storm = 40;
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	assert_int_equal(script.storm, 0);
	assert_true(world.monitor->ledger.is_of_one_moment);
	assert_int_equal(summary_of(&world).used.cpu_time_ns, 50 * MS);
	end_world(&world);
}

static void source_that_fails_leaves_the_next_best(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	script.open_error = -EPERM;
	assert_int_equal(try_attach(&world), 0);
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	assert_int_equal(summary_of(&world).accounting, DENET_ACCOUNTING_PROC);
	assert_string_equal(world.heard.warning,
			    "figures are lower bounds, sampled from /proc: the script says -1; "
			    "'denet-bpf doctor' tells what would help");
	end_world(&world);
}

static void seeding_that_fails_says_why_and_closes(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	script.seed_error = -ENOMEM;
	world.options.accounting = DENET_ACCOUNTING_BPF;
	assert_int_equal(try_attach(&world), -ENOMEM);
	assert_int_equal(script.closed, 1);
	assert_non_null(strstr(world.error.text, "cannot be followed: Cannot allocate memory"));
	end_world(&world);
}

static void duration_ends_it_and_whoever_lives_survives(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	init_world(&world);
	world.options.duration_ns = 1000 * MS;
	attach(&world);
	script_birth(2, "two");
	script_use(2, 3 * MS);
	assert_int_equal(step_after_ms(&world, 999), 0);
	assert_int_equal(step_after_ms(&world, 1), 1);
	assert_true(denet_monitor_timed_out(world.monitor));
	assert_true(denet_monitor_is_running(world.monitor));
	assert_int_equal(world.heard.exits, 0);
	summary = summary_of(&world);
	assert_int_equal(summary.wall_ns, 1000 * MS);
	assert_int_equal(summary.processes_running, 2);
	assert_int_equal(summary.survivors_count, 2);
	assert_string_equal(summary.survivors[1].comm, "two");
	assert_int_equal(world.heard.processes, 2);
	assert_true(world.heard.ended[1].is_running);
	assert_int_equal(world.heard.ended[1].used.cpu_time_ns, 3 * MS);
	end_world(&world);
}

static void each_loss_is_told(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	init_world(&world);
	attach(&world);
	script.totals.dropped_events = 3;
	script.totals.dropped_accounts = 5;
	script.tasks_lost = 7;
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	summary = summary_of(&world);
	assert_int_equal(summary.events_lost, 3);
	assert_int_equal(summary.records_lost, 5);
	assert_int_equal(summary.tasks_lost, 7);
	/* What is lost afterwards is not this monitor's. */
	script.tasks_lost = 8;
	assert_int_equal(summary_of(&world).tasks_lost, 7);
	end_world(&world);
}

/* It has neither account nor end: a hundred walks later it is forgotten. */
static void process_whose_account_was_lost_is_forgotten(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	script_birth(2, "two");
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.monitor->tree.count, 2);
	script_die(2);
	script.totals.dropped_accounts = 1;
	assert_int_equal(step_after_ms(&world, 1000), 0);
	assert_int_equal(world.monitor->tree.count, 2);
	for (int i = 0; i < 101; i++)
		assert_int_equal(denet_monitor_sample_now(world.monitor), 0);
	assert_int_equal(world.monitor->tree.count, 1);
	end_world(&world);
}

static void what_the_source_cannot_tell_is_unknown(void **state)
{
	struct world world;
	struct denet_summary summary;

	(void)state;
	init_world(&world);
	script.unknown = COUNTER_IO | COUNTER_SWITCHES;
	script.peak_kb = 1u << 30;
	attach(&world);
	script_use(ROOT, 1 * MS);
	assert_int_equal(denet_monitor_finish(world.monitor), 0);
	summary = summary_of(&world);
	assert_int_equal(summary.used.cpu_time_ns, 1 * MS);
	assert_int_equal(summary.used.disk_read_bytes, DENET_UNKNOWN);
	assert_int_equal(summary.used.ctx_switches_voluntary, DENET_UNKNOWN);
	/* Nobody has seen it. */
	assert_int_equal(summary.peak_mem_rss_kb, 1u << 30);
	assert_int_equal(summary.peak_mem_at_ns, DENET_UNKNOWN);
	end_world(&world);
}

static void root_that_is_dead_untold_holds_nothing_more(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	attach(&world);
	actor_of(ROOT)->task.mm = 1;
	script_use(ROOT, 1 * MS);
	assert_int_equal(step_after_ms(&world, 1000), 0);
	assert_true(world.heard.root_rss_kb > 0);
	assert_int_equal(world.heard.root_rss_kb, world.heard.sum_rss_kb);
	script_birth(2, "two");
	script_die(ROOT);
	assert_int_equal(step_after_ms(&world, 1000), 0);
	/* What it held then is told as that, and is in no sum. */
	assert_int_equal(world.heard.sum_rss_kb, 0);
	assert_true(world.heard.root_rss_kb > 0);
	assert_true(world.heard.is_root_over && !world.heard.is_over);
	end_world(&world);
}

/* The root is forked from this program, with which it shares most of what it has. */
static void pss_is_rough_when_the_tree_changes_while_it_is_read(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	world.options.pss = true;
	attach(&world);
	actor_of(ROOT)->task.mm = 1;
	assert_int_equal(step_after_ms(&world, 1000), 0);
	assert_true(world.heard.pss_kb > 0 && world.heard.pss_kb < world.heard.sum_rss_kb);
	assert_false(world.heard.is_pss_rough);
	script.born_behind_walk = 1;
	assert_int_equal(step_after_ms(&world, 1000), 0);
	assert_true(world.heard.is_pss_rough);
	script.born_behind_walk = 0;
	assert_int_equal(step_after_ms(&world, 1000), 0);
	assert_false(world.heard.is_pss_rough);
	/* Whose memory is torn down has none that can be read. */
	script_birth(2, "leaving");
	assert_int_equal(step_after_ms(&world, 1000), 0);
	assert_true(world.heard.is_pss_rough);
	end_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(root_that_ends_before_its_exec_is_seen_has_started),
		cmocka_unit_test(exec_of_the_root_is_its_start),
		cmocka_unit_test(slice_of_the_stub_is_counted_where_it_is_too_large),
		cmocka_unit_test(each_program_has_its_share_and_all_add_up),
		cmocka_unit_test(exec_of_a_child_is_an_arrival_and_its_end_a_process),
		cmocka_unit_test(what_was_used_before_is_not_counted_but_asked_for),
		cmocka_unit_test(death_during_a_walk_is_counted_once),
		cmocka_unit_test(what_is_news_of_who_was_just_read_is_withheld_in_that_sample),
		cmocka_unit_test(storm_is_walked_a_few_times_and_totals_never_fall),
		cmocka_unit_test(last_walk_waits_for_one_moment),
		cmocka_unit_test(source_that_fails_leaves_the_next_best),
		cmocka_unit_test(seeding_that_fails_says_why_and_closes),
		cmocka_unit_test(duration_ends_it_and_whoever_lives_survives),
		cmocka_unit_test(each_loss_is_told),
		cmocka_unit_test(process_whose_account_was_lost_is_forgotten),
		cmocka_unit_test(what_the_source_cannot_tell_is_unknown),
		cmocka_unit_test(root_that_is_dead_untold_holds_nothing_more),
		cmocka_unit_test(pss_is_rough_when_the_tree_changes_while_it_is_read),
	};

	/* Who walks for ever is ended. */
	(void)alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
