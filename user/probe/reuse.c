/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A loaded set that serves again: detached while it rests, as if new when it is attached again. Tasks
 * that still live keep the storage of the last use, which only a new generation makes void.
 */
#include "probe/probe_internal.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <string.h>

#define AT_ONCE 64

static void ignore_exec(void *context, const struct exec_event *event, const char *text)
{
	(void)context;
	(void)event;
	(void)text;
}

static void ignore_exit(void *context, const struct process_account *account)
{
	(void)context;
	(void)account;
}

/* One by one would begin at the first bucket for each. */
static int empty_hash(int fd, size_t key_size, size_t value_size)
{
	char keys[AT_ONCE * sizeof(__u64)], values[AT_ONCE * sizeof(struct process_account)];
	LIBBPF_OPTS(bpf_map_batch_opts, options);
	__u64 at = 0;
	bool has_begun = false;

	if (key_size > sizeof(__u64) || value_size > sizeof(struct process_account))
		return -EINVAL;
	for (;;) {
		__u32 count = AT_ONCE;
		int r = bpf_map_lookup_and_delete_batch(fd, has_begun ? &at : NULL, &at, keys,
							values, &count, &options);

		if (r && errno == ENOENT)
			return 0;
		if (r && errno != ENOSPC)
			return -errno;
		/* A bucket with more than fits: none are so long, but it must not go on for ever. */
		if (r)
			return -ENOSPC;
		has_begun = true;
	}
}

/* What the members of the last use that still live have taken. */
static int free_slots(const struct probe *probe)
{
	const struct member_slot none = { 0 };
	__u32 used = (__u32)(*probe->members_tree.slot_blocks * SLOTS_OF_BLOCK);

	for (__u32 slot = 0; slot < used; slot++) {
		struct member_slot entry;

		if (bpf_map_lookup_elem(probe->members_tree.slots_fd, &slot, &entry))
			return -errno;
		if (!entry.address)
			continue;
		if (bpf_map_update_elem(probe->members_tree.slots_fd, &slot, &none, BPF_ANY) ||
		    bpf_map_update_elem(probe->free_slots_fd, NULL, &slot, BPF_ANY))
			return -errno;
	}
	return 0;
}

static int empty_maps(struct probe *probe)
{
	const struct source_events nobody = { .on_exec = ignore_exec, .on_exit = ignore_exit };
	int r;

	probe->sink = &nobody;
	r = ring_buffer__consume(probe->ring);
	probe->sink = NULL;
	if (r < 0)
		return r;
	r = empty_hash(probe->accounts_fd, sizeof(__u64), sizeof(struct process_account));
	if (!r)
		r = empty_hash(probe->seeds_fd, sizeof(__u32), sizeof(struct seed));
	if (!r)
		r = empty_hash(probe->members_fd, sizeof(__u64), sizeof(struct task_member));
	if (!r)
		r = probe_forget_at_once(probe);
	if (!r && probe->tree_knobs.use_slots)
		r = free_slots(probe);
	return r;
}

static void forget(struct probe *probe)
{
	const struct probe_shared *shared = &probe->shared;

	memset(shared->totals, 0, sizeof(*shared->totals));
	memset(shared->limit_walk, 0, sizeof(*shared->limit_walk));
	memset(shared->limits_at_end, 0, sizeof(*shared->limits_at_end));
	*shared->root_id = 0;
	*shared->wake_at_every_exit = 0;
	probe->unsent_seen = 0;
	probe->harvested = 0;
	probe->births_found = 0;
	probe->seeded = (struct at_once){ 0 };
	probe->missed_before = probe_missed_runs(probe);
}

void probe_rest(struct probe *probe)
{
	probe_forget_limits(probe);
	object_detach(&probe->tree);
}

/*
 * Links of the last use that live on are void from here on: before anything is emptied, lest they
 * fill it again.
 */
static void begin_generation(struct probe *probe)
{
	*(volatile __u32 *)probe->shared.generation += 1;
	__sync_synchronize();
	probe->tree.cookie = probe->tree_knobs.use_cookies ? *probe->shared.generation : 0;
}

/* A link of the last use may live on, and nothing tells it from ours. */
static bool may_be_attached_twice(const struct probe *probe)
{
	return !probe->tree_knobs.use_cookies &&
	       object_can_attach_twice(&probe->tree, TREE_ON_SWITCH);
}

int probe_wake(struct probe *probe)
{
	int r;

	begin_generation(probe);
	r = empty_maps(probe);
	if (r)
		return r;
	forget(probe);
	r = object_attach(&probe->tree);
	if (r)
		return r;
	return may_be_attached_twice(probe) ? -EOPNOTSUPP : 0;
}
