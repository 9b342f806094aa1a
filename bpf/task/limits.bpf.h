/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What one cgroup bounds its tasks to. A container does not see its host's files; the kernel's
 * structures say the same. One level at a time: walking up the tree in here would cost each start a
 * millisecond in the verifier.
 */
#ifndef DENET_TASK_LIMITS_H
#define DENET_TASK_LIMITS_H

#include "task/memory.bpf.h"
#include "kernel/task.h"

/* Without CONFIG_CFS_BANDWIDTH there is nothing to tell. */
static __always_inline bool has_cpu_limits(struct task_struct *task)
{
	struct task_group *group = NULL;

	return bpf_core_field_exists(task->sched_task_group) &&
	       bpf_core_field_exists(group->cfs_bandwidth.quota);
}

/* By its own quota alone: the sum up the tree is only made when some quota is written. */
static __always_inline void read_cpu_limit(__u64 group, struct cpu_limit *limit)
{
	struct task_group *at = (void *)group;

	limit->group = group;
	limit->above = (__u64)BPF_CORE_READ(at, parent);
	limit->quota_ns = BPF_CORE_READ(at, cfs_bandwidth.quota);
	limit->period_ns = BPF_CORE_READ(at, cfs_bandwidth.period);
	limit->throttled_ns = BPF_CORE_READ(at, cfs_bandwidth.throttled_time);
}

/* By the counter, whose parent is the one that bounds it: of version 1 it need not have any. */
static __always_inline void read_memory_limit(struct mem_cgroup *group, struct memory_limit *limit)
{
	__u64 above = (__u64)BPF_CORE_READ(group, memory.parent);

	limit->group = (__u64)group;
	limit->above = above ? above - bpf_core_field_offset(struct mem_cgroup, memory) : 0;
	limit->max_pages = BPF_CORE_READ(group, memory.max);
}

#endif
