/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a task has used. */
#ifndef DENET_TASK_COUNTERS_H
#define DENET_TASK_COUNTERS_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "kernel/task.h"

/* READ(task, field) is that field. */
#define FILL_COUNTERS(counters, task, READ)                                                      \
	do {                                                                                     \
		(counters)->cpu_time_ns = READ(task, se.sum_exec_runtime);                       \
		(counters)->cpu_user_ns = READ(task, utime);                                     \
		(counters)->cpu_system_ns = READ(task, stime);                                   \
		(counters)->run_delay_ns = READ(task, sched_info.run_delay);                     \
		(counters)->page_faults_cached = READ(task, min_flt);                            \
		(counters)->page_faults_disk = READ(task, maj_flt);                              \
		(counters)->ctx_switches_voluntary = READ(task, nvcsw);                          \
		(counters)->ctx_switches_involuntary = READ(task, nivcsw);                       \
		(counters)->migrations = READ(task, se.nr_migrations);                           \
		(counters)->syscall_read_bytes = READ(task, ioac.rchar);                         \
		(counters)->syscall_write_bytes = READ(task, ioac.wchar);                        \
		(counters)->disk_read_bytes = READ(task, ioac.read_bytes);                       \
		(counters)->disk_write_bytes = READ(task, ioac.write_bytes);                     \
		(counters)->disk_write_cancelled_bytes = READ(task, ioac.cancelled_write_bytes); \
		(counters)->syscall_read_count = READ(task, ioac.syscr);                         \
		(counters)->syscall_write_count = READ(task, ioac.syscw);                        \
		(counters)->socket_rx_bytes = 0;                                                 \
		(counters)->socket_tx_bytes = 0;                                                 \
	} while (0)

#define READ_DIRECTLY(task, field) ((task)->field)

static __always_inline void read_counters(struct task_struct *task, struct task_counters *counters)
{
	FILL_COUNTERS(counters, task, READ_DIRECTLY);
}

/* By an address that the verifier knows nothing of. */
static __always_inline void read_counters_at(struct task_struct *task,
					     struct task_counters *counters)
{
	FILL_COUNTERS(counters, task, BPF_CORE_READ);
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
