/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Free slots lie on a stack; those that were never used are opened in blocks, which lie on another,
 * the lowest on top. No atomic gives a number here, as 5.10 refuses those: each CPU counts through a
 * block of its own.
 */
#include "tree/slot.bpf.h"
#include <bpf/bpf_helpers.h>

/* The slot after the last one, or the first of a new block. */
static __always_inline __u32 slot_open(__u32 which)
{
	__u64 *next = bpf_map_lookup_elem(&next_by_cpu, &which);
	__u32 block;

	if (!next)
		return SLOT_NONE;
	if (!(*next & (SLOTS_OF_BLOCK - 1))) {
		if (bpf_map_pop_elem(&free_blocks, &block))
			return SLOT_NONE;
		ADD(slot_blocks, 1);
		*next = block * SLOTS_OF_BLOCK;
	}
	*next += 1;
	return *next - 1;
}

__noinline __u32 slot_reserve(__u64 id, __u32 which)
{
	struct member_slot *entry;
	__u32 slot = SLOT_NONE;

	if (!cfg.use_slots)
		return SLOT_NONE;
	if (bpf_map_pop_elem(&free_slots, &slot))
		slot = slot_open(which);
	entry = bpf_map_lookup_elem(&slot_by_number, &slot);
	if (!entry) {
		ADD(totals.slotless, 1);
		return SLOT_NONE;
	}
	entry->id = id;
	return slot;
}

__noinline int slot_give_back(__u32 slot)
{
	struct member_slot *entry;

	if (!cfg.use_slots || slot == SLOT_UNWANTED)
		return 0;
	entry = bpf_map_lookup_elem(&slot_by_number, &slot);
	if (!entry) {
		ADD(totals.slotless, -1);
		return 0;
	}
	*(volatile __u64 *)&entry->address = 0;
	bpf_map_push_elem(&free_slots, &slot, BPF_ANY);
	return 0;
}
