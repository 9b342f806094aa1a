/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The root has ended: what is still awaited, and for how long. */
#include "follow/monitor_internal.h"
#include "util/units.h"

/* How long the kernel may take between telling a parent and a task's last switch. */
#define SETTLE_NS (20 * NS_PER_MS)

/* Nor for longer in all, when the dying goes on. */
#define SETTLE_LIMIT_NS (1000 * NS_PER_MS)

/* How often it is looked up whether descendants live that the counters speak of. */
#define LOOKUP_NS (200 * NS_PER_MS)

static void postpone(struct settle *settle, uint64_t now_ns)
{
	settle->due_ns = now_ns + SETTLE_NS;
}

void settle_begin(struct denet_monitor *monitor, uint64_t now_ns)
{
	monitor->phase = PHASE_SETTLING;
	postpone(&monitor->settle, now_ns);
	monitor->settle.limit_ns = now_ns + SETTLE_LIMIT_NS;
	if (monitor->source)
		monitor->source->ops->wake_at_every_exit(monitor->source);
}

/* By the counters; a walk at each exit would cost too much. */
static bool has_everybody_ended(const struct denet_monitor *monitor)
{
	struct tree_totals totals;

	monitor->source->ops->counted(monitor->source, &totals);
	return ledger_counts_all(monitor->source, &totals) &&
	       monitor->ledger.seeded_processes + totals.processes_started <=
		       totals.processes_exited;
}

/* Where the counters do not say so, the last walk does. */
static bool is_anybody_there(const struct denet_monitor *monitor)
{
	const struct ledger *ledger = &monitor->ledger;
	struct tree_totals totals;

	monitor->source->ops->counted(monitor->source, &totals);
	if (ledger_counts_all(monitor->source, &totals))
		return !has_everybody_ended(monitor);
	return !ledger->is_of_one_moment || monitor->tree.tasks_seen;
}

bool settle_is_cgroup_over(const struct denet_monitor *monitor)
{
	struct tree_totals totals;

	if (!monitor->source || is_anybody_there(monitor))
		return false;
	monitor->source->ops->counted(monitor->source, &totals);
	return monitor->ledger.seeded_processes + totals.processes_started ||
	       !cgroup_target_exists(monitor->cgroup);
}

bool settle_awaits_last(const struct denet_monitor *monitor)
{
	return monitor->phase == PHASE_SETTLING && monitor->source &&
	       (!monitor->options.wait_all || has_everybody_ended(monitor));
}

/* That somebody lives they say for ever if one end was missed, so it is looked up now and then. */
static bool has_descendants(struct denet_monitor *monitor, uint64_t now_ns)
{
	struct settle *settle = &monitor->settle;

	if (has_everybody_ended(monitor))
		return false;
	if (now_ns < settle->lookup_ns)
		return true;
	settle->lookup_ns = now_ns + LOOKUP_NS;
	return tick_walk(monitor) || !monitor->ledger.is_of_one_moment || monitor->tree.tasks_seen;
}

/* A thousand that were killed with the root take their time: as long as they go on dying. */
static void extend(struct settle *settle, uint64_t exits_seen, uint64_t now_ns)
{
	if (exits_seen == settle->exits_settled || now_ns >= settle->limit_ns)
		return;
	settle->exits_settled = exits_seen;
	postpone(settle, now_ns);
}

/*
 * Born, not ended, and not met by the last walk: whoever was waited for, and has been preempted on
 * the way to its last switch. Newer kernels let that happen.
 */
static bool is_somebody_between(const struct denet_monitor *monitor)
{
	const struct ledger *ledger = &monitor->ledger;
	const struct process *process = monitor->tree.oldest;
	uint64_t known = ledger->totals.processes_exited;

	if (!ledger_counts_all(monitor->source, &ledger->totals))
		return false;
	for (; process; process = process->younger)
		known += process_is_alive(&monitor->tree, process);
	return known < ledger_processes(ledger);
}

/*
 * A parent hears of a death before the last switch of the dead: the account of the root, and of
 * who died with it, is a moment away.
 */
static bool has_last_come(struct denet_monitor *monitor, uint64_t now_ns)
{
	struct settle *settle = &monitor->settle;

	extend(settle, monitor->news.exits_seen, now_ns);
	if (now_ns < settle->due_ns && !monitor->root.is_closed)
		return false;
	if (tick_walk(monitor) || now_ns >= settle->limit_ns)
		return true;
	if (!is_somebody_between(monitor))
		return now_ns >= settle->due_ns || !monitor->tree.exiting_seen;
	if (now_ns >= settle->due_ns)
		postpone(settle, now_ns);
	return false;
}

bool settle_is_over(struct denet_monitor *monitor, uint64_t now_ns)
{
	if (monitor->phase != PHASE_SETTLING)
		return false;
	if (!monitor->source || monitor->failing.is_source_gone)
		return true;
	if (!monitor->options.wait_all || !has_descendants(monitor, now_ns))
		return has_last_come(monitor, now_ns);
	postpone(&monitor->settle, now_ns);
	return false;
}
