/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Whose address space a process has: its own, or one that it was given at its birth, by vfork or by
 * clone(CLONE_VM). A space has a number of ours, for who began it may leave it by exec.
 */
#include <linux/kcmp.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "poller/poller_internal.h"

/* Of a server with a thousand workers not every one can be compared with every other. */
#define SIBLINGS_ASKED_MAX 8

static uint32_t living_thread(struct poller *poller, const struct member *member)
{
	size_t i;

	poller->pids.count = 0;
	if (children_list_tasks(poller->procfs, member->pid, &poller->pids))
		return (uint32_t)member->pid;
	for (i = 0; i < poller->pids.count; i++)
		if (poller->pids.pids[i] != member->pid)
			return (uint32_t)poller->pids.pids[i];
	return (uint32_t)member->pid;
}

/*
 * Who may not compare takes equal sizes for the same, where a parent waits as after vfork: memory is
 * not to be counted twice.
 */
static bool seem_to_share(const struct member *member, const struct member *other)
{
	return other == member->parent && other->stat.state == 'D' &&
	       other->stat.vms_bytes == member->stat.vms_bytes;
}

static bool share(const struct poller *poller, const struct member *member,
		  const struct member *other)
{
	long r = -1;

	if (other->state != MEMBER_ALIVE || !other->mm)
		return false;
	if (poller->has_kcmp)
		r = syscall(SYS_kcmp, other->mm_tid, member->mm_tid, KCMP_VM, 0, 0);
	return r < 0 ? seem_to_share(member, other) : r == 0;
}

/* Equal, too, where the one was only forked from the other. */
static bool are_alike(const struct member *member, const struct member *other)
{
	return member->stat.stack_start && member->stat.stack_start == other->stat.stack_start &&
	       member->stat.args_start == other->stat.args_start;
}

/* CLONE_PARENT makes siblings, and so does the end of a parent. NULL for nobody. */
static const struct member *find_sharer(const struct poller *poller, const struct member *member)
{
	const struct member *other = member->parent->last_child;
	int asked = 0;

	if (share(poller, member, member->parent))
		return member->parent;
	for (; other && asked < SIBLINGS_ASKED_MAX; other = other->older) {
		if (other == member || !are_alike(member, other))
			continue;
		asked++;
		if (share(poller, member, other))
			return other;
	}
	return NULL;
}

/* What looked like an exec was none: a process may place its arguments elsewhere. */
static bool has_stayed(const struct poller *poller, const struct member *member)
{
	const struct member *child = member->last_child;

	for (; child; child = child->older)
		if (child->mm && child->mm == member->mm && share(poller, member, child))
			return true;
	return false;
}

/* At its birth, and when it may have begun one of its own. Nobody enters another's later. */
static bool is_open(const struct member *member, bool has_execed)
{
	return !member->mm || has_execed || member->mm == member->parent->mm;
}

/* A main thread that has ended shows no memory, the others do. */
void spaces_find(struct poller *poller, struct member *member, bool has_execed)
{
	bool is_leader_dead = member->stat.state == 'Z';
	const struct member *sharer;

	member->mm_tid = is_leader_dead ? living_thread(poller, member) : (uint32_t)member->pid;
	if (!is_leader_dead && !member->stat.vms_bytes) {
		member->mm = 0;
		return;
	}
	if (!is_open(member, has_execed) || (has_execed && has_stayed(poller, member)))
		return;
	sharer = find_sharer(poller, member);
	member->mm = sharer ? sharer->mm : poller->next_id++;
}
