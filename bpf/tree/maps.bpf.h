/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The maps and knobs of all programs. One unit owns them (MAPS_OWNER), the others refer to them. */
#ifndef DENET_TREE_MAPS_H
#define DENET_TREE_MAPS_H

#include "vmlinux.h"
#include <bpf/bpf_helpers.h>
#include "kernel/tree.h"

struct member_storage {
	__uint(type, BPF_MAP_TYPE_TASK_STORAGE);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__type(key, int);
	__type(value, struct task_member);
};

/* By the address of the task_struct: exec by a non-leader exchanges tids, never addresses. */
struct member_hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, 131072);
	__type(key, __u64);
	__type(value, struct task_member);
};

struct account_hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 32768); /* living processes; each costs 16 bytes of buckets up front */
	__type(key, __u64);
	__type(value, struct process_account);
};

struct slot_array {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, SLOTS_MAX);
	__type(key, __u32);
	__type(value, struct member_slot);
};

struct slot_stack {
	__uint(type, BPF_MAP_TYPE_STACK);
	__uint(max_entries, SLOTS_MAX);
	__type(value, __u32);
};

/* Whose blocks of slots are in use: what enters one first has it. */
struct block_hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, SLOT_BLOCKS);
	__type(key, __u32);
	__type(value, __u32);
};

/* Processes that attach has to find, and those it has found. */
struct seed_hash {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(map_flags, BPF_F_NO_PREALLOC);
	__uint(max_entries, 8192);
	__type(key, __u32);
	__type(value, struct seed);
};

struct event_ring {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, 512 * 1024); /* mapped twice, and counted as our memory */
};

#define NEXT_ID 0
#define NEXT_SLOT 1
#define NEXT_SEED_SLOT 2

struct counter_array {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 3); /* NEXT_ */
	__type(key, __u32);
	__type(value, __u64);
};

/* The most that were alive when a CPU saw a birth: one for all could lose the larger of two. */
struct at_once_array {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct at_once);
};

#ifdef MAPS_OWNER
#define MAP(type, name) struct type name SEC(".maps")
#define KNOB(type, name) const volatile type name
#define GLOBAL(type, name) type name
#else
#define MAP(type, name) extern struct type name SEC(".maps")
#define KNOB(type, name) extern const volatile type name
#define GLOBAL(type, name) extern type name
#endif

MAP(member_storage, member_by_task);
MAP(member_hash, member_by_address);
MAP(account_hash, account_by_id);
MAP(seed_hash, seed_by_tgid);
MAP(slot_array, slot_by_number);
MAP(slot_stack, free_slots);
MAP(block_hash, open_blocks);
MAP(event_ring, events);
MAP(counter_array, next_by_cpu);
MAP(at_once_array, at_once_by_cpu);

KNOB(struct tree_knobs, cfg);
KNOB(struct task_knobs, cfg_task);

GLOBAL(struct tree_totals, totals);
GLOBAL(struct pid_view, pid_view); /* noted by the first walk, if pids are mapped */
GLOBAL(__u64, root_id); /* its end wakes user space */
GLOBAL(struct limit_walk, limit_walk); /* answered by the walk that seeds */
GLOBAL(struct limits_at_end, limits_at_end);
GLOBAL(__u32, wake_at_every_exit); /* user space waits for the last one */
GLOBAL(__u32, generation); /* what members of an earlier use have in their storage is void */
GLOBAL(__u64, slot_blocks); /* that were opened: slots beyond them were never used */
GLOBAL(__u64, walk); /* the walk of the living that is going on, or the last one */
GLOBAL(__u64, seeded_task); /* address of the one that the walk is giving storage; or 0 */
GLOBAL(__s64, rq_clock_offset_ns); /* this CPU's rq->clock less ktime, at the first element */

/* Plain XADD: kernels before 5.12 refuse an atomic whose result is used, even in dead code. */
#define ADD(place, value) __sync_fetch_and_add(&(place), (value))

#endif
