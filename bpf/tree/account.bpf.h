/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Opening the account of a process, and leaving it behind. */
#ifndef DENET_TREE_ACCOUNT_H
#define DENET_TREE_ACCOUNT_H

#include "tree/maps.bpf.h"

static __always_inline __u64 new_id(void)
{
	__u32 zero = 0;
	__u64 *next = bpf_map_lookup_elem(&next_id_by_cpu, &zero);

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

/* Counted when it is harvested: two threads may get here. */
static __always_inline void leave_for_harvest(struct process_account *account)
{
	account->flags |= ACCOUNT_UNSENT;
	ADD(totals.unsent_seq, 1);
}

#endif
