/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * All members, parents before their children: what a parent has waited for was read before the
 * children were, so that a child in between is missed, and never counted twice.
 */
#include <errno.h>
#include <unistd.h>

#include "poller/poller_internal.h"
#include "procfs/procfs.h"
#include "tree/counters.h"
#include "util/clock.h"

static int find_orphans(struct poller *poller)
{
	size_t i;
	int r;

	if (!poller->options.adopt_orphans || poller->self_children_fd < 0)
		return 0;
	poller->pids.count = 0;
	r = children_read(poller->self_children_fd, &poller->pids);
	for (i = 0; !r && i < poller->pids.count; i++)
		if (!strangers_have(poller, poller->pids.pids[i]))
			r = look_for(poller, poller->pids.pids[i], &poller->outside);
	return r;
}

/* Where the kernel does not list children, everybody is asked for the parent. */
static int scan(struct poller *poller)
{
	size_t count, i;
	int r = 0;

	/* A parent may be found after its child: until nobody new is found. */
	do {
		count = poller->order_count;
		poller->pids.count = 0;
		r = children_list_tasks(poller->procfs, 0, &poller->pids);
		for (i = 0; !r && i < poller->pids.count; i++)
			if (!strangers_have(poller, poller->pids.pids[i]))
				r = look_for(poller, poller->pids.pids[i], NULL);
	} while (!r && poller->order_count != count);
	return r;
}

static void note_peak(struct poller *poller, const struct member *member,
		      const struct rusage *usage)
{
	uint64_t kb = (uint64_t)usage->ru_maxrss;

	/* The root's may still be what our stub had of our own memory. */
	if (member == poller->root && kb <= poller->stub_peak_kb)
		return;
	if (kb > poller->peak_kb)
		poller->peak_kb = kb;
}

/* Of a child of ours that has ended: what the kernel gives to whoever waits, if that is more. */
static bool take_final(struct poller *poller, struct member *member, struct task_counters *ret_used)
{
	struct task_counters final;
	struct rusage usage;
	uint32_t status;

	member_whole(member, ret_used);
	if (!member->is_ours || !reap_peek(member->pid, &status, &usage))
		return false;
	reap_counters(&usage, &final);
	counters_raise(ret_used, &final);
	note_peak(poller, member, &usage);
	return true;
}

/*
 * Where a member went that is not there any more. If its parent lives, the parent has waited for
 * it, or nobody had to. If that cannot be told, it is left out rather than counted twice: a
 * subreaper further up may have it in its own sums.
 */
static void settle_gone(struct poller *poller, struct member *member)
{
	struct member *parent = member->parent;
	struct task_counters whole;

	member_whole(member, &whole);
	/* Of a group nobody has sums of others. */
	if (parent == &poller->outside || poller->group_folder)
		counters_add(&poller->ended, &whole);
	else if (parent->state == MEMBER_ALIVE || parent->parent == &poller->outside)
		counters_add(&parent->lost, &whole);
}

static void settle_orphan(struct poller *poller, struct member *member)
{
	struct task_counters whole;

	if (!take_final(poller, member, &whole))
		return;
	counters_add(&poller->ended, &whole);
	reap_take(member->pid);
	member->state = MEMBER_GONE;
}

static void add_remaining(struct poller *poller, struct member *member)
{
	struct task_counters whole;

	if (member->state == MEMBER_ZOMBIE) {
		poller->has_switches |= take_final(poller, member, &whole);
	} else {
		member_whole(member, &whole);
		counters_subtract(&whole, &member->own);
	}
	counters_add(&poller->dead, &whole);
}

/* Children before their parents, so that a parent has the sums of all its children. */
static void settle(struct poller *poller)
{
	bool is_anybody_left = false;
	struct member *member;
	size_t i;

	poller->dead = (struct task_counters){ 0 };
	poller->has_switches = false;
	for (i = poller->order_count; i > 0; i--) {
		member = poller->order[i - 1];
		if (member->state == MEMBER_GONE)
			settle_gone(poller, member);
		else if (member->state == MEMBER_ZOMBIE && member->is_ours &&
			 member != poller->root)
			settle_orphan(poller, member);
		if (member->state != MEMBER_GONE) {
			is_anybody_left |= member->state == MEMBER_ALIVE;
			add_remaining(poller, member);
			continue;
		}
		member_remove(poller, member);
		poller->order[i - 1] = NULL;
	}
	poller->has_switches &= !is_anybody_left;
	counters_add(&poller->dead, &poller->ended);
	counters_subtract(&poller->dead, &poller->base);
	counters_floor(&poller->dead);
}

static int find(struct poller *poller)
{
	if (poller->group_folder)
		return group_find(poller);
	return poller->has_children_files ? find_orphans(poller) : scan(poller);
}

int walk(struct poller *poller)
{
	size_t i;
	int r;

	poller->now_ns = clock_mono_ns();
	poller->now_boot_ns = clock_boot_ns();
	r = members_order(poller);
	if (!r)
		r = find(poller);
	/* Those that are found on the way come last. */
	for (i = 0; !r && i < poller->order_count; i++) {
		r = look(poller, poller->order[i]);
		if (poller->group_folder)
			poller->order[i]->reaped = (struct task_counters){ 0 };
	}
	if (!r)
		settle(poller);
	return r;
}
