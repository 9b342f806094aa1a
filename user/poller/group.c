/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Who is in a cgroup, in place of who descends from whom: at each walk they are listed. Only what they
 * used themselves counts: children that somebody has waited for may have been anywhere.
 */
#include <stdlib.h>

#include "poller/poller_internal.h"
#include "procfs/cgroup_members.h"
#include "util/clock.h"
#include "util/units.h"

static int compare_pids(const void *a, const void *b)
{
	pid_t one = *(const pid_t *)a, other = *(const pid_t *)b;

	return (one > other) - (one < other);
}

/* In it from its birth on: a child of somebody who was in it already, born since the last walk. */
static bool is_born_inside(const struct poller *poller, const struct member *member)
{
	uint64_t tick_ns = NS_PER_S / clock_ticks_per_s();

	return !poller->is_seeding && member->parent != &poller->outside &&
	       member->parent->joined_walk != poller->walks &&
	       member->stat.start_boot_ns + tick_ns > poller->listed_boot_ns;
}

/* What it has used by now is not the group's. */
static void exclude_past(struct poller *poller, struct member *member)
{
	struct io_counts whole;
	uint64_t clock_ns;

	member->joined_walk = poller->walks;
	if (member->is_hidden) {
		if (!figures_clock(poller, member->pid, &clock_ns))
			member->before.cpu_time_ns = clock_ns;
		return;
	}
	member->clock_ns = member->found_clock_ns;
	figures_take_stat(member);
	if (!figures_read_io(poller, member, &whole))
		figures_take_io(poller, member, &whole);
	member->before = member->own;
	member->own = (struct task_counters){ 0 };
	member->clock_ns = 0;
}

/* Those that are known are looked at after this; whoever is new is added to them. */
static int meet(struct poller *poller, pid_t pid)
{
	struct member *member = member_find(poller, pid);
	int r = 0;

	if (!member) {
		r = look_for(poller, pid, &poller->outside);
		member = member_find(poller, pid);
		if (member && !is_born_inside(poller, member))
			exclude_past(poller, member);
	}
	if (member)
		member->listed_walk = poller->walks;
	return r;
}

/* Whoever is about to end is listed no more, and shown a little longer. */
static bool lives_elsewhere(const struct poller *poller, const struct member *member)
{
	struct process_stat stat;

	if (member->state != MEMBER_ALIVE || member->listed_walk == poller->walks)
		return false;
	return !process_read_stat(poller->procfs, member->pid, &stat) &&
	       stat.start_boot_ns == member->stat.start_boot_ns && stat.state != 'Z' &&
	       !stat.is_exiting;
}

/* What it has used until it was seen inside last. */
static void note_left(struct poller *poller, struct member *member)
{
	member->has_left = true;
	member->state = MEMBER_GONE;
	events_exit(poller, member);
}

int group_find(struct poller *poller)
{
	struct pid_list *pids = &poller->pids;
	size_t i;
	int r;

	poller->walks++;
	pids->count = 0;
	r = cgroup_members_list(poller->group_folder, pids);
	if (r)
		return r;
	/* Parents mostly come before their children then. */
	if (pids->count)
		qsort(pids->pids, pids->count, sizeof(*pids->pids), compare_pids);
	for (i = 0; !r && i < pids->count; i++)
		r = meet(poller, pids->pids[i]);
	for (i = 0; !r && i < poller->order_count; i++)
		if (lives_elsewhere(poller, poller->order[i]))
			note_left(poller, poller->order[i]);
	poller->listed_boot_ns = poller->now_boot_ns;
	return r;
}
