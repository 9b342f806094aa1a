/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Following what runs already: the whole tree is found, and what is born meanwhile. */
#include "bpf/harness.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/parse.h"
#include "workloads/shared.h"

/* How well the slice in progress is known at the attach. */
#define EDGE_NS 500000

#define BORN_MEANWHILE 1000
#define BORN_AFTER 1000

static uint64_t mono_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static uint64_t referee_ns(const struct scene *scene)
{
	uint64_t ns = 0;

	assert_int_equal(referee_cpu_ns(&scene->referee, &ns), 0);
	return ns;
}

static void whole_tree_with_its_threads_is_found(void **state)
{
	struct scene *scene = *state;
	char line[16];
	const struct seen_sample *first;

	scene_spawn(scene, "idle", "30", "0", "4", NULL);
	scene_await_line(scene, line, sizeof(line));
	scene_attach(scene, scene->spawned);
	scene_await_samples(scene, 2);
	first = &scene->seen.samples[0];
	assert_int_equal(first->process_count, 31);
	assert_int_equal(first->aggregated.thread_count, 31 + 30 * 4);
	assert_int_equal(denet_monitor_signal(scene->monitor, SIGTERM), 0);
	scene_finish(scene);
	assert_int_equal(scene->summary.processes_total, 31);
	for (size_t i = 0; i < scene->seen.processes_count; i++)
		assert_true(scene->seen.processes[i].is.is_partial);
}

static void totals_count_from_the_attach(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct clock_page *page = scene_map(scene, "clock", sizeof(*page), path);
	uint64_t before_ns, after_ns, end_ns;

	scene_spawn(scene, "clock", path, NULL);
	await_that(atomic_load(&page->cpu_ns) >= 200000000);
	before_ns = atomic_load(&page->cpu_ns);
	scene_attach(scene, scene->spawned);
	/* What stands there may be of before it was last interrupted, and charged for that. */
	after_ns = atomic_load(&page->cpu_ns);
	await_that(atomic_load(&page->cpu_ns) > after_ns);
	after_ns = atomic_load(&page->cpu_ns);
	await_that(atomic_load(&page->cpu_ns) >= after_ns + 200000000);
	atomic_store(&page->is_over, true);
	scene_finish(scene);
	end_ns = referee_ns(scene) + scene->outside_whole_ns;
	print_message("             %.3f ms, of %.3f to %.3f\n",
		      (double)scene->summary.used.cpu_time_ns / 1e6,
		      (double)(end_ns - after_ns) / 1e6, (double)(end_ns - before_ns) / 1e6);
	assert_true(scene->summary.used.cpu_time_ns <= end_ns - before_ns + EDGE_NS);
	assert_true(scene->summary.used.cpu_time_ns + EDGE_NS + scene->entering_ns >=
		    end_ns - after_ns);
}

static void totals_since_birth_include_what_was_before(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct clock_page *page = scene_map(scene, "clock", sizeof(*page), path);
	uint64_t truth_ns;

	scene->options.since_process_start = true;
	scene_spawn(scene, "clock", path, NULL);
	await_that(atomic_load(&page->cpu_ns) >= 300000000);
	scene_attach(scene, scene->spawned);
	atomic_store(&page->is_over, true);
	scene_finish(scene);
	truth_ns = referee_ns(scene) + scene->outside_whole_ns;
	print_message("             %.3f ms, cgroup and before %.3f\n",
		      (double)scene->summary.used.cpu_time_ns / 1e6, (double)truth_ns / 1e6);
	assert_true(
		is_close(scene->summary.used.cpu_time_ns, truth_ns, EDGE_NS + scene->entering_ns));
}

/*
 * A storm that outruns a starved attach would never be caught up with, or fill what the kernel keeps for
 * us; and one that is over by then shows little. So it pauses after enough births, and goes on once the
 * attach is done, by itself: we have its news to read.
 */
static void hold_storm(struct storm_log *storm)
{
	atomic_store(&storm->is_held, true);
	atomic_store(&storm->most, STORM_HELD_BIRTHS + BORN_MEANWHILE);
}

static void let_storm_go_on(struct storm_log *storm, uint32_t enough)
{
	atomic_store(&storm->until_ns, UINT64_MAX);
	atomic_store(&storm->most, enough);
	atomic_store(&storm->is_held, false);
}

static void children_born_after_the_attach_are_exact(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct storm_log *storm = scene_map(scene, "storm", sizeof(*storm), path);
	uint32_t first;

	hold_storm(storm);
	scene_spawn(scene, "storm", path, "600", "11", NULL);
	await_that(atomic_load(&storm->count) >= 50);
	scene_attach(scene, scene->spawned);
	/* Those in a fork of which are not born yet. */
	first = atomic_load(&storm->count) + 1;
	let_storm_go_on(storm, first + 100);
	scene_finish(scene);
	for (uint32_t i = first; i < atomic_load(&storm->count); i++) {
		const struct seen_process *process =
			scene_process(scene, atomic_load(&storm->members[i].pid));

		assert_non_null(process);
		assert_false(process->is.is_partial);
		assert_true(process->is.is_exact);
	}
}

/* Whether the chain from the root to the member was alive at that time. */
static bool is_rooted(const struct storm_log *storm, uint32_t index, uint64_t at_ns)
{
	while (index) {
		index = storm->members[index].parent;
		if (atomic_load(&storm->members[index].end_ns) <= at_ns)
			return false;
	}
	return true;
}

/* Whoever lived beyond the attach is found, and nobody else who has not lived to its begin. */
static void check_storm(const struct scene *scene, const struct storm_log *storm, uint64_t begin_ns,
			uint64_t end_ns, uint64_t rooted_ns)
{
	uint32_t count = atomic_load(&storm->count);
	size_t required = 0;
	size_t possible = 0;

	for (uint32_t i = 0; i < count; i++) {
		const struct storm_member *member = &storm->members[i];
		uint64_t member_end_ns = atomic_load(&member->end_ns);

		possible += member_end_ns > begin_ns - 50000000;
		if (member_end_ns <= end_ns || !is_rooted(storm, i, rooted_ns))
			continue;
		required++;
		assert_non_null(scene_process(scene, atomic_load(&member->pid)));
	}
	print_message("             %u in all, %zu to be found, %zu found\n", count, required,
		      scene->seen.processes_count);
	assert_true(required > 20);
	assert_in_range(scene->seen.processes_count, required, possible);
}

static void attach_to_storm(struct scene *scene, struct storm_log *storm)
{
	uint64_t begin_ns, end_ns;

	await_that(atomic_load(&storm->count) >= STORM_HELD_BIRTHS);
	begin_ns = mono_ns();
	scene_attach(scene, scene->spawned);
	end_ns = mono_ns();
	let_storm_go_on(storm, atomic_load(&storm->count) + BORN_AFTER);
	scene_finish(scene);
	check_storm(scene, storm, begin_ns, end_ns, end_ns);
}

static void attach_during_a_fork_storm_misses_nobody(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct storm_log *storm = scene_map(scene, "storm", sizeof(*storm), path);

	hold_storm(storm);
	scene_spawn(scene, "storm", path, "800", "5", NULL);
	attach_to_storm(scene, storm);
}

/* Those whose parents ended before the attach cannot be found: they are not required. */
static void attach_among_orphans_misses_nobody_it_could_find(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct storm_log *storm = scene_map(scene, "storm", sizeof(*storm), path);

	hold_storm(storm);
	scene_spawn(scene, "storm", path, "800", "6", "orphans", NULL);
	attach_to_storm(scene, storm);
}

static void attach_ends_when_the_root_is_killed(void **state)
{
	struct scene *scene = *state;
	char line[16];

	scene_spawn(scene, "idle", "3", "0", NULL);
	scene_await_line(scene, line, sizeof(line));
	scene_attach(scene, scene->spawned);
	scene_await_samples(scene, 2);
	assert_int_equal(kill(scene->spawned, SIGKILL), 0);
	scene_finish(scene);
	assert_int_equal(scene->seen.exits_count, 1);
	assert_true(scene->summary.end.known);
	assert_int_equal(scene->summary.end.signal, SIGKILL);
	assert_int_equal(scene_root(scene)->is.end.signal, SIGKILL);
}

static int attach_error(struct scene *scene, pid_t pid)
{
	struct denet_observer observer = seen_observer(&scene->seen);
	int r = denet_attach(&scene->options, &observer, pid, &scene->monitor, &scene->error);

	assert_true(r < 0);
	assert_null(scene->monitor);
	assert_true(strlen(scene->error.text) > 0);
	assert_null(strchr(scene->error.text, '\n'));
	return r;
}

static void attach_to_nobody_is_refused(void **state)
{
	struct scene *scene = *state;
	pid_t gone = fork();

	if (gone == 0)
		_exit(0);
	assert_int_equal(waitpid(gone, NULL, 0), gone);
	assert_int_equal(attach_error(scene, gone), -ESRCH);
	(void)attach_error(scene, 0);
	(void)attach_error(scene, -1);
}

/* A thread of the process that is not its first; 0 when there is none. */
static pid_t other_thread(pid_t pid)
{
	char path[64];
	DIR *dir;
	const struct dirent *entry;
	uint64_t tid, other = 0;

	snprintf(path, sizeof(path), "/proc/%d/task", (int)pid);
	dir = opendir(path);
	assert_non_null(dir);
	while (!other && (entry = readdir(dir))) {
		if (parse_u64(entry->d_name, 1, INT32_MAX, &tid) == 0 && (pid_t)tid != pid)
			other = tid;
	}
	closedir(dir);
	return (pid_t)other;
}

static void attach_to_a_thread_is_refused(void **state)
{
	struct scene *scene = *state;
	pid_t thread;

	scene_spawn(scene, "threads", "2", "3000000", NULL);
	do
		thread = other_thread(scene->spawned);
	while (!thread);
	(void)attach_error(scene, thread);
	kill(scene->spawned, SIGKILL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(whole_tree_with_its_threads_is_found),
		scene_test(totals_count_from_the_attach),
		scene_test(totals_since_birth_include_what_was_before),
		scene_test(children_born_after_the_attach_are_exact),
		scene_test(attach_during_a_fork_storm_misses_nobody),
		scene_test(attach_among_orphans_misses_nobody_it_could_find),
		scene_test(attach_ends_when_the_root_is_killed),
		scene_test(attach_to_nobody_is_refused),
		scene_test(attach_to_a_thread_is_refused),
	};

	return harness_run("attach", tests);
}
