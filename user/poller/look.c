/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One process of the tree, as it is now. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "poller/poller_internal.h"
#include "procfs/procfs.h"
#include "procfs/status.h"
#include "util/cleanup.h"
#include "util/units.h"

/* What did not run did nothing, but orphans may have been given to it. */
#define CHILDREN_AGE_MAX_NS NS_PER_S
/* The children of more threads than this are asked for once a second only. */
#define THREADS_READ_MAX 64

static bool is_idle(const struct poller *poller, const struct member *member, uint64_t clock_ns)
{
	return poller->has_clocks && clock_ns == member->clock_ns && !member->is_stat_due &&
	       member->parent->state == MEMBER_ALIVE;
}

/* Another program has another stack. Where the kernel does not tell, another name has to do. */
static bool has_execed(const struct process_stat *old, const struct process_stat *now)
{
	if (old->stack_start && now->stack_start)
		return old->stack_start != now->stack_start || old->args_start != now->args_start;
	return memcmp(old->comm, now->comm, sizeof(old->comm)) != 0;
}

/* So that the next look tells it. */
static void take_back_program(struct member *member, const struct process_stat *old)
{
	memcpy(member->stat.comm, old->comm, sizeof(old->comm));
	member->stat.stack_start = old->stack_start;
	member->stat.args_start = old->args_start;
}

/* Servers give up root without an exec. Who has no right to change it need not be asked again. */
void look_up_uid(const struct poller *poller, struct member *member)
{
	if (status_read_uid(poller->procfs, member->pid, &member->uid, &member->may_change_uid))
		member->may_change_uid = false;
}

static void adopt_parent(struct poller *poller, struct member *member)
{
	struct member *parent = member_find(poller, member->stat.ppid);

	if (member != poller->root)
		member->is_ours = poller->options.adopt_orphans && poller->is_run &&
				  member->stat.ppid == getpid();
	if (!parent || parent->state == MEMBER_GONE)
		parent = &poller->outside;
	member_move(member, parent);
}

/* A status of 0 is also what the kernel shows to those who may not know. */
static bool may_know_end(const struct poller *poller, const struct member *member)
{
	char path[64], link[64];

	if (member->stat.exit_status || member->is_permitted)
		return true;
	return !procfs_path_pid(poller->procfs, member->pid, "ns/user", sizeof(path), path) &&
	       readlink(path, link, sizeof(link)) > 0;
}

/* Who had ended before we came is nobody's news. */
static void tell_end(struct poller *poller, struct member *member)
{
	if (poller->is_seeding)
		member->is_told = true;
	else
		events_exit(poller, member);
}

static void note_end(struct poller *poller, struct member *member)
{
	struct io_counts whole;
	struct rusage usage;
	uint64_t clock_ns;

	member->state = MEMBER_ZOMBIE;
	if (!figures_clock(poller, member->pid, &clock_ns) && clock_ns > member->clock_ns)
		member->clock_ns = clock_ns;
	figures_take_stat(member);
	/* What was read a moment ago may not be all. */
	if (!figures_read_io(poller, member, &whole))
		figures_take_io(poller, member, &whole);
	member->is_end_known = may_know_end(poller, member);
	member->exit_status = member->stat.exit_status;
	if (member->is_ours && reap_peek(member->pid, &member->exit_status, &usage)) {
		member->is_end_known = true;
		if (member == poller->root && !member->stat.reaped_faults_cached)
			member->peak_kb = (uint64_t)usage.ru_maxrss;
	}
	tell_end(poller, member);
}

static void note_gone(struct poller *poller, struct member *member)
{
	member->state = MEMBER_GONE;
	tell_end(poller, member);
}

static int find_children(struct poller *poller, struct member *member)
{
	pid_t tid = member->stat.threads <= 1 ? member->pid : 0;
	size_t i;
	int r;

	if (!poller->has_children_files ||
	    (member->stat.threads > THREADS_READ_MAX && member->children_read_ns &&
	     poller->now_ns - member->children_read_ns < CHILDREN_AGE_MAX_NS))
		return 0;
	member->children_read_ns = poller->now_ns;
	poller->pids.count = 0;
	r = children_read_process(poller->procfs, member->pid, tid, &poller->pids);
	/* Whoever is gone meanwhile is noticed by its own absence. */
	if (r)
		return r == -ENOMEM ? r : 0;
	for (i = 0; i < poller->pids.count; i++) {
		r = look_for(poller, poller->pids.pids[i], member);
		if (r)
			return r;
	}
	return 0;
}

/* The kernel has no figures any more for a process that it is just about to forget. */
static bool is_forgotten(const struct process_stat *stat)
{
	return !stat->threads || stat->state == 'X' || stat->state == 'x';
}

static void count_threads(struct poller *poller, struct member *member, uint64_t threads)
{
	uint64_t most = member->threads_max ? member->threads_max : 1;

	if (threads > most && !poller->is_seeding)
		poller->totals.threads_started += threads - most;
	if (threads > member->threads_max)
		member->threads_max = threads;
}

static void take_figures(struct poller *poller, struct member *member,
			 const struct process_stat *stat, uint64_t clock_ns)
{
	member->stat = *stat;
	member->is_stat_due = false;
	member->clock_ns = clock_ns;
	member->is_permitted |= stat->stack_start != 0;
	figures_take_stat(member);
	count_threads(poller, member, stat->threads);
}

static int take_stat(struct poller *poller, struct member *member, const struct process_stat *stat,
		     uint64_t clock_ns)
{
	struct process_stat old = member->stat;
	bool is_new = member->is_stat_fresh;
	bool is_first_exec = member == poller->root && poller->is_run && !poller->has_looked;
	bool is_seen_to_exec = !is_new && has_execed(&old, stat);
	bool is_exec = is_seen_to_exec || (!is_new && is_first_exec);

	member->is_stat_fresh = false;
	take_figures(poller, member, stat, clock_ns);
	if (!is_new && (is_exec || member->may_change_uid))
		look_up_uid(poller, member);
	adopt_parent(poller, member);
	if (member->state == MEMBER_ZOMBIE)
		return 0;
	/* A root that nobody has waited for yet is attached to like any, and ends at the next drain. */
	if (stat->state == 'Z' && stat->threads <= 1 &&
	    !(poller->is_seeding && member == poller->root)) {
		note_end(poller, member);
		return 0;
	}
	member->seen_boot_ns = poller->now_boot_ns;
	if (is_exec && !events_exec(poller, member, &old, is_first_exec)) {
		take_back_program(member, &old);
		is_seen_to_exec = false;
	}
	spaces_find(poller, member, is_seen_to_exec);
	return find_children(poller, member);
}

/* A mount of /proc may hide processes that the kernel knows. Returns a pidfd, or -1. */
static int open_hidden(const struct poller *poller, pid_t pid)
{
	struct pollfd end = { .fd = (int)syscall(SYS_pidfd_open, pid, 0), .events = POLLIN };
	struct process_stat stat;

	if (end.fd < 0)
		return -1;
	if (process_read_stat(poller->procfs, pid, &stat) == -ESRCH && poll(&end, 1, 0) == 0)
		return end.fd;
	(void)close(end.fd);
	return -1;
}

static int look_at_hidden(struct poller *poller, struct member *member)
{
	struct pollfd end = { .fd = member->pidfd, .events = POLLIN };
	uint64_t clock_ns;

	if (!figures_clock(poller, member->pid, &clock_ns) && poll(&end, 1, 0) == 0) {
		member->clock_ns = clock_ns;
		/* A clock does not go back. */
		member->own.cpu_time_ns = clock_ns - member->before.cpu_time_ns;
	}
	if (poll(&end, 1, 0) == 0)
		member->seen_boot_ns = poller->now_boot_ns;
	else
		note_gone(poller, member);
	return 0;
}

/* A program that gives other rights hides its process, too. */
static int look_at_missing(struct poller *poller, struct member *member)
{
	member->pidfd = open_hidden(poller, member->pid);
	if (member->pidfd < 0) {
		note_gone(poller, member);
		return 0;
	}
	member->is_hidden = true;
	return look_at_hidden(poller, member);
}

static int look_at_files(struct poller *poller, struct member *member, uint64_t clock_ns)
{
	struct process_stat stat = member->stat;
	struct io_counts whole;
	int io, r = 0;

	/* Before stat: children that it has not waited for by then are not among the bytes. */
	io = figures_read_io(poller, member, &whole);
	/* Who ran since may have execed, and then sleeps under the name that it had before. */
	if (!member->is_stat_fresh || clock_ns != member->found_clock_ns)
		r = process_read_stat(poller->procfs, member->pid, &stat);
	if (r == -ESRCH || is_forgotten(&stat))
		return look_at_missing(poller, member);
	if (r)
		return r == -ENOMEM ? r : 0;
	if (stat.start_boot_ns != member->stat.start_boot_ns) {
		note_gone(poller, member);
		return look_for(poller, member->pid, NULL);
	}
	r = take_stat(poller, member, &stat, clock_ns);
	if (!io && member->state == MEMBER_ALIVE)
		figures_take_io(poller, member, &whole);
	return r;
}

static int look_at_idle(struct poller *poller, struct member *member)
{
	member->seen_boot_ns = poller->now_boot_ns;
	if (poller->now_ns - member->children_read_ns < CHILDREN_AGE_MAX_NS)
		return 0;
	return find_children(poller, member);
}

int look(struct poller *poller, struct member *member)
{
	uint64_t clock_ns = 0;

	if (member->state == MEMBER_GONE)
		return 0;
	if (member->is_hidden)
		return look_at_hidden(poller, member);
	if (figures_clock(poller, member->pid, &clock_ns) == -ESRCH) {
		/* Gone a moment after it was found: what was read then is all there is. */
		if (member->is_stat_fresh)
			take_figures(poller, member, &member->stat, 0);
		note_gone(poller, member);
		return 0;
	}
	if (is_idle(poller, member, clock_ns))
		return member->state == MEMBER_ALIVE ? look_at_idle(poller, member) : 0;
	/* A clock does not go back: that is another process. */
	if (clock_ns < member->clock_ns) {
		note_gone(poller, member);
		return look_for(poller, member->pid, NULL);
	}
	return look_at_files(poller, member, clock_ns);
}

static int note_birth(struct poller *poller, struct member *member)
{
	if (!poller->is_seeding)
		poller->totals.processes_started++;
	return members_append(poller, member);
}

static int look_for_hidden(struct poller *poller, pid_t pid, struct member *parent)
{
	AUTO_FD int pidfd = open_hidden(poller, pid);
	struct member *member;
	uint64_t clock_ns;

	if (pidfd < 0)
		return 0;
	member = member_add(poller, pid, parent);
	if (!member)
		return -ENOMEM;
	member->pidfd = TAKE_FD(pidfd);
	member->is_hidden = true;
	member->unknown = COUNTER_ALL;
	member->stat.start_boot_ns = member->seen_boot_ns = poller->now_boot_ns;
	member->stat.ppid = member->first_ppid = parent->pid;
	member->stat.threads = member->threads_max = 1;
	if (figures_clock(poller, pid, &clock_ns))
		poller->lost++;
	else
		member->unknown &= ~COUNTER_CPU;
	return note_birth(poller, member);
}

static struct member *parent_of(struct poller *poller, pid_t ppid)
{
	struct member *parent = member_find(poller, ppid);

	if (parent && parent->state != MEMBER_GONE)
		return parent;
	return poller->options.adopt_orphans && ppid == getpid() ? &poller->outside : NULL;
}

int look_for(struct poller *poller, pid_t pid, const struct member *parent)
{
	struct member *member = member_find(poller, pid), *found;
	struct process_stat stat;
	uint64_t clock_ns = 0;
	int r;

	if (member && member->state != MEMBER_GONE) {
		if (parent && member->parent != parent)
			member->is_stat_due = true;
		return 0;
	}
	/* The monitor never counts itself, unless it was asked to. */
	if (pid == getpid())
		return 0;
	(void)figures_clock(poller, pid, &clock_ns);
	r = process_read_stat(poller->procfs, pid, &stat);
	if (r == -ESRCH && parent && (parent->pid || poller->group_folder))
		return look_for_hidden(poller, pid,
				       parent->pid ? member_find(poller, parent->pid)
						   : &poller->outside);
	found = r || is_forgotten(&stat) ? NULL : parent_of(poller, stat.ppid);
	if (!found && !r && !is_forgotten(&stat) && parent && poller->group_folder)
		found = &poller->outside;
	if (!found)
		return 0;
	member = member_add(poller, pid, found);
	if (!member)
		return -ENOMEM;
	member->stat = stat;
	member->is_stat_fresh = true;
	member->found_clock_ns = clock_ns;
	member->first_ppid = stat.ppid;
	look_up_uid(poller, member);
	return note_birth(poller, member);
}
