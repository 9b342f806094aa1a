/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One loaded set that serves again and again: as exact as a fresh one, and gone in the end. */
#include "bpf/harness.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/probe_internal.h"
#include "util/clock.h"

#define USES 1000
#define ROUNDS 7

static const struct source_options again = { .keep_loaded = true };

static size_t entries_of(const char *path)
{
	DIR *dir = opendir(path);
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	closedir(dir);
	return count;
}

struct traces {
	size_t descriptors;
	size_t threads;
};

static struct traces look_for_traces(void)
{
	return (struct traces){ entries_of("/proc/self/fd"), entries_of("/proc/self/task") };
}

static int count_task(void *context, const struct task_sample *task)
{
	(void)task;
	*(size_t *)context += 1;
	return 0;
}

static int ignore_task(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

static struct source *open_again(void)
{
	struct source *source = NULL;

	assert_return_code(probe_source_ops.open(&again, &source), errno);
	return source;
}

static void follow(struct source *source, pid_t pid)
{
	assert_int_equal(source->ops->seed(source, pid, true, ignore_task, NULL), 0);
}

static size_t tasks_in(struct source *source)
{
	struct tree_totals totals;
	size_t count = 0;
	int r = 1;

	while (r == 1) {
		count = 0;
		r = source->ops->sample(source, count_task, &count, &totals);
	}
	assert_int_equal(r, 0);
	return count;
}

/* Returns its CPU time. */
static uint64_t run_once(struct scene *scene)
{
	char *const argv[] = { (char *)"/bin/true", NULL };
	struct denet_summary summary = { .size = sizeof(summary) };

	assert_int_equal(scene_try(scene, argv, -1), 0);
	while (!scene_step(scene))
		;
	assert_int_equal(denet_monitor_summary(scene->monitor, &summary), 0);
	assert_int_equal(summary.accounting, DENET_ACCOUNTING_BPF);
	assert_int_equal(summary.processes_total, 1);
	assert_int_equal(summary.processes_exact, 1);
	assert_int_equal(summary.tasks_lost, 0);
	denet_monitor_free(scene->monitor);
	scene->monitor = NULL;
	seen_done(&scene->seen);
	return summary.used.cpu_time_ns;
}

static void thousand_uses_leave_nothing(void **state)
{
	struct scene *scene = *state;
	struct traces before;

	denet_release();
	before = look_for_traces();
	scene->options.keep_loaded = true;
	scene->options.no_polling = true;
	for (int i = 0; i < USES; i++)
		assert_true(run_once(scene) > 0);
	assert_true(look_for_traces().descriptors > before.descriptors);
	denet_release();
	assert_int_equal(look_for_traces().descriptors, before.descriptors);
	assert_int_equal(look_for_traces().threads, before.threads);
}

/* Their storage says that they are members, and their end would be counted. */
static void members_of_the_last_use_are_none_of_the_next(void **state)
{
	struct scene *scene = *state;
	struct tree_totals totals;
	struct source *source;
	char line[16];
	pid_t child;

	scene_spawn(scene, "idle", "5", "0", NULL);
	scene_await_line(scene, line, sizeof(line));
	source = open_again();
	follow(source, scene->spawned);
	assert_int_equal(tasks_in(source), 6);
	source_close(source);

	child = fork();
	assert_return_code(child, errno);
	if (!child) {
		for (;;)
			pause();
	}
	source = open_again();
	follow(source, child);
	assert_int_equal(tasks_in(source), 1);
	assert_int_equal(kill(scene->spawned, SIGTERM), 0);
	assert_int_equal(waitpid(scene->spawned, NULL, 0), scene->spawned);
	source->ops->totals(source, &totals);
	assert_int_equal(totals.dying_seq, 0);
	assert_int_equal(totals.dead.cpu_time_ns, 0);
	source_close(source);

	/* And a member of both is one again. */
	source = open_again();
	follow(source, child);
	assert_int_equal(tasks_in(source), 1);
	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(waitpid(child, NULL, 0), child);
	do
		source->ops->totals(source, &totals);
	while (totals.dead_seq == 0);
	assert_true(totals.dead.cpu_time_ns > 0);
	source_close(source);
	denet_release();
	scene->spawned = 0;
}

struct told {
	size_t execs;
	size_t exits;
};

static void count_exec(void *context, const struct exec_event *event, const char *text)
{
	(void)event;
	(void)text;
	((struct told *)context)->execs++;
}

static void count_exit(void *context, const struct process_account *account)
{
	(void)account;
	((struct told *)context)->exits++;
}

/* Waits for a byte, begets so many that run another program, waits for them and ends. */
static pid_t fork_parent_of(int count, int *ret_release_fd)
{
	int release[2], status;
	char byte;
	pid_t pid;

	assert_return_code(pipe(release), errno);
	pid = fork();
	assert_return_code(pid, errno);
	if (pid) {
		close(release[0]);
		*ret_release_fd = release[1];
		return pid;
	}
	if (read(release[0], &byte, 1) != 1)
		_exit(1);
	while (count-- > 0) {
		pid_t child = fork();

		if (!child) {
			execl("/bin/true", "true", (char *)NULL);
			_exit(1);
		}
		if (child < 0 || waitpid(child, &status, 0) != child || status)
			_exit(1);
	}
	_exit(0);
}

static pid_t fork_idle(void)
{
	pid_t pid = fork();

	assert_return_code(pid, errno);
	if (!pid) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		for (;;)
			pause();
	}
	return pid;
}

static void end_idle(pid_t pid)
{
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

#define BEGOTTEN 5

/* Whatever was forked meanwhile has copies of all descriptors, and what they hold stays attached. */
static void count_beside_held_links(void)
{
	const uint64_t waited_ns = waited_cpu_ns();
	struct told told = { 0 };
	const struct source_events events = { &told, count_exec, count_exit };
	struct source *source = open_again();
	pid_t holder = fork_idle(), parent;
	struct tree_totals totals;
	int release_fd;

	source_close(source);
	parent = fork_parent_of(BEGOTTEN, &release_fd);
	source = open_again();
	follow(source, parent);
	assert_int_equal(write(release_fd, "", 1), 1);
	assert_int_equal(waitpid(parent, NULL, 0), parent);
	close(release_fd);
	await_that((source->ops->totals(source, &totals),
		    totals.processes_exited > BEGOTTEN && totals.dead_seq == totals.dying_seq));
	assert_return_code(source->ops->drain(source, &events), errno);
	assert_int_equal(totals.processes_started, BEGOTTEN);
	assert_int_equal(totals.dead_seq, BEGOTTEN + 1);
	assert_int_equal(totals.alive.processes, 0);
	assert_int_equal(totals.alive.threads, 0);
	assert_int_equal(told.execs, BEGOTTEN);
	assert_int_equal(told.exits, BEGOTTEN + 1);
	/* Not twice: what the kernel hands to who waits lacks the last moments of each. */
	assert_true(totals.dead.cpu_time_ns * 2 < (waited_cpu_ns() - waited_ns) * 3);
	source_close(source);
	denet_release();
	end_idle(holder);
}

static void links_that_a_forked_process_holds_count_nothing(void **state)
{
	(void)state;
	count_beside_held_links();
}

/* As from 6.10 on in the kernels of some distributions, which are called older. */
static void nor_where_they_cannot_be_told_apart(void **state)
{
	const struct probe_options uncookied = { .no_cookies = true };

	(void)state;
	probe_force(&uncookied);
	count_beside_held_links();
}

static int force_nothing(void **state)
{
	const struct probe_options none = { 0 };

	(void)state;
	probe_force(&none);
	return 0;
}

static uint64_t cost_of_use_ns(bool is_attached)
{
	uint64_t started_ns = clock_thread_cpu_ns();
	struct source *source = open_again();

	if (is_attached)
		follow(source, getpid());
	source_close(source);
	return clock_thread_cpu_ns() - started_ns;
}

static void expect_a_fifth_at_most(bool is_attached)
{
	uint64_t first_ns = UINT64_MAX, second_ns = UINT64_MAX, cost_ns;

	for (int i = 0; i < ROUNDS; i++) {
		denet_release();
		cost_ns = cost_of_use_ns(is_attached);
		first_ns = cost_ns < first_ns ? cost_ns : first_ns;
		cost_ns = cost_of_use_ns(is_attached);
		second_ns = cost_ns < second_ns ? cost_ns : second_ns;
	}
	denet_release();
	print_message("             first %.3f ms, again %.3f ms\n", (double)first_ns / 1e6,
		      (double)second_ns / 1e6);
	assert_true(second_ns * 5 <= first_ns);
}

static void second_use_costs_a_fifth_at_most(void **state)
{
	(void)state;
	expect_a_fifth_at_most(false);
}

/* It has looked for a tree, for which more is loaded. */
static void second_attach_costs_a_fifth_at_most(void **state)
{
	(void)state;
	expect_a_fifth_at_most(true);
}

static void forked_process_loads_its_own(void **state)
{
	int status;
	pid_t pid;

	(void)state;
	source_close(open_again());
	pid = fork();
	assert_return_code(pid, errno);
	if (!pid) {
		struct source *source = NULL;
		int r = probe_source_ops.open(&again, &source);

		/* Of a kept one this is the second generation. */
		if (r || *probe_of(source)->shared.generation != 0)
			_exit(1);
		source_close(source);
		denet_release();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	denet_release();
}

static void two_at_once_have_one_each(void **state)
{
	struct source *first = open_again(), *second = open_again();

	(void)state;
	assert_ptr_not_equal(first, second);
	source_close(first);
	source_close(second);
	denet_release();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(thousand_uses_leave_nothing),
		scene_test(members_of_the_last_use_are_none_of_the_next),
		cmocka_unit_test(links_that_a_forked_process_holds_count_nothing),
		cmocka_unit_test_teardown(nor_where_they_cannot_be_told_apart, force_nothing),
		cmocka_unit_test(second_use_costs_a_fifth_at_most),
		cmocka_unit_test(second_attach_costs_a_fifth_at_most),
		cmocka_unit_test(forked_process_loads_its_own),
		cmocka_unit_test(two_at_once_have_one_each),
	};

	return harness_run("reuse", tests);
}
