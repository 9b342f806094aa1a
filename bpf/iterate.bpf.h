/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A task as the iterators see it: counters of a task that may be running at this moment. */
#ifndef DENET_BPF_ITERATE_H
#define DENET_BPF_ITERATE_H

#include "member.bpf.h"
#include "clock.bpf.h"

#define PF_EXITING 0x4
#define SIGNAL_GROUP_EXIT 0x4

/* task->on_cpu is 1 or 0, by which the caller may save the four reads of a slice. */
static __always_inline void add_slice(struct task_struct *task, struct task_sample *sample)
{
	__u64 is_running = task->on_cpu & 1;

	sample->used.cpu_ns += slice_in_progress_ns(task) & -is_running;
	sample->flags |= is_running * SAMPLE_RUNNING;
}

static __always_inline void read_sample(struct task_struct *task, struct task_sample *sample)
{
	__u32 group_exit = BPF_CORE_READ(task, signal, flags) & SIGNAL_GROUP_EXIT;

	read_counters(task, &sample->used);
	/* A fatal signal that it has not acted on yet counts as its end, too. */
	sample->flags |= group_exit / SIGNAL_GROUP_EXIT * SAMPLE_EXITING;
	sample->flags |= (task->flags & PF_EXITING) / PF_EXITING * SAMPLE_EXITING;
	sample->mm = (__u64)BPF_CORE_READ(task, mm);
	sample->start_boot_ns = task->start_boottime;
	sample->tid = task->pid;
	sample->tgid = task->tgid;
	sample->parent_tgid = BPF_CORE_READ(task, real_parent, tgid);
	sample->cpu = task_last_cpu(task);
	bpf_probe_read_kernel(sample->comm, sizeof(sample->comm), task->comm);
}

#endif
