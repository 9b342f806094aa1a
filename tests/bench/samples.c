/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What one sample costs by either way: prints the median CPU time in ns of the walk over the machine's
 * tasks and of reading the members alone, "-" where that cannot be had.
 *
 * Usage: samples MEMBERS THREADS OTHERS
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/probe_internal.h"
#include "util/clock.h"
#include "util/parse.h"

#define ROUNDS 41

static int ignore_task(void *context, const struct task_sample *task)
{
	(void)task;
	*(size_t *)context += 1;
	return 0;
}

static void *sleep_on(void *unused)
{
	for (;;)
		(void)pause();
	return unused;
}

static void idle(uint64_t threads)
{
	pthread_attr_t attributes;
	pthread_t thread;

	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	(void)pthread_attr_init(&attributes);
	(void)pthread_attr_setstacksize(&attributes, 64 << 10);
	for (uint64_t i = 1; i < threads; i++)
		(void)pthread_create(&thread, &attributes, sleep_on, NULL);
	(void)sleep_on(NULL);
}

static void fork_idlers(uint64_t count, uint64_t threads, pid_t *ret_pids)
{
	for (uint64_t i = 0; i < count; i++) {
		pid_t pid = fork();

		if (pid < 0)
			perror("samples: fork");
		if (!pid)
			idle(threads);
		if (ret_pids)
			ret_pids[i] = pid;
	}
}

/* A process with the others of the tree as children. */
static pid_t fork_tree(uint64_t members, uint64_t threads)
{
	pid_t pid = fork();

	if (pid)
		return pid;
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	fork_idlers(members - 1, threads, NULL);
	idle(threads);
	return 0;
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

/* 0 when the sample is not by the way that was asked for. */
static uint64_t cost_ns(struct source *source, bool by_members)
{
	struct members *members = &probe_of(source)->members;
	bool was_wanted = members->is_wanted;
	struct tree_totals totals;
	uint64_t costs_ns[ROUNDS];
	size_t seen = 0;

	members->is_wanted = was_wanted && by_members;
	for (int i = 0; i < ROUNDS; i++) {
		uint64_t started_ns = clock_thread_cpu_ns();

		if (source->ops->sample(source, ignore_task, &seen, &totals) < 0)
			return 0;
		costs_ns[i] = clock_thread_cpu_ns() - started_ns;
	}
	members->is_wanted = was_wanted;
	if (by_members && !members->members_ns)
		return 0;
	qsort(costs_ns, ROUNDS, sizeof(costs_ns[0]), by_size);
	return costs_ns[ROUNDS / 2];
}

/* All threads are there when as many are seen as there should be. */
static void await_tasks(struct source *source, uint64_t wanted)
{
	struct tree_totals totals;
	size_t seen = 0;

	while (seen < wanted) {
		seen = 0;
		if (source->ops->sample(source, ignore_task, &seen, &totals) < 0)
			exit(1);
		(void)usleep(10000);
	}
}

static void print(uint64_t cost, const char *end)
{
	if (cost)
		printf("%llu%s", (unsigned long long)cost, end);
	else
		printf("-%s", end);
}

static int measure(pid_t root, uint64_t tasks)
{
	const struct probe_options options = { .force_members = true };
	struct source *source = NULL;
	size_t seen = 0;
	int r = probe_open(&options, &source);

	if (!r)
		r = source->ops->seed(source, root, true, ignore_task, &seen);
	if (r) {
		fprintf(stderr, "samples: %s\n", strerror(-r));
		return 1;
	}
	await_tasks(source, tasks);
	print(cost_ns(source, false), " ");
	print(cost_ns(source, true), "\n");
	source_close(source);
	return 0;
}

int main(int argc, char *argv[])
{
	uint64_t members, threads, others;
	pid_t root, *pids;
	int status;

	if (argc != 4 || parse_u64(argv[1], 1, 100000, &members) ||
	    parse_u64(argv[2], 1, 1000, &threads) || parse_u64(argv[3], 0, 100000, &others)) {
		fprintf(stderr, "usage: samples MEMBERS THREADS OTHERS\n");
		return 2;
	}
	pids = calloc(others + 1, sizeof(*pids));
	if (!pids)
		return 1;
	(void)prctl(PR_SET_CHILD_SUBREAPER, 1);
	fork_idlers(others, 1, pids);
	root = fork_tree(members, threads);
	status = measure(root, members * threads);
	(void)kill(root, SIGKILL);
	for (uint64_t i = 0; i < others; i++)
		if (pids[i] > 0)
			(void)kill(pids[i], SIGKILL);
	/* The children of the tree become ours: the next one measures a machine without them. */
	while (wait(NULL) > 0)
		;
	free(pids);
	return status;
}
