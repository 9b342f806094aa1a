/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who belongs to the tree, and who is whose child. */
#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "poller/poller_internal.h"
#include "tree/counters.h"
#include "util/array.h"

struct member *member_find(const struct poller *poller, pid_t pid)
{
	return pid > 0 ? idmap_get(&poller->by_pid, (uint64_t)pid) : NULL;
}

static void link_last(struct member *member, struct member *parent)
{
	member->parent = parent;
	member->younger = NULL;
	member->older = parent->last_child;
	if (parent->last_child)
		parent->last_child->younger = member;
	else
		parent->first_child = member;
	parent->last_child = member;
}

static void unlink_member(struct member *member)
{
	struct member *parent = member->parent;

	if (member->older)
		member->older->younger = member->younger;
	else
		parent->first_child = member->younger;
	if (member->younger)
		member->younger->older = member->older;
	else
		parent->last_child = member->older;
}

void member_move(struct member *member, struct member *parent)
{
	const struct member *above;

	if (member->parent == parent)
		return;
	/* What /proc said at two moments need not make a tree. */
	for (above = parent; above; above = above->parent)
		if (above == member)
			return;
	unlink_member(member);
	link_last(member, parent);
}

struct member *member_add(struct poller *poller, pid_t pid, struct member *parent)
{
	struct member *member = calloc(1, sizeof(*member));

	if (!member)
		return NULL;
	member->id = poller->next_id++;
	member->pid = pid;
	member->first_parent_id = parent->id;
	member->uid = UID_UNKNOWN;
	member->pidfd = -1;
	member->io_fd = -1;
	member->is_stat_due = true;
	member->unknown = COUNTER_RUN_DELAY | COUNTER_SWITCHES | COUNTER_MIGRATIONS | COUNTER_IO |
			  COUNTER_NET;
	if (idmap_put(&poller->by_pid, (uint64_t)pid, member)) {
		free(member);
		return NULL;
	}
	if (idmap_put(&poller->by_id, member->id, member)) {
		(void)idmap_remove(&poller->by_pid, (uint64_t)pid);
		free(member);
		return NULL;
	}
	link_last(member, parent);
	return member;
}

void member_remove(struct poller *poller, struct member *member)
{
	while (member->first_child)
		member_move(member->first_child, &poller->outside);
	unlink_member(member);
	/* The pid may be another's by now. */
	if (idmap_get(&poller->by_pid, (uint64_t)member->pid) == member)
		(void)idmap_remove(&poller->by_pid, (uint64_t)member->pid);
	(void)idmap_remove(&poller->by_id, member->id);
	if (member == poller->root)
		poller->root = NULL;
	if (member->pidfd >= 0)
		(void)close(member->pidfd);
	if (member->io_fd >= 0)
		(void)close(member->io_fd);
	free(member);
}

void members_done(struct poller *poller)
{
	while (poller->outside.first_child)
		member_remove(poller, poller->outside.first_child);
	idmap_done(&poller->by_pid);
	idmap_done(&poller->by_id);
	free(poller->order);
}

int members_append(struct poller *poller, struct member *member)
{
	size_t room = poller->order_room ? poller->order_room * 2 : 64;
	struct member **grown;

	if (poller->order_count == poller->order_room) {
		grown = array_resize(poller->order, room, sizeof(struct member *));
		if (!grown)
			return -ENOMEM;
		poller->order = grown;
		poller->order_room = room;
	}
	poller->order[poller->order_count++] = member;
	return 0;
}

int members_order(struct poller *poller)
{
	struct member *at = poller->outside.first_child;
	int r;

	poller->order_count = 0;
	while (at) {
		r = members_append(poller, at);
		if (r)
			return r;
		if (at->first_child) {
			at = at->first_child;
			continue;
		}
		while (at != &poller->outside && !at->younger)
			at = at->parent;
		at = at->younger;
	}
	return 0;
}

void member_whole(const struct member *member, struct task_counters *ret_used)
{
	*ret_used = member->reaped;
	counters_raise(ret_used, &member->lost);
	counters_add(ret_used, &member->own);
}
