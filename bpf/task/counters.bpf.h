/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a task has used. */
#ifndef DENET_TASK_COUNTERS_H
#define DENET_TASK_COUNTERS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "kernel/task.h"

static __always_inline void read_counters(struct task_struct *task, struct task_counters *counters)
{
	counters->cpu_time_ns = task->se.sum_exec_runtime;
	counters->cpu_user_ns = task->utime;
	counters->cpu_system_ns = task->stime;
	counters->run_delay_ns = task->sched_info.run_delay;
	counters->page_faults_cached = task->min_flt;
	counters->page_faults_disk = task->maj_flt;
	counters->ctx_switches_voluntary = task->nvcsw;
	counters->ctx_switches_involuntary = task->nivcsw;
	counters->migrations = task->se.nr_migrations;
	counters->syscall_read_bytes = task->ioac.rchar;
	counters->syscall_write_bytes = task->ioac.wchar;
	counters->disk_read_bytes = task->ioac.read_bytes;
	counters->disk_write_bytes = task->ioac.write_bytes;
	counters->disk_write_cancelled_bytes = task->ioac.cancelled_write_bytes;
	counters->syscall_read_count = task->ioac.syscr;
	counters->syscall_write_count = task->ioac.syscw;
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
