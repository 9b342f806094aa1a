/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Following a cgroup: what is counted is what it has counted itself, whoever came and went. */
#include "bpf/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "workloads/shared.h"

/*
 * One that runs meanwhile has its slice added up between the move and what tells of it: that belongs to both. It is a
 * tick at most where the one that moves is not kept from going on, and as long as its call takes on each CPU else.
 */
#define TICK_NS 10000000
static uint64_t moving_ns;

static uint64_t moved_tolerance_ns(void)
{
	return TICK_NS + moving_ns * (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
}

/* By which CPU time is told exactly; where only version 2 counts, in microseconds. */
static const char *folder_of(const struct scene *scene)
{
	return scene->referee.v1[0] ? scene->referee.v1 : scene->referee.v2;
}

static uint64_t truth_ns(const struct scene *scene)
{
	uint64_t ns = 0;

	if (scene->referee.v1[0])
		assert_int_equal(referee_cpuacct_ns(&scene->referee, &ns), 0);
	else
		assert_int_equal(referee_cpu_ns(&scene->referee, &ns), 0);
	return ns;
}

static void assert_is(const struct scene *scene, uint64_t ns, uint64_t tolerance_ns)
{
	uint64_t used_ns = scene->summary.used.cpu_time_ns;

	print_message("             %.6f ms, cgroup %.6f\n", (double)used_ns / 1e6,
		      (double)ns / 1e6);
	if (!scene->referee.v1[0])
		tolerance_ns += 1000;
	assert_true(is_close(used_ns, ns, tolerance_ns));
}

static void follow(struct scene *scene, const char *folder)
{
	struct denet_observer observer = seen_observer(&scene->seen);
	int r = denet_attach_cgroup(&scene->options, &observer, folder, &scene->monitor,
				    &scene->error);

	if (r)
		print_message("denet_attach_cgroup: %s: %s\n", strerror(-r), scene->error.text);
	assert_int_equal(r, 0);
	moving_ns = 0;
}

static void move(const char *folder, pid_t pid)
{
	char path[PATH_MAX + 16], text[16];
	AUTO_FD int fd = -1;
	uint64_t begin_ns;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_return_code(fd, errno);
	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	begin_ns = clock_mono_ns();
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	moving_ns += clock_mono_ns() - begin_ns;
}

/* The root of the hierarchy: beside the folder of ours. */
static void move_out(const char *folder, pid_t pid)
{
	char parent[PATH_MAX];

	(void)snprintf(parent, sizeof(parent), "%s", folder);
	*strrchr(parent, '/') = '\0';
	move(parent, pid);
}

/* Outside of any cgroup of ours. */
static pid_t spawn(const char *workload, const char *first, const char *second, const char *third)
{
	char name[64], path[PATH_MAX];
	pid_t pid;

	(void)snprintf(name, sizeof(name), "workloads/%s", workload);
	harness_path(name, path);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		execl(path, path, first, second, third, NULL);
		_exit(127);
	}
	return pid;
}

/*
 * Moved in while it waits, as runtimes do with what they start: of one that runs at that moment the kernel may
 * charge a part to either side.
 */
static pid_t spawn_inside(const struct scene *scene, const char *workload, const char *first,
			  const char *second, const char *third)
{
	char name[64], path[PATH_MAX], byte = 0;
	int gate[2];
	pid_t pid;

	(void)snprintf(name, sizeof(name), "workloads/%s", workload);
	harness_path(name, path);
	assert_return_code(pipe2(gate, O_CLOEXEC), errno);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		if (read(gate[0], &byte, 1) == 1)
			execl(path, path, first, second, third, NULL);
		_exit(127);
	}
	await_that(referee_thread_waits(pid));
	move(folder_of(scene), pid);
	assert_int_equal(write(gate[1], &byte, 1), 1);
	(void)close(gate[0]);
	(void)close(gate[1]);
	return pid;
}

static void who_comes_in_counts_from_then(void **state)
{
	struct scene *scene = *state;
	pid_t pid;

	follow(scene, folder_of(scene));
	/* Its children are born inside. */
	pid = spawn_inside(scene, "forks", "40", "2000", "4");
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	scene_finish(scene);
	assert_is(scene, truth_ns(scene), 0);
	assert_int_equal(scene->summary.processes_total, 41);
	assert_int_equal(scene->summary.processes_running, 0);
	assert_int_equal(scene->seen.exits_count, 0);
}

static void many_that_live_for_a_moment_are_all_counted(void **state)
{
	struct scene *scene = *state;
	uint64_t total;
	pid_t pid;

	follow(scene, folder_of(scene));
	pid = spawn_inside(scene, "spawn", "200", "/bin/true", NULL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	scene_finish(scene);
	total = scene->summary.processes_total;
	assert_is(scene, truth_ns(scene), 0);
	assert_int_equal(total, 201);
}

static void threads_that_run_count_from_the_move(void **state)
{
	struct scene *scene = *state;
	char path[PATH_MAX];
	struct clock_page *page = scene_map(scene, "clock", sizeof(*page), path);
	pid_t threads, clock;

	follow(scene, folder_of(scene));
	clock = spawn("clock", path, NULL, NULL);
	threads = spawn("threads", "8", "100000", "8");
	await_that(atomic_load(&page->cpu_ns) >= 30000000);
	move(folder_of(scene), clock);
	move(folder_of(scene), threads);
	assert_int_equal(waitpid(threads, NULL, 0), threads);
	atomic_store(&page->is_over, true);
	scene_finish(scene);
	assert_is(scene, truth_ns(scene), moved_tolerance_ns());
	assert_int_equal(scene->summary.processes_total, 2);
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		assert_true(scene->seen.processes[i].is.is_partial);
		assert_false(scene->seen.processes[i].is.is_running);
	}
}

static void who_is_there_already_counts_from_the_attach(void **state)
{
	struct scene *scene = *state;
	uint64_t before_ns, after_ns, end_ns, cut_ns;
	char line[16];

	scene_spawn(scene, "idle", "10", "0", "3", NULL);
	scene_await_line(scene, line, sizeof(line));
	before_ns = truth_ns(scene);
	follow(scene, folder_of(scene));
	after_ns = truth_ns(scene);
	scene_await_samples(scene, 2);
	assert_int_equal(scene->seen.samples[0].process_count, 11);
	assert_int_equal(scene->seen.samples[0].aggregated.thread_count, 11 + 10 * 3);
	assert_int_equal(kill(scene->spawned, SIGTERM), 0);
	scene_finish(scene);
	end_ns = truth_ns(scene);
	print_message("             %.6f ms, cgroup %.6f to %.6f\n",
		      (double)scene->summary.used.cpu_time_ns / 1e6,
		      (double)(end_ns - after_ns) / 1e6, (double)(end_ns - before_ns) / 1e6);
	/* Who comes to rest at that moment is the difference; version 2 cuts its times to microseconds. */
	cut_ns = scene->referee.v1[0] ? 0 : 1000;
	assert_true(scene->summary.used.cpu_time_ns + cut_ns >= end_ns - after_ns);
	assert_true(scene->summary.used.cpu_time_ns <= end_ns - before_ns + cut_ns);
	assert_int_equal(scene->summary.processes_total, 11);
}

static void who_goes_out_counts_until_then(void **state)
{
	struct scene *scene = *state;
	const struct seen_process *left;
	char path[PATH_MAX];
	struct clock_page *page = scene_map(scene, "clock", sizeof(*page), path);
	uint64_t out_ns;

	follow(scene, folder_of(scene));
	scene_spawn(scene, "clock", path, NULL);
	await_that(atomic_load(&page->cpu_ns) >= 50000000);
	move_out(folder_of(scene), scene->spawned);
	out_ns = atomic_load(&page->cpu_ns);
	await_that(atomic_load(&page->cpu_ns) >= out_ns + 50000000);
	scene_finish(scene);
	assert_is(scene, truth_ns(scene), moved_tolerance_ns());
	assert_int_equal(scene->summary.processes_total, 1);
	assert_int_equal(scene->summary.processes_running, 1);
	left = scene_only(scene, "clock");
	assert_true(left->is.is_running);
	assert_false(left->is.end.known);
	atomic_store(&page->is_over, true);
	assert_int_equal(waitpid(scene->spawned, NULL, 0), scene->spawned);
}

static void cgroups_below_count_as_well(void **state)
{
	struct scene *scene = *state;
	char below[PATH_MAX + 32], deeper[PATH_MAX + 32];
	pid_t pid;

	(void)snprintf(below, sizeof(below), "%s/below", folder_of(scene));
	(void)snprintf(deeper, sizeof(deeper), "%s/below/deeper", folder_of(scene));
	assert_return_code(mkdir(below, 0755), errno);
	follow(scene, folder_of(scene));
	/* Made when it is followed already. */
	assert_return_code(mkdir(deeper, 0755), errno);
	pid = spawn("threads", "4", "50000", "4");
	move(deeper, pid);
	/* From one to the other it is in it all the time. */
	move(below, pid);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	scene_finish(scene);
	assert_is(scene, truth_ns(scene), moved_tolerance_ns());
	assert_int_equal(scene->summary.processes_total, 1);
	assert_return_code(rmdir(deeper), errno);
	assert_return_code(rmdir(below), errno);
}

/* Whose parent is elsewhere; nobody moves it. */
static void who_is_born_inside_is_counted(void **state)
{
	struct scene *scene = *state;
	AUTO_FD int folder = open(scene->referee.v2, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (__u64)folder,
	};
	char path[PATH_MAX];
	uint64_t ns;
	pid_t pid;

	harness_path("workloads/forks", path);
	follow(scene, scene->referee.v2);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid < 0 && (errno == ENOSYS || errno == E2BIG))
		harness_skip_test("no CLONE_INTO_CGROUP");
	assert_true(pid >= 0);
	if (pid == 0) {
		execl(path, path, "3", "20000", NULL);
		_exit(127);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	scene_finish(scene);
	assert_int_equal(scene->summary.processes_total, 4);
	assert_int_equal(referee_cpu_ns(&scene->referee, &ns), 0);
	assert_true(is_close(scene->summary.used.cpu_time_ns, ns, 1000));
}

/* Which hierarchy it is in is its folder's. */
static void version_2_is_followed_beside_version_1(void **state)
{
	struct scene *scene = *state;
	uint64_t ns;
	pid_t pid;

	follow(scene, scene->referee.v2);
	pid = spawn("threads", "4", "100000", "4");
	/* Of no concern. */
	if (scene->referee.v1[0])
		move(scene->referee.v1, pid);
	move(scene->referee.v2, pid);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	scene_finish(scene);
	assert_int_equal(scene->summary.processes_total, 1);
	assert_int_equal(referee_cpu_ns(&scene->referee, &ns), 0);
	assert_is(scene, ns, moved_tolerance_ns());
}

static void one_that_is_removed_before_anybody_came_ends(void **state)
{
	struct scene *scene = *state;
	char folder[PATH_MAX + 32];

	(void)snprintf(folder, sizeof(folder), "%s/empty", folder_of(scene));
	assert_return_code(mkdir(folder, 0755), errno);
	follow(scene, folder);
	scene_await_samples(scene, 2);
	assert_return_code(rmdir(folder), errno);
	scene_finish(scene);
	assert_int_equal(scene->summary.processes_total, 0);
	assert_int_equal(scene->summary.used.cpu_time_ns, 0);
}

static void what_cannot_be_followed_is_refused(void **state)
{
	struct scene *scene = *state;
	struct denet_observer observer = seen_observer(&scene->seen);

	assert_int_equal(denet_attach_cgroup(&scene->options, &observer, "/none/such",
					     &scene->monitor, &scene->error),
			 -ENOENT);
	assert_non_null(strstr(scene->error.text, "'/none/such'"));
	scene->options.exclude_children = true;
	assert_int_equal(denet_attach_cgroup(&scene->options, &observer, folder_of(scene),
					     &scene->monitor, &scene->error),
			 -EINVAL);
	assert_null(scene->monitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(who_comes_in_counts_from_then),
		scene_test(many_that_live_for_a_moment_are_all_counted),
		scene_test(threads_that_run_count_from_the_move),
		scene_test(who_is_there_already_counts_from_the_attach),
		scene_test(who_goes_out_counts_until_then),
		scene_test(cgroups_below_count_as_well),
		scene_test(who_is_born_inside_is_counted),
		scene_test(version_2_is_followed_beside_version_1),
		scene_test(one_that_is_removed_before_anybody_came_ends),
		scene_test(what_cannot_be_followed_is_refused),
	};

	return harness_run("group", tests);
}
