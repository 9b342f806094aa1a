/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the tests of the poller share: a tree of real processes, and what is told of it. */
#ifndef DENET_UNIT_POLLER_WORLD_H
#define DENET_UNIT_POLLER_WORLD_H

#include "poller/poller.h"
#include "procfs/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#define MS 1000000ull
#define SEEN_MAX 64

/* What the processes of a test and the test tell each other. */
struct stage {
	int here; /* the test's end of a socket */
	int there;
	void *memory;
	volatile uint64_t *shared; /* two numbers in it */
};

typedef void (*root_fn)(struct stage *stage);

/* One tree under a poller, and what it told. */
struct world {
	struct source *source;
	struct stage stage;
	pid_t root;
	uint64_t before_ns; /* what the root had used when it was seeded */
	struct task_sample tasks[SEEN_MAX];
	size_t tasks_count;
	struct process_account ends[SEEN_MAX];
	size_t ends_count;
	struct exec_event execs[SEEN_MAX];
	char texts[SEEN_MAX][256];
	size_t execs_count;
	uint64_t live_ns;
	struct tree_totals totals;
};

static inline uint64_t own_cpu_ns(void)
{
	struct timespec used;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
	return (uint64_t)used.tv_sec * 1000000000 + (uint64_t)used.tv_nsec;
}

static inline void burn_ms(uint64_t ms)
{
	uint64_t end_ns = own_cpu_ns() + ms * MS;

	while (own_cpu_ns() < end_ns)
		;
}

/* Of the processes of the tree. */
static inline void tell(const struct stage *stage)
{
	if (write(stage->there, "x", 1) != 1)
		_exit(1);
}

static inline void await(const struct stage *stage)
{
	char byte;

	if (read(stage->there, &byte, 1) != 1)
		_exit(1);
}

/* Of the test. */
static inline void hear(const struct world *world)
{
	char byte;

	assert_int_equal(read(world->stage.here, &byte, 1), 1);
}

static inline void allow(const struct world *world)
{
	assert_int_equal(write(world->stage.here, "x", 1), 1);
}

static inline int on_task(void *context, const struct task_sample *task)
{
	struct world *world = context;

	assert_true(world->tasks_count < SEEN_MAX);
	world->tasks[world->tasks_count++] = *task;
	world->live_ns += task->used.cpu_time_ns;
	return 0;
}

static inline void on_exec(void *context, const struct exec_event *event, const char *text)
{
	struct world *world = context;
	size_t len = event->args_len + event->path_len;

	assert_true(world->execs_count < SEEN_MAX && len < sizeof(world->texts[0]));
	memcpy(world->texts[world->execs_count], text, len);
	world->texts[world->execs_count][len] = '\0';
	world->execs[world->execs_count++] = *event;
}

static inline void on_exit_account(void *context, const struct process_account *account)
{
	struct world *world = context;

	assert_true(world->ends_count < SEEN_MAX);
	world->ends[world->ends_count++] = *account;
}

static inline void drain(struct world *world)
{
	const struct source_events events = { world, on_exec, on_exit_account };

	assert_int_equal(world->source->ops->drain(world->source, &events), 0);
}

static inline void sample(struct world *world)
{
	world->tasks_count = 0;
	world->live_ns = 0;
	assert_int_equal(world->source->ops->sample(world->source, on_task, world, &world->totals),
			 0);
	drain(world);
}

static inline uint64_t total_ns(const struct world *world)
{
	return world->totals.dead.cpu_time_ns + world->live_ns;
}

static inline bool is_seen(const struct world *world, pid_t pid)
{
	for (size_t i = 0; i < world->tasks_count; i++)
		if (world->tasks[i].tgid == (uint32_t)pid)
			return true;
	return false;
}

static inline struct task_sample task_of(const struct world *world, pid_t pid)
{
	size_t i = 0;

	assert_true(is_seen(world, pid));
	while (world->tasks[i].tgid != (uint32_t)pid)
		i++;
	return world->tasks[i];
}

static inline bool has_ended(const struct world *world, pid_t pid)
{
	for (size_t i = 0; i < world->ends_count; i++)
		if (world->ends[i].tgid == (uint32_t)pid)
			return true;
	return false;
}

static inline struct process_account end_of(const struct world *world, pid_t pid)
{
	size_t i = 0;

	assert_true(has_ended(world, pid));
	while (world->ends[i].tgid != (uint32_t)pid)
		i++;
	return world->ends[i];
}

static inline void open_stage(struct stage *stage)
{
	int ends[2];

	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends), 0);
	stage->here = ends[0];
	stage->there = ends[1];
	stage->memory = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	stage->shared = stage->memory;
	assert_ptr_not_equal(stage->memory, MAP_FAILED);
}

/* Runs it in a child that dies with the test, after a first allow(). */
static inline pid_t start(const struct world *world, root_fn run)
{
	struct stage stage = world->stage;
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	/* Whoever waits for a word of the test ends with it. */
	(void)close(stage.here);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	await(&stage);
	run(&stage);
	_exit(0);
}

static inline void open_poller(const struct poller_options *options, struct source **ret_source)
{
	struct poller_options here = *options;

	here.procfs = procfs_host();
	assert_int_equal(poller_open(&here, ret_source), 0);
}

static inline int seed(struct world *world, pid_t root, bool is_tree)
{
	return world->source->ops->seed(world->source, root, is_tree, on_task, world);
}

static inline void begin_as(struct world *world, const struct poller_options *options, root_fn run,
			    bool is_held)
{
	memset(world, 0, sizeof(*world));
	open_stage(&world->stage);
	open_poller(options, &world->source);
	world->root = start(world, run);
	assert_int_equal(seed(world, world->root, false), 0);
	assert_int_equal(world->tasks_count, 1);
	world->before_ns = world->tasks[0].used.cpu_time_ns;
	if (!is_held)
		allow(world);
}

static inline void begin_with(struct world *world, const struct poller_options *options,
			      root_fn run)
{
	begin_as(world, options, run, false);
}

static inline void begin(struct world *world, root_fn run)
{
	const struct poller_options options = { .adopt_orphans = true };

	begin_with(world, &options, run);
}

/* Seeded, and waiting for an allow() before it runs. */
static inline void begin_held(struct world *world, root_fn run)
{
	const struct poller_options options = { .adopt_orphans = true };

	begin_as(world, &options, run, true);
}

/* Until the clock of births shows another time. */
static inline void await_tick(void)
{
	const uint64_t tick_ns = 1000000000 / (uint64_t)sysconf(_SC_CLK_TCK);
	struct timespec now, begun;

	(void)clock_gettime(CLOCK_BOOTTIME, &begun);
	do
		(void)clock_gettime(CLOCK_BOOTTIME, &now);
	while ((uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec <
	       (uint64_t)begun.tv_sec * 1000000000 + (uint64_t)begun.tv_nsec + 2 * tick_ns);
}

/* A child that has ended and still waits for us. */
static inline void await_end(pid_t pid)
{
	siginfo_t info;

	assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
}

static inline uint64_t reap(pid_t pid)
{
	struct rusage usage;

	assert_int_equal(wait4(pid, NULL, 0, &usage), pid);
	return ((uint64_t)usage.ru_utime.tv_sec + (uint64_t)usage.ru_stime.tv_sec) * 1000000000 +
	       ((uint64_t)usage.ru_utime.tv_usec + (uint64_t)usage.ru_stime.tv_usec) * 1000;
}

static inline void end(struct world *world)
{
	source_close(world->source);
	(void)close(world->stage.here);
	(void)close(world->stage.there);
	(void)munmap(world->stage.memory, 4096);
}

static inline void wait_for_child(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

static inline void two_children(struct stage *stage)
{
	(void)stage;
	for (int i = 0; i < 2; i++) {
		pid_t pid = fork();

		if (!pid) {
			burn_ms(20);
			_exit(0);
		}
		wait_for_child(pid);
	}
	burn_ms(20);
}

#endif
