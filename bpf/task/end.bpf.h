/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is known of a process at its end. */
#ifndef DENET_TASK_END_H
#define DENET_TASK_END_H

#include "task/compat.bpf.h"
#include "task/knobs.bpf.h"
#include "task/memory.bpf.h"

#define SIGNAL_GROUP_EXIT 0x4

static __always_inline __u64 memory_cgroup_id(struct task_struct *task)
{
	if (!has_memory_cgroups())
		return 0;
	return BPF_CORE_READ(memory_cgroup_of(task), css.cgroup, kn, id);
}

/* As wait() gives it. Each field that is named is looked up by the kernel at every load. */
static __always_inline __u32 exit_status_of(struct task_struct *task, struct signal_struct *signal)
{
	return BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT
		       ? BPF_CORE_READ(signal, group_exit_code)
		       : BPF_CORE_READ(task, group_leader, exit_code);
}

/* Of the address space, which is there from 6.16 on; else 0. */
static __always_inline __u64 peak_at_exit_pages(struct task_struct *task)
{
	struct mm_struct *mm = cfg_task.use_exit_memory ? BPF_CORE_READ(task, mm) : NULL;
	__u64 hiwater, rss;

	if (!mm)
		return 0;
	hiwater = BPF_CORE_READ(mm, hiwater_rss);
	rss = mm_rss_pages(mm);
	return hiwater > rss ? hiwater : rss;
}

static __always_inline bool was_killed_for_memory(struct task_struct *task)
{
	return BPF_CORE_READ(task, signal, oom_mm);
}

#endif
