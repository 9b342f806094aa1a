/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is known of a process at its end. */
#ifndef DENET_TREE_END_H
#define DENET_TREE_END_H

#include "tree/member.bpf.h"

#define SIGNAL_GROUP_EXIT 0x4

static __always_inline __u64 memory_cgroup_id(struct task_struct *task)
{
	struct mem_cgroup *memory;
	int subsys;

	if (!bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return 0;
	subsys = bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	/*
	 * By the whole that the css begins: the kernel's cache of types has one slot for
	 * cgroup_subsys_state and seq_file, and each miss is a walk through all types.
	 */
	memory = (void *)BPF_CORE_READ(task, cgroups, subsys[subsys]);
	return BPF_CORE_READ(memory, css.cgroup, kn, id);
}

/*
 * Called by the last thread itself, at its last switch at the latest. Each field that is named is
 * looked up by the kernel at every load, so that pointers are read once.
 */
static __always_inline void note_status(struct task_struct *task, struct process_account *account)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	account->exit_status = BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT
				       ? BPF_CORE_READ(signal, group_exit_code)
				       : BPF_CORE_READ(task, group_leader, exit_code);
	account->peak_pages = BPF_CORE_READ(signal, maxrss);
	account->uid = bpf_get_current_uid_gid();
	account->flags |= ACCOUNT_ENDED;
}

/* The address space is there from 6.16 on. */
static __always_inline void note_memory(struct task_struct *task, struct process_account *account)
{
	struct mm_struct *mm = cfg.use_exit_memory ? BPF_CORE_READ(task, mm) : NULL;
	__u64 hiwater, rss;

	if (!mm)
		return;
	hiwater = BPF_CORE_READ(mm, hiwater_rss);
	rss = mm_rss_pages(mm);
	account->peak_mm_pages = hiwater > rss ? hiwater : rss;
}

/* What the process lets go of on its way to the last switch. */
static __always_inline void note_belongings(struct task_struct *task,
					    struct process_account *account)
{
	note_memory(task, account);
	account->cgroup_v2_id = bpf_get_current_cgroup_id();
	account->cgroup_memory_id = memory_cgroup_id(task);
	bpf_probe_read_kernel(account->comm, sizeof(account->comm),
			      BPF_CORE_READ(task, group_leader, comm));
	if (BPF_CORE_READ(task, signal, oom_mm))
		account->flags |= ACCOUNT_OOM_KILLED;
}

#endif
