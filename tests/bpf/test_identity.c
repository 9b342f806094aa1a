/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which process it was: execs, threads, reused pids and simultaneous deaths keep apart. */
#include "bpf/harness.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "workloads/hostile.h"

static void thread_that_execs_stays_the_same_process(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "thread_exec", "30", "2");
	assert_int_equal(scene->summary.processes_total, 31);
	assert_int_equal(scene->summary.processes_exact, 31);
	assert_int_equal(scene->summary.threads_total, 31 + 30 * 2);
	scene_assert_exact(scene, "30 execs by threads", scene->summary.used.cpu_time_ns);
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_process *process = &scene->seen.processes[i].is;

		assert_true(process->end.known);
		assert_int_equal(process->end.exit_code, 0);
		if (process->pid != (uint32_t)denet_monitor_pid(scene->monitor))
			assert_true(process->used.cpu_time_ns >= 2000000);
	}
}

static void process_keeps_its_account_over_many_execs(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "execs", "50", "1000");
	assert_int_equal(scene->summary.processes_total, 1);
	assert_true(scene->summary.used.cpu_time_ns >= 51000000);
	scene_assert_exact(scene, "50 execs", scene->summary.used.cpu_time_ns);
}

static void polling_thread_of_io_uring_is_a_member(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "uring", "100");
	if (scene->seen.exit.end.exit_code == 77)
		harness_skip_test("io_uring is not permitted");
	assert_int_equal(scene->summary.processes_total, 1);
	assert_int_equal(scene->summary.threads_total, 2);
	scene_assert_exact(scene, "io_uring", scene->summary.used.cpu_time_ns);
}

/*
 * 50 and not 1000: a round waits until each of the 64 threads that burn has had its turn, which takes
 * some 0.1 s on two CPUs, so that 1000 of them are two minutes of a test that is to be run often.
 */
static void killed_threads_close_their_process_once(void **state)
{
	struct scene *scene = *state;
	size_t killed = 0;

	scene_run(scene, "killstorm", "50", "64");
	assert_int_equal(scene->summary.processes_total, 51);
	assert_int_equal(scene->summary.processes_exact, 51);
	assert_int_equal(scene->summary.threads_total, 1 + 50 * 64);
	assert_int_equal(scene->summary.processes_failed, 50);
	scene_assert_exact(scene, "50 x 64 threads killed", scene->summary.used.cpu_time_ns);
	for (size_t i = 0; i < scene->seen.processes_count; i++)
		killed += scene->seen.processes[i].is.end.signal == SIGKILL;
	assert_int_equal(killed, 50);
	assert_int_equal(scene->summary.failures_count, 1);
	assert_int_equal(scene->summary.failures[0].count, 50);
	assert_int_equal(scene->summary.failures[0].end.signal, SIGKILL);
}

static void processes_of_one_pid_stay_apart(void **state)
{
	struct scene *scene = *state;
	uint32_t root;
	size_t alike = 0;

	scene_run(scene, "reuse", "25", "20000");
	if (scene->seen.exit.end.exit_code == 77)
		harness_skip_test("a process may not choose a pid");
	assert_int_equal(scene->seen.exit.end.exit_code, 0);
	root = (uint32_t)denet_monitor_pid(scene->monitor);
	assert_int_equal(scene->summary.processes_total, 26);
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_process *process = &scene->seen.processes[i].is;

		if (process->pid == root)
			continue;
		alike += process->pid == scene->seen.processes[0].is.pid;
		/* No upper bound: what a busy host takes counts under emulation. */
		assert_true(process->used.cpu_time_ns >= 20000000);
	}
	assert_int_equal(alike, 25);
	scene_assert_exact(scene, "one pid 25 times", scene->summary.used.cpu_time_ns);
}

static void each_end_is_told_as_it_was(void **state)
{
	struct scene *scene = *state;
	size_t exits[256] = { 0 };
	size_t signals[65] = { 0 };

	scene_run(scene, "exits", "0", "3", "3", "255", "s9", "s6", "s13");
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_end *end = &scene->seen.processes[i].is.end;

		assert_true(end->known);
		if (end->signal)
			signals[end->signal]++;
		else
			exits[end->exit_code]++;
	}
	assert_int_equal(exits[0], 2); /* the root too */
	assert_int_equal(exits[3], 2);
	assert_int_equal(exits[255], 1);
	assert_int_equal(signals[SIGKILL], 1);
	assert_int_equal(signals[SIGABRT], 1);
	assert_int_equal(signals[SIGPIPE], 1);
	/* Whoever dies of a closed pipe has not failed. */
	assert_int_equal(scene->summary.processes_failed, 5);
	assert_int_equal(scene->summary.failures_count, 4);
	assert_int_equal(scene->summary.failures[0].end.exit_code, 3);
	assert_int_equal(scene->summary.failures[0].count, 2);
}

static void hostile_names_come_through_byte_for_byte(void **state)
{
	struct scene *scene = *state;
	size_t count = 0;

	scene_run(scene, "hostile", "500");
	for (; hostile_names[count]; count++) {
		const struct seen_process *process = scene_only(scene, hostile_names[count]);
		const char *name = hostile_names[count];
		size_t len = strlen(name) + 1;

		assert_int_equal(process->is.command.args_len, len + 4 + len);
		assert_memory_equal(process->args, name, len);
		assert_memory_equal(process->args + len + 4, name, len);
	}
	assert_int_equal(scene->summary.processes_total, count + 1);
}

static void long_arguments_are_cut_and_say_so(void **state)
{
	struct scene *scene = *state;
	char argument[5000];
	char nop[PATH_MAX];
	const struct seen_process *process;

	memset(argument, 'a', sizeof(argument) - 1);
	argument[sizeof(argument) - 1] = '\0';
	harness_path("workloads/nop", nop);
	scene_run(scene, "spawn", "1", nop, argument);
	process = scene_only(scene, "nop");
	assert_true(process->is.command.truncated);
	assert_in_range(process->is.command.args_len, 1, 1024 + 1); /* a NUL for the cut one */
	assert_memory_equal(process->args, nop, strlen(nop) + 1);
}

static void short_programs_are_known_by_their_arguments(void **state)
{
	struct scene *scene = *state;
	char nop[PATH_MAX];
	const char *parts[] = { nop, "one", "", " t w o " };
	size_t at = 0;
	const struct seen_process *process;

	harness_path("workloads/nop", nop);
	scene_run(scene, "spawn", "1", nop, parts[1], parts[2], parts[3]);
	process = scene_only(scene, "nop");
	for (size_t i = 0; i < 4; i++) {
		assert_string_equal(process->args + at, parts[i]);
		at += strlen(parts[i]) + 1;
	}
	assert_int_equal(process->is.command.args_len, at);
	assert_false(process->is.command.truncated);
	assert_int_equal(process->is.ppid, denet_monitor_pid(scene->monitor));
	assert_int_equal(process->is.uid, getuid());
}

static void each_process_names_its_cgroup(void **state)
{
	struct scene *scene = *state;
	const char *name = strrchr(scene->referee.v2, '/');

	scene_run(scene, "spin", "5");
	assert_non_null(scene->seen.processes[0].is.cgroup);
	assert_string_equal(scene->seen.processes[0].is.cgroup, name);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(thread_that_execs_stays_the_same_process),
		scene_test(process_keeps_its_account_over_many_execs),
		scene_test(polling_thread_of_io_uring_is_a_member),
		scene_test(killed_threads_close_their_process_once),
		scene_test(processes_of_one_pid_stay_apart),
		scene_test(each_end_is_told_as_it_was),
		scene_test(hostile_names_come_through_byte_for_byte),
		scene_test(long_arguments_are_cut_and_say_so),
		scene_test(short_programs_are_known_by_their_arguments),
		scene_test(each_process_names_its_cgroup),
	};

	return harness_run("identity", tests);
}
