/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* CPU time against the cgroup's own account, for work that sampling does not see. */
#include "bpf/harness.h"

#include <stdio.h>
#include <string.h>

/* What wait4 says of the root, which includes what our child used before its exec. */
#define STUB_NS 3000000

static void assert_total(struct scene *scene, const char *what)
{
	scene_assert_exact(scene, what, scene->summary.used.cpu_time_ns);
	assert_int_equal(scene->summary.processes_exact, scene->summary.processes_total);
	assert_int_equal(scene->summary.processes_running, 0);
}

/* wait() counts the fork and the exec too, which take long in an emulated machine. */
static uint64_t stub_ns(const struct scene *scene)
{
	return scene->outside_whole_ns + STUB_NS;
}

static void five_thousand_forks_are_counted_to_the_last(void **state)
{
	struct scene *scene = *state;
	uint64_t waited_ns = waited_cpu_ns();
	uint64_t total_ns;

	scene_run(scene, "forks", "5000", "50", "2");
	waited_ns = waited_cpu_ns() - waited_ns;
	total_ns = scene->summary.used.cpu_time_ns;
	assert_int_equal(scene->summary.processes_total, 5001);
	assert_total(scene, "5000 forks");
	assert_true(waited_ns <= total_ns + stub_ns(scene));
	assert_true(is_close(waited_ns, total_ns, total_ns / 200 + stub_ns(scene)));
}

static void programs_of_a_millisecond_are_counted_whole(void **state)
{
	struct scene *scene = *state;
	char nop[PATH_MAX];
	uint64_t waited_ns = waited_cpu_ns();

	harness_path("workloads/nop", nop);
	scene_run(scene, "spawn", "300", nop);
	waited_ns = waited_cpu_ns() - waited_ns;
	assert_int_equal(scene->summary.processes_total, 301);
	assert_total(scene, "300 programs");
	assert_true(waited_ns <= scene->summary.used.cpu_time_ns + stub_ns(scene));
}

static void short_threads_are_counted_where_wait4_loses_them(void **state)
{
	struct scene *scene = *state;
	uint64_t waited_ns = waited_cpu_ns();

	scene_run(scene, "threads", "4000", "100");
	waited_ns = waited_cpu_ns() - waited_ns;
	assert_int_equal(scene->summary.processes_total, 1);
	assert_int_equal(scene->summary.threads_total, 4001);
	assert_total(scene, "4000 threads");
	print_message("             wait4 %.3f ms\n", (double)waited_ns / 1e6);
	assert_true(waited_ns < scene->summary.used.cpu_time_ns);
}

static void giving_memory_back_is_counted(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *child;
	unsigned long long waited_us = 0;
	char line[32];

	scene_run(scene, "touch", "400", "0", "child");
	assert_total(scene, "400 MiB touched");
	scene_await_line(scene, line, sizeof(line));
	assert_int_equal(sscanf(line, "%llu", &waited_us), 1);
	child = &scene_child(scene)->is;
	print_message("             its child %.3f ms, wait4 %.3f ms\n",
		      (double)child->used.cpu_time_ns / 1e6, (double)waited_us / 1e3);
	/* wait4 rounds twice, and may come before the child's last switch. */
	assert_true(child->used.cpu_time_ns + 2000 >= waited_us * 1000);
	assert_true(is_close(child->used.cpu_time_ns, waited_us * 1000, 50000));
}

static void daemon_that_leaves_its_session_is_counted(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "daemon", "200", "wait");
	assert_int_equal(scene->summary.processes_total, 3);
	assert_total(scene, "daemon");
	assert_true(scene->summary.used.cpu_time_ns > 200000000);
}

static void child_in_a_pid_namespace_is_counted(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "newpid", "100");
	if (scene->seen.exit.end.exit_code == 77)
		harness_skip_test("no PID namespace can be made");
	assert_int_equal(scene->summary.processes_total, 3);
	assert_total(scene, "PID namespace");
	assert_true(scene->summary.used.cpu_time_ns > 100000000);
}

static void every_scheduling_class_is_counted(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "classes", "30");
	assert_int_equal(scene->summary.processes_total, 6);
	assert_total(scene, "scheduling classes");
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_process *process = &scene->seen.processes[i].is;

		if (process->pid != (uint32_t)denet_monitor_pid(scene->monitor))
			assert_true(process->used.cpu_time_ns >= 30000000);
	}
}

static void two_hogs_of_one_cpu_run_or_wait_all_their_time(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "hogs", "500");
	assert_total(scene, "two hogs");
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_process *process = &scene->seen.processes[i].is;
		uint64_t sum_ns = process->used.cpu_time_ns + process->used.run_delay_ns;

		if (process->pid == (uint32_t)denet_monitor_pid(scene->monitor))
			continue;
		print_message("             cpu %.3f + waiting %.3f of %.3f ms\n",
			      (double)process->used.cpu_time_ns / 1e6,
			      (double)process->used.run_delay_ns / 1e6,
			      (double)process->wall_ns / 1e6);
		/* Another load makes them wait to be moved, which is neither. */
		assert_true(is_close(sum_ns, process->wall_ns, process->wall_ns / 20));
	}
}

static void constant_switching_is_counted(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "pingpong", "50000", "pin");
	assert_int_equal(scene->summary.processes_total, 2);
	assert_total(scene, "50000 round trips");
	/* A byte comes by a switch to the other side; who writes may be preempted at once. */
	assert_true(scene->summary.used.ctx_switches_voluntary +
			    scene->summary.used.ctx_switches_involuntary >=
		    95000);
}

static void a_thousand_idle_children_are_counted(void **state)
{
	struct scene *scene = *state;

	/* They are killed with the root: on a slow machine that takes longer than they are waited for without it. */
	scene->options.wait_all = true;
	scene_run(scene, "idle", "1000", "1");
	assert_int_equal(scene->summary.processes_total, 1001);
	assert_true(scene->summary.processes_peak > 900);
	scene_assert_exact(scene, "1000 idle", scene->summary.used.cpu_time_ns);
}

static void one_long_process_is_counted(void **state)
{
	struct scene *scene = *state;
	const struct denet_counters *used;

	scene_run(scene, "spin", "1000");
	assert_total(scene, "spin");
	used = &scene->summary.used;
	assert_int_equal(used->cpu_user_ns + used->cpu_system_ns, used->cpu_time_ns);
	assert_true(used->cpu_user_ns != DENET_UNKNOWN);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(five_thousand_forks_are_counted_to_the_last),
		scene_test(programs_of_a_millisecond_are_counted_whole),
		scene_test(short_threads_are_counted_where_wait4_loses_them),
		scene_test(giving_memory_back_is_counted),
		scene_test(daemon_that_leaves_its_session_is_counted),
		scene_test(child_in_a_pid_namespace_is_counted),
		scene_test(every_scheduling_class_is_counted),
		scene_test(two_hogs_of_one_cpu_run_or_wait_all_their_time),
		scene_test(constant_switching_is_counted),
		scene_test(a_thousand_idle_children_are_counted),
		scene_test(one_long_process_is_counted),
	};

	return harness_run("cpu", tests);
}
