/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The slice that a running task is in, which the scheduler has not added up yet. */
#ifndef DENET_TASK_CLOCK_H
#define DENET_TASK_CLOCK_H

#include "task/compat.bpf.h"
#include "task/knobs.bpf.h"

extern __s64 rq_clock_offset_ns; /* this CPU's rq->clock less ktime, as last calibrated */

/* Kernels without groups of tasks have no way from a task to its run queue. */
static __always_inline bool has_slices(struct task_struct *task)
{
	return cfg_task.use_slices && bpf_core_field_exists(task->se.cfs_rq);
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
	rq = BPF_CORE_READ(task, se.cfs_rq, rq); /* a number, which is not followed directly */
	rq_clock_offset_ns = (__s64)BPF_CORE_READ(rq, clock) - (__s64)bpf_ktime_get_ns();
}

/* All ones when value is below 0, else 0. */
static __always_inline __s64 negative_mask(__s64 value)
{
	return value >> 63;
}

/*
 * What a running task has used since the scheduler last added up: an estimate, as what the host and
 * interrupts took of that is not known yet. It may only be too high where no counter is made of it.
 * Here and below without branches: each would double what the verifier has to walk through.
 */
static __always_inline __u64 slice_in_progress_ns(struct task_struct *task)
{
	__s64 start = task->se.exec_start, sum = task->se.sum_exec_runtime;
	__s64 counted, since, slice, beyond, moved;
	struct rq *rq;

	if (!has_slices(task))
		return 0;
	rq = FOLLOW(task, se.cfs_rq, rq);
	counted = (__s64)FOLLOW(rq, clock_task) - start;
	since = (__s64)bpf_ktime_get_ns() + rq_clock_offset_ns - (__s64)FOLLOW(rq, clock);
	slice = counted + since;
	beyond = (__s64)cfg_task.slice_max_ns - slice;
	slice += beyond & negative_mask(beyond);
	barrier();
	/* Added up or switched out meanwhile: the clocks are of another slice, or of none. */
	moved = (task->se.exec_start ^ start) | (task->se.sum_exec_runtime ^ sum);
	moved |= -moved;
	return slice & ~negative_mask(slice) & ~negative_mask(moved) & -(__s64)task_is_on_cpu(task);
}

#endif
