/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The end of monitoring: the last sample, what goes on without us, one copy of the totals. */
#include <stdlib.h>
#include <time.h>

#include "follow/monitor_internal.h"
#include "util/array.h"
#include "util/clock.h"

#define LAST_WALKS_MAX 100
#define LAST_WALKS_AT_ONCE 10

static void show_exit(struct denet_monitor *monitor)
{
	const struct peaks *peaks = &monitor->peaks;
	struct denet_exit exit = {
		.size = sizeof(exit),
		.ts_ms = clock_wall_ms(),
		.end = monitor->root.end,
		.last_sample_to_exit_ms = DENET_UNKNOWN,
	};

	if (!monitor->root.is_gone || monitor->cgroup || !monitor->observer.on_exit)
		return;
	if (peaks->sample_count)
		exit.last_sample_to_exit_ms =
			exit.ts_ms > peaks->last_sample_ms ? exit.ts_ms - peaks->last_sample_ms : 0;
	monitor->observer.on_exit(monitor->observer.context, &exit);
}

/* Of those that go on, in the order of the tree. */
struct survivors {
	struct process_account *accounts; /* owned */
	size_t count;
	size_t room;
};

static struct process_account *next_account(struct survivors *survivors)
{
	size_t wanted = survivors->room ? survivors->room * 2 : 16;
	struct process_account *grown;

	if (survivors->count < survivors->room)
		return &survivors->accounts[survivors->count];
	grown = array_resize(survivors->accounts, wanted, sizeof(*grown));
	if (!grown)
		return NULL;
	survivors->accounts = grown;
	survivors->room = wanted;
	return &grown[survivors->count];
}

/*
 * Now, as they may end before they are shown. An account that is gone was closed after the walk: its
 * end is among the news already.
 */
static bool read_survivors(const struct denet_monitor *monitor, struct survivors *survivors)
{
	const struct process *process;
	struct process_account *account;
	bool are_all = true;

	survivors->count = 0;
	for (process = monitor->tree.oldest; process; process = process->younger) {
		if (!process_is_alive(&monitor->tree, process))
			continue;
		account = next_account(survivors);
		/* Without memory they are shown by what the walks have shown. */
		if (!account)
			break;
		if (monitor->source->ops->account(monitor->source, process->id, account))
			are_all = false;
		else
			survivors->count++;
	}
	return are_all;
}

static void show_survivors(struct denet_monitor *monitor, const struct survivors *survivors)
{
	struct process *process;
	size_t at = 0;

	for (process = monitor->tree.oldest; process; process = process->younger) {
		const struct process_account *account = NULL;

		if (!process_is_alive(&monitor->tree, process))
			continue;
		if (at < survivors->count && survivors->accounts[at].id == process->id)
			account = &survivors->accounts[at++];
		summary_add_survivor(&monitor->summary, process->comm, process->pid);
		news_survivor(monitor, process, account);
	}
}

static int walk_now(struct denet_monitor *monitor)
{
	int drained = news_drain(monitor);
	int r = tick_walk(monitor);

	return r ? r : drained;
}

static bool is_last(const struct denet_monitor *monitor, struct survivors *survivors)
{
	return monitor->ledger.is_of_one_moment &&
	       monitor->news.exits_seen == monitor->ledger.totals.processes_exited &&
	       read_survivors(monitor, survivors);
}

/*
 * The totals, the accounts and the survivors have to be of one moment, so that they add up. That
 * moment is found at once unless the tree forks and dies all the time. What fails may do so for a
 * moment only.
 */
static int walk_last(struct denet_monitor *monitor, struct survivors *survivors)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	int i, r = 0;

	for (i = 0; i < LAST_WALKS_MAX; i++) {
		r = walk_now(monitor);
		if (failing_is_for_good(r) || (!r && is_last(monitor, survivors)))
			return r;
		/* Whoever is on the way has to be let on. */
		if (r || i >= LAST_WALKS_AT_ONCE)
			(void)nanosleep(&pause, NULL);
	}
	return r;
}

/* The totals are there without a walk, and are all there is once everybody has ended. */
static void take_last_sample(struct denet_monitor *monitor)
{
	struct survivors survivors = { .count = 0 };
	int r = walk_last(monitor, &survivors);

	if (!r)
		r = tick_show(monitor);
	if (r) {
		monitor->failing.samples++;
		if (!ledger_read_totals(&monitor->ledger, monitor->source))
			failing_note_end(monitor, r);
	}
	show_survivors(monitor, &survivors);
	free(survivors.accounts);
}

static bool is_living_member(const void *context, pid_t pid)
{
	const struct denet_monitor *monitor = context;
	const struct process *process = monitor->tree.oldest;

	for (; process; process = process->younger)
		if (process->pid == (uint32_t)pid && process_is_alive(&monitor->tree, process))
			return true;
	return false;
}

/* Its folder can go once nobody is in it. */
static void finish_group(struct denet_monitor *monitor)
{
	group_end(&monitor->group, &monitor->procfs, is_living_member, monitor);
	group_remove(&monitor->group);
	monitor_warn_of_group(monitor);
}

void finish_monitoring(struct denet_monitor *monitor)
{
	times_end(&monitor->times);
	group_settle(&monitor->group);
	if (monitor->source)
		take_last_sample(monitor);
	root_note_unseen(&monitor->root);
	show_exit(monitor);
	/* Before the command's own cgroup is removed. */
	around_read_again(&monitor->around, monitor->source);
	root_reap(&monitor->root);
	finish_group(monitor);
	sum_up(monitor);
	monitor->phase = PHASE_ENDED;
	monitor_close_measuring(monitor);
}
