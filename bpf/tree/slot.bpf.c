/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Free slots lie on a stack; those that were never used are opened in blocks, the lowest first. No
 * atomic gives a number here, as 5.10 refuses those: a block is had by who enters it into a map, and
 * each CPU counts through one of its own.
 */
#include "tree/slot.bpf.h"
#include <bpf/bpf_helpers.h>

#define EEXIST 17
/* By as many CPUs at once; the next birth tries again. */
#define CLAIMS_MAX 8

/* None is left out, as the count of them tells how far it has to be looked. */
static __always_inline __u32 block_open(void)
{
	__u32 block = *(volatile __u64 *)&slot_blocks;
	long r = -EEXIST;

	for (int i = 0; i < CLAIMS_MAX && r == -EEXIST; i++, block++)
		r = bpf_map_update_elem(&open_blocks, &block, &block, BPF_NOEXIST);
	if (r)
		return SLOT_NONE;
	ADD(slot_blocks, 1);
	return block - 1;
}

/* The slot after the last one, or the first of a new block. */
static __always_inline __u32 slot_open(__u32 which)
{
	__u64 *next = bpf_map_lookup_elem(&next_by_cpu, &which);
	__u32 block;

	if (!next)
		return SLOT_NONE;
	if (!(*next & (SLOTS_OF_BLOCK - 1))) {
		block = block_open();
		if (block == SLOT_NONE)
			return SLOT_NONE;
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
