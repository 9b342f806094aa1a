/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The members side by side in an array, so that who wants them all need not look at the whole
 * machine. Free slots lie on a stack, the lowest on top; blocks of them, that were never used, on
 * another, for user space to fill it in a moment. No atomic gives a number here: 5.10 refuses those.
 */
#ifndef DENET_TREE_SLOT_H
#define DENET_TREE_SLOT_H

#include "tree/maps.bpf.h"

/* Opens a block: its first slot is taken, the others are free. */
static __noinline __u32 slot_take_block(void)
{
	__u32 block, slot, i;

	if (bpf_map_pop_elem(&free_blocks, &block))
		return SLOT_NONE;
	ADD(slot_blocks, 1);
	for (i = SLOTS_OF_BLOCK - 1; i; i--) {
		slot = block * SLOTS_OF_BLOCK + i;
		bpf_map_push_elem(&free_slots, &slot, BPF_ANY);
	}
	return block * SLOTS_OF_BLOCK;
}

/* Before the task is a member, since whose end comes first gives the slot back. */
static __always_inline __u32 slot_take(__u64 address, __u64 id)
{
	struct member_slot *entry;
	__u32 slot = SLOT_NONE;

	if (!cfg.use_slots)
		return SLOT_NONE;
	if (bpf_map_pop_elem(&free_slots, &slot))
		slot = slot_take_block();
	entry = bpf_map_lookup_elem(&slot_by_number, &slot);
	if (!entry) {
		ADD(totals.slotless, 1);
		return SLOT_NONE;
	}
	entry->id = id;
	*(volatile __u64 *)&entry->address = address;
	return slot;
}

static __always_inline void slot_give_back(__u32 slot)
{
	struct member_slot *entry;

	if (!cfg.use_slots || slot == SLOT_UNWANTED)
		return;
	entry = bpf_map_lookup_elem(&slot_by_number, &slot);
	if (!entry) {
		ADD(totals.slotless, -1);
		return;
	}
	*(volatile __u64 *)&entry->address = 0;
	bpf_map_push_elem(&free_slots, &slot, BPF_ANY);
}

#endif
