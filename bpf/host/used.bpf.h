/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a thread has used: read, taken away from, added up. Knows no map. */
#ifndef DENET_HOST_USED_H
#define DENET_HOST_USED_H

#include "vmlinux.h"
#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include "kernel/host.h"

#define ADD(to, value) __sync_fetch_and_add(&(to), value)
/* A test costs a tenth of an atomic addition, and most of a short process is 0. */
#define ADD_ANY(to, value)                \
	do {                              \
		if (value)                \
			ADD((to), value); \
	} while (0)

/* READ(task, field) is that field. */
#define FILL_USED(used, task, READ)                                      \
	do {                                                             \
		(used)->cpu_time_ns = READ(task, se.sum_exec_runtime);   \
		(used)->run_delay_ns = READ(task, sched_info.run_delay); \
		(used)->page_faults_cached = READ(task, min_flt);        \
		(used)->page_faults_disk = READ(task, maj_flt);          \
		(used)->disk_read_bytes = READ(task, ioac.read_bytes);   \
		(used)->disk_write_bytes = READ(task, ioac.write_bytes); \
	} while (0)

#define OF_KNOWN(task, field) ((task)->field)

/* By an address that the verifier knows nothing of. */
static __always_inline void read_used_at(struct task_struct *task, struct host_used *used)
{
	FILL_USED(used, task, BPF_CORE_READ);
}

/* Of a task that it knows, without calling a helper for each. */
static __always_inline void read_used(struct task_struct *task, struct host_used *used)
{
	FILL_USED(used, task, OF_KNOWN);
}

static __always_inline void take_away(struct host_used *used, const struct host_used *base)
{
	used->cpu_time_ns -= base->cpu_time_ns;
	used->run_delay_ns -= base->run_delay_ns;
	used->page_faults_cached -= base->page_faults_cached;
	used->page_faults_disk -= base->page_faults_disk;
	used->disk_read_bytes -= base->disk_read_bytes;
	used->disk_write_bytes -= base->disk_write_bytes;
}

static __always_inline void add_row(struct host_row *to, const struct host_row *row)
{
	ADD_ANY(to->used.cpu_time_ns, row->used.cpu_time_ns);
	ADD_ANY(to->used.run_delay_ns, row->used.run_delay_ns);
	ADD_ANY(to->used.page_faults_cached, row->used.page_faults_cached);
	ADD_ANY(to->used.page_faults_disk, row->used.page_faults_disk);
	ADD_ANY(to->used.disk_read_bytes, row->used.disk_read_bytes);
	ADD_ANY(to->used.disk_write_bytes, row->used.disk_write_bytes);
	ADD_ANY(to->threads, row->threads);
	ADD_ANY(to->processes, row->processes);
	ADD_ANY(to->failed, row->failed);
	ADD_ANY(to->killed, row->killed);
	ADD_ANY(to->oom_killed, row->oom_killed);
}

#endif
