/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What bounds a process, up the tree of its cgroups, as the kernel itself has it: no file has to be
 * seen for it. The program tells of one group; the way up is gone here.
 */
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "probe/probe_internal.h"

#define NO_LIMIT_KB (UINT64_C(1) << 52)

static int ignore(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

/* Without an iterator of one task all are walked for it. */
static int ask(struct probe *probe)
{
	struct limit_walk *walk = probe->shared.limit_walk;
	int r;

	walk->is_answered = 0;
	r = probe->limits.has_link ? probe_iterate_link(probe, probe->limits.link_fd, ignore, NULL)
				   : probe_iterate(probe, TREE_SEED_TASKS, ignore, NULL);
	if (!r && !*(volatile __u32 *)&walk->is_answered)
		return -ESRCH;
	return r;
}

static uint64_t kb_of_pages(uint64_t pages)
{
	uint64_t page_kb = (uint64_t)sysconf(_SC_PAGESIZE) / 1024;

	return pages < NO_LIMIT_KB / page_kb ? pages * page_kb : UINT64_MAX;
}

/* Whether there is one around it; the same of memory. */
static bool take_cpu(struct limit_walk *walk, struct source_limits *limits)
{
	if (!walk->cpu.group)
		return false;
	limits->cpu[limits->cpu_count++] = walk->cpu;
	walk->cpu_group = walk->cpu.above;
	return walk->cpu_group;
}

static bool take_memory(struct limit_walk *walk, struct source_limits *limits,
			struct limits_at_end *watched)
{
	uint64_t kb = kb_of_pages(walk->memory.max_pages);

	if (!walk->memory.group)
		return false;
	if (!watched->own_memory_group)
		watched->own_memory_group = watched->memory_group = walk->memory.group;
	if (kb < limits->memory_kb) {
		limits->memory_kb = kb;
		watched->memory_group = walk->memory.group;
	}
	walk->memory_group = walk->memory.above;
	return walk->memory_group;
}

/* Whose way is over is shown from the beginning again, and not looked at. */
static int go_up(struct probe *probe, struct source_limits *limits, struct limits_at_end *watched)
{
	struct limit_walk *walk = probe->shared.limit_walk;
	bool has_cpu = true, has_memory = true;
	int r;

	for (int level = 0; level < SOURCE_LIMITS_MAX && (has_cpu || has_memory); level++) {
		r = ask(probe);
		if (r)
			return r;
		has_cpu = has_cpu && take_cpu(walk, limits);
		has_memory = has_memory && take_memory(walk, limits, watched);
	}
	return 0;
}

/* Not of who has its pid when it is gone. */
static int read_now(struct probe *probe, pid_t pid, struct source_limits *limits,
		    struct limits_at_end *watched)
{
	struct limit_walk *walk = probe->shared.limit_walk;
	int r;

	*limits = (struct source_limits){ .memory_kb = UINT64_MAX };
	*walk = (struct limit_walk){ .tgid = (__u32)pid };
	r = go_up(probe, limits, watched);
	walk->tgid = 0;
	if (!r && probe->limits.start_boot_ns && walk->start_boot_ns != probe->limits.start_boot_ns)
		return -ESRCH;
	return r;
}

/* For the program that sees its end, when its cgroups are there still. */
static void watch_end(struct probe *probe, const struct limits_at_end *watched)
{
	struct limits_at_end *at_end = probe->shared.limits_at_end;
	const struct source_limits *first = &probe->limits.first;
	size_t i, count = 0;

	for (i = 0; i < first->cpu_count && count < LIMITS_AT_END_MAX; i++)
		if (source_is_quota(&first->cpu[i]))
			at_end->cpu_groups[count++] = first->cpu[i].group;
	at_end->memory_group = watched->memory_group;
	__sync_synchronize();
	at_end->own_cpu_group = count ? first->cpu[0].group : 0;
	at_end->own_memory_group = watched->own_memory_group;
}

static void take_end(struct source_limits *limits, const struct limits_at_end *at_end)
{
	for (size_t i = 0; i < limits->cpu_count; i++)
		for (size_t j = 0; j < LIMITS_AT_END_MAX; j++)
			if (at_end->cpu[j].group == limits->cpu[i].group)
				limits->cpu[i] = at_end->cpu[j];
	if (at_end->memory.group)
		limits->memory_kb = kb_of_pages(at_end->memory.max_pages);
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
	struct limits_at_end watched = { 0 };
	bool is_first = !probe->limits.start_boot_ns;
	struct source_limits limits;
	int r;

	if (is_first && !probe->limits.has_link)
		open_link(probe, pid);
	r = read_now(probe, pid, &limits, &watched);
	if (r)
		return tell_of_end(probe, ret_limits) ? r : 0;
	if (is_first) {
		probe->limits.first = limits;
		probe->limits.start_boot_ns = probe->shared.limit_walk->start_boot_ns;
		watch_end(probe, &watched);
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
