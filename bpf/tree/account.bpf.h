/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The account of a process: opening it, what is noted at the end, leaving it behind. */
#ifndef DENET_TREE_ACCOUNT_H
#define DENET_TREE_ACCOUNT_H

#include "tree/maps.bpf.h"
#include "task/end.bpf.h"

static __always_inline __u64 new_id(void)
{
	__u32 which = NEXT_ID;
	__u64 *next = bpf_map_lookup_elem(&next_by_cpu, &which);

	if (!next)
		return 0;
	*next += 1;
	return (__u64)(bpf_get_smp_processor_id() + 1) << DENET_ID_CPU_SHIFT | *next;
}

/*
 * Enters the account under a fresh id, which it leaves in account->id. Where tracepoints can be
 * preempted two handlers may read one counter: the insert is the check, the second try the mend.
 */
static __always_inline int account_open(struct process_account *account)
{
	account->id = new_id();
	if (!bpf_map_update_elem(&account_by_id, &account->id, account, BPF_NOEXIST))
		return 0;
	account->id = new_id();
	if (!bpf_map_update_elem(&account_by_id, &account->id, account, BPF_NOEXIST))
		return 0;
	ADD(totals.dropped_accounts, 1);
	return -1;
}

/*
 * Called by the last thread itself, at its last switch at the latest. Pointers are read once: each
 * field that is named is looked up by the kernel at every load.
 */
static __always_inline void note_status(struct task_struct *task, struct process_account *account)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);

	account->exit_status = exit_status_of(task, signal);
	account->peak_pages = BPF_CORE_READ(signal, maxrss);
	account->uid = bpf_get_current_uid_gid();
	account->flags |= ACCOUNT_ENDED;
}

/* What the process lets go of on its way to the last switch. */
static __always_inline void note_belongings(struct task_struct *task,
					    struct process_account *account)
{
	account->peak_mm_pages = peak_at_exit_pages(task);
	account->cgroup_v2_id = bpf_get_current_cgroup_id();
	account->cgroup_memory_id = memory_cgroup_id(task);
	bpf_probe_read_kernel(account->comm, sizeof(account->comm),
			      BPF_CORE_READ(task, group_leader, comm));
	if (was_killed_for_memory(task))
		account->flags |= ACCOUNT_OOM_KILLED;
}

/* Counted when it is harvested: two threads may get here, and then one too few is alive. */
static __always_inline void leave_for_harvest(struct process_account *account)
{
	ADD(totals.alive.processes, -1);
	account->flags |= ACCOUNT_UNSENT;
	ADD(totals.unsent_seq, 1);
}

static __always_inline void raise(__s64 *most, __s64 count)
{
	if (count > *most)
		*most = count;
}

/*
 * After a birth is counted. The highest count stands at some birth, whose CPU sees it here, short
 * only of ends that fall between the two. Not for a walk, which a birth may interrupt.
 */
static __always_inline void note_at_once(void)
{
	__u32 zero = 0;
	struct at_once *most = bpf_map_lookup_elem(&at_once_by_cpu, &zero);

	if (!most)
		return;
	raise(&most->processes, *(volatile __s64 *)&totals.alive.processes);
	raise(&most->threads, *(volatile __s64 *)&totals.alive.threads);
}

#endif
