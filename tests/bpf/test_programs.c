/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a process runs by one exec after another: CPU and memory to the program that used them. */
#include "bpf/harness.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define MIB_KB 1024
/* The border between two programs, where the kernel adds up at ticks alone (HZ=100). */
#define BORDER_NS 10000000

/* The workload under other names. */
static void name_it(const struct scene *scene, const char *name)
{
	char workload[PATH_MAX], path[PATH_MAX];

	harness_path("workloads/chain", workload);
	assert_true(snprintf(path, sizeof(path), "%s/%s", scene->dir, name) < PATH_MAX);
	assert_return_code(symlink(workload, path), errno);
}

static void name_all(const struct scene *scene)
{
	name_it(scene, "second");
	name_it(scene, "third");
	name_it(scene, "small");
}

static const struct denet_process_program *program_of(const struct denet_process *process,
						      const char *comm)
{
	for (size_t i = 0; i < process->programs_count; i++)
		if (strcmp(process->programs[i].comm, comm) == 0)
			return &process->programs[i];
	fail_msg("no program %s", comm);
	return NULL;
}

static const struct denet_group *group_of(const struct scene *scene, const char *comm)
{
	for (size_t i = 0; i < scene->summary.groups_count; i++)
		if (strcmp(scene->summary.groups[i].comm, comm) == 0)
			return &scene->summary.groups[i];
	fail_msg("no group %s", comm);
	return NULL;
}

/* All together have no more than all: where one has too much, another has too little. */
static void assert_burnt(const struct denet_process_program *program, uint64_t us)
{
	print_message("             %s: %.3f ms of %.3f\n", program->comm,
		      (double)program->used.cpu_time_ns / 1e6, (double)us / 1e3);
	assert_true(program->used.cpu_time_ns + BORDER_NS >= us * 1000);
}

static void each_program_has_its_cpu(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *root;

	name_all(scene);
	scene_run(scene, "chain", scene->dir, "burn=200000", "exec=second", "burn=100000",
		  "exec=third", "burn=400000");
	root = &scene_root(scene)->is;
	/* It came into its cgroup by a program of the test. */
	assert_int_equal(root->programs_count, 4);
	assert_string_equal(root->programs[0].comm, "incgroup");
	assert_burnt(program_of(root, "chain"), 200000);
	assert_burnt(program_of(root, "second"), 100000);
	assert_burnt(program_of(root, "third"), 400000);
	for (size_t i = 1; i < root->programs_count; i++) {
		assert_true(root->programs[i].start_ns > root->programs[i - 1].start_ns);
		assert_false(root->programs[i].is_forked);
		assert_int_equal(group_of(scene, root->programs[i].comm)->count, 1);
		assert_int_equal(group_of(scene, root->programs[i].comm)->cpu_time_ns,
				 root->programs[i].used.cpu_time_ns);
	}
	assert_true(root->programs[3].start_ns < (int64_t)root->wall_ns);
}

static void what_a_child_used_before_its_exec_is_its_parents_programs(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *child;

	name_all(scene);
	scene_run(scene, "chain", scene->dir, "fork", "burn=300000", "exec=small");
	child = &scene_child(scene)->is;
	assert_int_equal(child->programs_count, 2);
	assert_true(child->programs[0].is_forked);
	assert_string_equal(child->programs[0].comm, "chain");
	assert_burnt(&child->programs[0], 300000);
	assert_true(child->programs[1].used.cpu_time_ns < child->programs[0].used.cpu_time_ns);
	/* One run of it, with what both used. */
	assert_int_equal(group_of(scene, "chain")->count, 1);
	assert_true(group_of(scene, "chain")->cpu_time_ns >= child->programs[0].used.cpu_time_ns);
	assert_int_equal(group_of(scene, "small")->count, 1);
}

static void process_that_never_execs_has_no_programs(void **state)
{
	struct scene *scene = *state;

	scene_run(scene, "chain", scene->dir, "fork", "burn=1000");
	assert_int_equal(scene_child(scene)->is.programs_count, 0);
}

static void process_that_execs_for_ever_is_exact(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *root;

	scene_run(scene, "execs", "100", "500");
	root = &scene_root(scene)->is;
	assert_int_equal(root->programs_count, 33);
	assert_int_equal(root->programs_omitted, 102 - 33);
	scene_assert_exact(scene, "execs", scene->summary.used.cpu_time_ns);
}

static void program_that_runs_at_the_attach_is_the_first(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *root;
	char line[16];

	name_all(scene);
	scene_spawn(scene, "chain", scene->dir, "burn=100000", "stop", "burn=200000", "exec=third",
		    "burn=100000", NULL);
	scene_await_line(scene, line, sizeof(line));
	scene_attach(scene, scene->spawned);
	assert_int_equal(kill(scene->spawned, SIGUSR1), 0);
	scene_finish(scene);
	root = &scene_root(scene)->is;
	assert_int_equal(root->programs_count, 2);
	assert_burnt(&root->programs[0], 200000);
	assert_burnt(&root->programs[1], 100000);
	assert_true(root->programs[0].start_ns < 0);
	assert_false(root->programs[0].is_forked);
}

/* --- memory --- */

/* Where nobody could see it, it is not known. */
static void assert_small(uint64_t peak_kb)
{
	if (peak_kb != DENET_UNKNOWN)
		assert_true(peak_kb < 20 * MIB_KB);
}

static void peak_before_an_exec_is_the_process_s(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *root;

	name_all(scene);
	scene_run(scene, "chain", scene->dir, "touch=200", "exec=small");
	root = &scene_root(scene)->is;
	assert_in_range(program_of(root, "chain")->peak_rss_kb, 199 * MIB_KB, 210 * MIB_KB);
	assert_small(program_of(root, "small")->peak_rss_kb);
	assert_in_range(root->peak_rss_kb, 199 * MIB_KB, 210 * MIB_KB);
	assert_false(root->peak_is_bound);
	assert_int_equal(scene->summary.peak_process_rss_kb, root->peak_rss_kb);
	assert_string_equal(scene->summary.peak_process_comm, "chain");
	assert_in_range(group_of(scene, "chain")->peak_rss_kb, 199 * MIB_KB, 210 * MIB_KB);
	assert_small(group_of(scene, "small")->peak_rss_kb);
}

static void peaks_are_not_inherited_by_fork_and_exec(void **state)
{
	struct scene *scene = *state;
	size_t small = 0;

	name_all(scene);
	scene_run(scene, "chain", scene->dir, "touch=200", "spawn=small", "exec=second",
		  "spawn=small");
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_process *process = &scene->seen.processes[i].is;

		if (strcmp(process->comm, "small") != 0)
			continue;
		small++;
		assert_small(process->peak_rss_kb);
		assert_small(process->programs[0].peak_rss_kb);
	}
	assert_int_equal(small, 2);
	assert_in_range(scene_root(scene)->is.peak_rss_kb, 199 * MIB_KB, 210 * MIB_KB);
	assert_small(group_of(scene, "small")->peak_rss_kb);
}

/* As Python's subprocess: the child has its parent's memory, all of which it lets go of. */
static void peaks_are_not_inherited_by_vfork(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *child;

	name_all(scene);
	scene_run(scene, "chain", scene->dir, "touch=200", "touch=1", "vfork", "exec=small");
	child = &scene_child(scene)->is;
	assert_small(child->peak_rss_kb);
	assert_true(child->programs[0].peak_rss_kb == DENET_UNKNOWN);
	assert_in_range(scene_root(scene)->is.peak_rss_kb, 199 * MIB_KB, 210 * MIB_KB);
}

/* As Python's multiprocessing: beyond its parent's memory the child has made some itself. */
static void what_a_child_made_itself_before_its_exec_counts(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *child;

	name_all(scene);
	scene_run(scene, "chain", scene->dir, "touch=100", "touch=1", "fork", "burn=1000",
		  "touch=150", "exec=small");
	child = &scene_child(scene)->is;
	assert_in_range(child->programs[0].peak_rss_kb, 40 * MIB_KB, 155 * MIB_KB);
	assert_int_equal(child->peak_rss_kb, child->programs[0].peak_rss_kb);
	assert_small(child->programs[1].peak_rss_kb);
}

static void each_program_has_its_peak(void **state)
{
	struct scene *scene = *state;
	const struct denet_process *root;

	name_all(scene);
	scene_run(scene, "chain", scene->dir, "touch=50", "exec=second", "touch=150", "exec=third",
		  "touch=100", "exec=small");
	root = &scene_root(scene)->is;
	assert_in_range(program_of(root, "chain")->peak_rss_kb, 49 * MIB_KB, 60 * MIB_KB);
	assert_in_range(program_of(root, "second")->peak_rss_kb, 149 * MIB_KB, 160 * MIB_KB);
	/* Smaller than one before it: only a sample can have seen it. */
	if (program_of(root, "third")->peak_rss_kb != DENET_UNKNOWN)
		assert_true(program_of(root, "third")->peak_is_bound);
	assert_small(program_of(root, "small")->peak_rss_kb);
	assert_in_range(root->peak_rss_kb, 149 * MIB_KB, 160 * MIB_KB);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(each_program_has_its_cpu),
		scene_test(what_a_child_used_before_its_exec_is_its_parents_programs),
		scene_test(process_that_never_execs_has_no_programs),
		scene_test(process_that_execs_for_ever_is_exact),
		scene_test(program_that_runs_at_the_attach_is_the_first),
		scene_test(peak_before_an_exec_is_the_process_s),
		scene_test(peaks_are_not_inherited_by_fork_and_exec),
		scene_test(peaks_are_not_inherited_by_vfork),
		scene_test(what_a_child_made_itself_before_its_exec_counts),
		scene_test(each_program_has_its_peak),
	};

	return harness_run("programs", tests);
}
