/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What one cgroup bounds its tasks to. A container does not see its host's files; the kernel's
 * structures say the same. One level at a time: walking up the tree in here would cost each start a
 * millisecond in the verifier.
 */
#ifndef DENET_TASK_LIMITS_H
#define DENET_TASK_LIMITS_H

#include "task/compat.bpf.h"
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

#endif
