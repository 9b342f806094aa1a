/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/limits.h"

#include <errno.h>
#include <math.h>

void limits_init(struct limits *limits)
{
	*limits = (struct limits){
		.first_cores = NAN,
		.cores = NAN,
		.throttled_ns = UINT64_MAX,
		.first_memory_kb = UINT64_MAX,
		.memory_kb = UINT64_MAX,
	};
}

static int ask(struct source *source, pid_t pid, struct source_limits *ret_limits)
{
	if (!source || !source->ops->limits)
		return -ESRCH;
	return source->ops->limits(source, pid, ret_limits);
}

void limits_open(struct limits *limits, struct source *source, pid_t pid)
{
	limits_init(limits);
	limits->pid = pid;
	if (ask(source, pid, &limits->first))
		return;
	limits->first_memory_kb = limits->memory_kb = limits->first.memory_kb;
	limits->first_cores = limits->cores = source_least_cores(&limits->first);
}

static const struct cpu_limit *find(const struct source_limits *limits, uint64_t group)
{
	for (size_t i = 0; i < limits->cpu_count; i++)
		if (limits->cpu[i].group == group)
			return &limits->cpu[i];
	return NULL;
}

/* Of a group that it has come into since, nobody knows from when on. */
static void note_throttled(struct limits *limits, const struct cpu_limit *now)
{
	const struct cpu_limit *before = find(&limits->first, now->group);
	uint64_t throttled_ns;

	if (!before || now->throttled_ns < before->throttled_ns)
		return;
	throttled_ns = now->throttled_ns - before->throttled_ns;
	if (!source_is_quota(now) && !throttled_ns)
		return;
	if (limits->throttled_ns == UINT64_MAX || throttled_ns > limits->throttled_ns)
		limits->throttled_ns = throttled_ns;
}

void limits_read_again(struct limits *limits, struct source *source)
{
	struct source_limits now;

	if (ask(source, limits->pid, &now))
		return;
	limits->cores = source_least_cores(&now);
	limits->memory_kb = now.memory_kb;
	for (size_t i = 0; i < now.cpu_count; i++)
		note_throttled(limits, &now.cpu[i]);
}
