/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a task has used. */
#ifndef DENET_TASK_COUNTERS_H
#define DENET_TASK_COUNTERS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "kernel/task.h"

static __always_inline void read_counters(struct task_struct *task, struct task_counters *counters)
{
	counters->cpu_ns = task->se.sum_exec_runtime;
	counters->user_ns = task->utime;
	counters->system_ns = task->stime;
	counters->run_delay_ns = task->sched_info.run_delay;
	counters->faults_minor = task->min_flt;
	counters->faults_major = task->maj_flt;
	counters->switches_voluntary = task->nvcsw;
	counters->switches_involuntary = task->nivcsw;
	counters->migrations = task->se.nr_migrations;
	counters->read_chars = task->ioac.rchar;
	counters->write_chars = task->ioac.wchar;
	counters->read_bytes = task->ioac.read_bytes;
	counters->write_bytes = task->ioac.write_bytes;
	counters->cancelled_write_bytes = task->ioac.cancelled_write_bytes;
	counters->read_calls = task->ioac.syscr;
	counters->write_calls = task->ioac.syscw;
}

/* For a sum that nobody else changes. */
static __always_inline void include_counters(struct task_counters *sum,
					     const struct task_counters *counters)
{
	const __u64 *from = (const __u64 *)counters;
	__u64 *to = (__u64 *)sum;
	unsigned int i;

#pragma unroll
	for (i = 0; i < sizeof(*sum) / sizeof(*to); i++)
		to[i] += from[i];
}

#endif
