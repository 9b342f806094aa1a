/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A living task at one moment, which may be running. */
#ifndef DENET_TASK_SAMPLE_H
#define DENET_TASK_SAMPLE_H

#include "task/boot.bpf.h"
#include "task/clock.bpf.h"
#include "task/counters.bpf.h"
#include "task/end.bpf.h"
#include "task/pid.bpf.h"

#define PF_EXITING 0x4

/* The caller may look first, and save the four reads of a slice. */
static __always_inline void add_slice(struct task_struct *task, struct task_sample *sample)
{
	sample->slice_ns = slice_in_progress_ns(task);
	sample->flags |= task_is_on_cpu(task) * SAMPLE_RUNNING;
}

/*
 * No room for two records: 1 makes the kernel hand out what it has and visit this task again, so
 * that a task is never marked without being told of.
 */
static __always_inline bool is_full(struct seq_file *seq)
{
	return BPF_CORE_READ(seq, size) - BPF_CORE_READ(seq, count) <
	       2 * sizeof(struct task_sample) + 1;
}

static __always_inline __u32 shown_parent_tgid(struct task_struct *task)
{
	struct task_struct *parent = FOLLOW(task, real_parent);

	return shown_tgid(parent, FOLLOW(parent, tgid));
}

static __always_inline void read_sample(struct task_struct *task, struct task_sample *sample)
{
	__u32 group_exit = FOLLOW(task, signal, flags) & SIGNAL_GROUP_EXIT;

	read_counters(task, &sample->used);
	/* A fatal signal that it has not acted on yet counts as its end, too. */
	sample->flags |= group_exit / SIGNAL_GROUP_EXIT * SAMPLE_EXITING;
	sample->flags |= (task->flags & PF_EXITING) / PF_EXITING * SAMPLE_EXITING;
	sample->mm = (__u64)FOLLOW(task, mm);
	sample->start_boot_ns = shown_boot_ns(task->start_boottime);
	sample->tid = shown_tid(task, task->pid);
	sample->tgid = shown_tgid(task, task->tgid);
	sample->parent_tgid = shown_parent_tgid(task);
	sample->cpu = task_last_cpu(task);
	bpf_probe_read_kernel(sample->comm, sizeof(sample->comm), task->comm);
}

#endif
