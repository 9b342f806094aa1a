/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The members side by side in an array, so that who wants them all need not look at the whole
 * machine. These are global functions: the verifier walks through them once for each program, not
 * once for each way that leads to a call.
 */
#ifndef DENET_TREE_SLOT_H
#define DENET_TREE_SLOT_H

#include "tree/maps.bpf.h"

/*
 * Before the task is a member, since whose end comes first gives the slot back. which: NEXT_SLOT at a
 * birth, which nothing interrupts, NEXT_SEED_SLOT by the walk that seeds, which a birth may.
 */
__u32 slot_reserve(__u64 id, __u32 which);

/* A pointer to a task is no argument of a global function. */
static __always_inline __u32 slot_take(struct task_struct *task, __u64 id, __u32 which)
{
	__u32 slot = slot_reserve(id, which);
	struct member_slot *entry = bpf_map_lookup_elem(&slot_by_number, &slot);

	if (entry)
		*(volatile __u64 *)&entry->address = (__u64)task;
	return slot;
}

/* Takes what slot_take() gave. Always 0. */
int slot_give_back(__u32 slot);

#endif
