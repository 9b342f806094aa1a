/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Membership of tasks. */
#ifndef DENET_TREE_MEMBER_H
#define DENET_TREE_MEMBER_H

#include "tree/maps.bpf.h"
#include <bpf/bpf_core_read.h>

/*
 * Called through a link of an earlier use: that lives on in the copies of our descriptors which a
 * forked process has until it runs another program. Where links have no cookies the kernel refuses
 * to attach a program twice.
 */
static __always_inline bool is_of_earlier_use(void *ctx)
{
	return cfg.use_cookies && bpf_get_attach_cookie(ctx) != generation;
}

static __always_inline struct task_member *member_by_key(__u64 address, __u32 tgid)
{
	struct task_member *member = bpf_map_lookup_elem(&member_by_address, &address);

	/* Left behind by a death that was missed; the address serves another task by now. */
	if (member && member->tgid != tgid)
		return NULL;
	return member;
}

/*
 * In the hash are all of them on kernels without storage, and elsewhere those who found none at
 * their birth, which is rare: their count spares the look-up. Returns the id of the process, 0 for who is no member. Not a pointer: as it could be into either
 * map, the verifier would walk twice through all that follows.
 */
static __always_inline __u64 read_member(struct task_member *stored, __u64 address, __u32 tgid,
					 struct task_member *ret_member)
{
	struct task_member *member = stored;

	if (!member && (!cfg.use_storage || totals.births_spilled))
		member = member_by_key(address, tgid);
	if (!member || member->generation != generation)
		return 0;
	*ret_member = *member;
	return ret_member->id;
}

static __always_inline __u64 member_id(struct task_struct *task, struct task_member *ret_member)
{
	struct task_member *stored = NULL;

	if (cfg.use_storage)
		stored = bpf_task_storage_get(&member_by_task, task, 0, 0);
	return read_member(stored, (__u64)task, BPF_CORE_READ(task, tgid), ret_member);
}

static __always_inline __u64 member_id_of_current(void)
{
	struct task_member *stored = NULL;
	struct task_member member;

	/* The helper that gives a typed pointer is of 5.11; storage is not older than that. */
	if (cfg.use_storage)
		stored = bpf_task_storage_get(&member_by_task, bpf_get_current_task_btf(), 0, 0);
	return read_member(stored, bpf_get_current_task(), bpf_get_current_pid_tgid() >> 32,
			   &member);
}

/* From here on who walks the tasks knows that its figures are among those of the dead. */
static __always_inline void member_fold(struct task_struct *task)
{
	__u64 address = (__u64)task;
	struct task_member *stored = NULL;

	if (cfg.use_storage)
		stored = bpf_task_storage_get(&member_by_task, task, 0, 0);
	if (stored)
		stored->flags |= MEMBER_FOLDED;
	else
		bpf_map_delete_elem(&member_by_address, &address);
}

/*
 * A birth and seeding may both want the same task: the first one has it, the other gets
 * MEMBER_LOST. After MEMBER_FAILED seeding walks once more.
 */
#define EEXIST 17
#define MEMBER_LOST 1
#define MEMBER_FAILED 2

/*
 * Fails without memory, for who comes second while another CPU creates it, and for all births on a
 * CPU where a walk, ours or another monitor's, was preempted while it used storage.
 */
static __always_inline int member_store(struct task_struct *task, struct task_member *member)
{
	struct task_member *stored =
		bpf_task_storage_get(&member_by_task, task, member, BPF_LOCAL_STORAGE_GET_F_CREATE);

	if (!stored)
		return MEMBER_FAILED;
	/* Of an earlier use: nobody else wants this one, as births find no storage. */
	if (stored->generation != member->generation) {
		*stored = *member;
		return 0;
	}
	return (stored->flags ^ member->flags) & MEMBER_SEEDED ? MEMBER_LOST : 0;
}

static __always_inline int member_put(struct task_struct *task, struct task_member *member)
{
	__u64 address = (__u64)task;
	struct task_member *old = bpf_map_lookup_elem(&member_by_address, &address);
	long r;

	if (old && old->tgid != member->tgid)
		bpf_map_delete_elem(&member_by_address, &address);
	r = bpf_map_update_elem(&member_by_address, &address, member, BPF_NOEXIST);
	if (r == -EEXIST)
		return MEMBER_LOST;
	return r ? MEMBER_FAILED : 0;
}

/* First into the hash, then a look at what seeding does: one of the two sees the other. */
static __always_inline int member_spill(struct task_struct *task, struct task_member *member)
{
	__u64 address = (__u64)task;
	int r;

	ADD(totals.births_spilled, 1);
	r = member_put(task, member);
	if (r)
		return r;
	if (*(volatile __u64 *)&seeded_task != address &&
	    !bpf_task_storage_get(&member_by_task, task, 0, 0))
		return 0;
	bpf_map_delete_elem(&member_by_address, &address);
	return MEMBER_LOST;
}

/* At a birth. */
static __always_inline int member_add(struct task_struct *task, struct task_member *member)
{
	int r;

	if (!cfg.use_storage)
		return member_put(task, member);
	r = cfg.fail_storage ? MEMBER_FAILED : member_store(task, member);
	return r == MEMBER_FAILED ? member_spill(task, member) : r;
}

/* By the walk, which may be preempted anywhere in here. */
static __always_inline int member_add_seeded(struct task_struct *task, struct task_member *member)
{
	int r = MEMBER_FAILED;

	if (!cfg.use_storage)
		return member_put(task, member);
	ADD(seeded_task, (__u64)task); /* from 0: a store that what follows does not overtake */
	if (!member_by_key((__u64)task, member->tgid))
		r = member_store(task, member);
	ADD(seeded_task, -(__u64)task);
	return r;
}

#endif
