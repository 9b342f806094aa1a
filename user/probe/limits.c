/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What bounds a process, up the tree of its cgroups, as the kernel itself has it: no file has to be
 * seen for it. The program tells of one group; the way up is gone here.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "probe/probe_internal.h"

static int ignore(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

/* Without an iterator of one task all are walked for it. */
static int ask(struct probe *probe, __u64 group, struct cpu_limit *ret_limit)
{
	struct limit_walk *walk = probe->shared.limit_walk;
	int r;

	walk->group = group;
	walk->is_answered = 0;
	r = probe->limits.has_link ? probe_iterate_link(probe, probe->limits.link_fd, ignore, NULL)
				   : probe_iterate(probe, TREE_SEED_TASKS, ignore, NULL);
	if (r)
		return r;
	if (!*(volatile __u32 *)&walk->is_answered)
		return -ESRCH;
	*ret_limit = walk->cpu;
	return 0;
}

static int go_up(struct probe *probe, struct source_limits *limits)
{
	struct cpu_limit *at = limits->cpu;
	__u64 group = 0;
	int r;

	do {
		r = ask(probe, group, at);
		if (r)
			return r;
		limits->cpu_count++;
		group = at++->above;
	} while (group && limits->cpu_count < SOURCE_LIMITS_MAX);
	return 0;
}

/* Not of who has its pid when it is gone. */
static int read_now(struct probe *probe, pid_t pid, struct source_limits *limits)
{
	struct limit_walk *walk = probe->shared.limit_walk;
	int r;

	*limits = (struct source_limits){ 0 };
	walk->tgid = (__u32)pid;
	r = go_up(probe, limits);
	walk->tgid = 0;
	if (!r && probe->limits.start_boot_ns && walk->start_boot_ns != probe->limits.start_boot_ns)
		return -ESRCH;
	return r;
}

/* For the program that sees its end, when its cgroups are there still. */
static void watch_end(struct probe *probe)
{
	struct limits_at_end *at_end = probe->shared.limits_at_end;
	const struct source_limits *first = &probe->limits.first;
	size_t i, count = 0;

	for (i = 0; i < first->cpu_count && count < LIMITS_AT_END_MAX; i++)
		if (source_is_quota(&first->cpu[i]))
			at_end->groups[count++] = first->cpu[i].group;
	__sync_synchronize();
	if (count)
		at_end->own_group = first->cpu[0].group;
}

static void take_end(struct source_limits *limits, const struct limits_at_end *at_end)
{
	for (size_t i = 0; i < limits->cpu_count; i++)
		for (size_t j = 0; j < LIMITS_AT_END_MAX; j++)
			if (at_end->groups[j] == limits->cpu[i].group)
				limits->cpu[i] = at_end->cpu[j];
}

static int tell_of_end(const struct probe *probe, struct source_limits *ret_limits)
{
	const struct limits_at_end *at_end = probe->shared.limits_at_end;

	if (!*(volatile const __u64 *)&at_end->is_known)
		return -ESRCH;
	*ret_limits = probe->limits.first;
	take_end(ret_limits, at_end);
	return 0;
}

static void open_link(struct probe *probe, pid_t pid)
{
	probe->limits.link_fd = probe_link_one(probe, pid);
	probe->limits.has_link = probe->limits.link_fd >= 0;
}

int probe_limits(struct source *source, pid_t pid, struct source_limits *ret_limits)
{
	struct probe *probe = probe_of(source);
	bool is_first = !probe->limits.start_boot_ns;
	struct source_limits limits;
	int r;

	if (is_first && !probe->limits.has_link)
		open_link(probe, pid);
	r = read_now(probe, pid, &limits);
	if (r)
		return tell_of_end(probe, ret_limits) ? r : 0;
	if (is_first) {
		probe->limits.first = limits;
		probe->limits.start_boot_ns = probe->shared.limit_walk->start_boot_ns;
		watch_end(probe);
	}
	*ret_limits = limits;
	return 0;
}

void probe_forget_limits(struct probe *probe)
{
	if (probe->limits.has_link)
		(void)close(probe->limits.link_fd);
	probe->limits = (struct probe_limits){ 0 };
}
