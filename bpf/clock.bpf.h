/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The slice that a running task is in, which the scheduler has not added up yet. */
#ifndef DENET_BPF_CLOCK_H
#define DENET_BPF_CLOCK_H

#include "maps.bpf.h"
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_core_read.h>

/* Kernels without groups of tasks have no way from a task to its run queue. */
static __always_inline bool has_slices(struct task_struct *task)
{
	return cfg.use_slices && bpf_core_field_exists(task->se.cfs_rq);
}

static __always_inline struct rq *rq_of(struct task_struct *task)
{
	return BPF_CORE_READ(task, se.cfs_rq, rq);
}

/*
 * How far this CPU's run-queue clock is from ktime. User space has just asked for its own thread's
 * CPU clock, which brings the run-queue clock up to date.
 */
static __always_inline void calibrate_rq_clock(void)
{
	struct task_struct *task = (void *)bpf_get_current_task();
	struct rq *rq;

	if (!has_slices(task))
		return;
	rq = rq_of(task);
	rq_clock_offset_ns = (__s64)BPF_CORE_READ(rq, clock) - (__s64)bpf_ktime_get_ns();
}

/*
 * What a running task has used since the scheduler last added up: up to a tick, or far more. Here
 * and below without branches: each would double what the verifier has to walk through.
 */
static __always_inline __u64 slice_in_progress_ns(struct task_struct *task)
{
	__s64 counted, since, slice;
	struct rq *rq;

	if (!has_slices(task))
		return 0;
	rq = rq_of(task);
	counted = (__s64)BPF_CORE_READ(rq, clock_task) - (__s64)task->se.exec_start;
	since = (__s64)bpf_ktime_get_ns() + rq_clock_offset_ns - (__s64)BPF_CORE_READ(rq, clock);
	slice = counted + since;
	return slice & ~(slice >> 63);
}

#endif
