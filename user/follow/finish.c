/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The end of monitoring: the last sample, what goes on without us, the totals. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <sys/wait.h>

#include "metrics/derive.h"
#include "metrics/publish.h"
#include "follow/monitor_internal.h"
#include "procfs/procfs.h"
#include "procfs/status.h"
#include "util/clock.h"

#define SURVIVORS_MAX 16
#define LAST_WALKS_MAX 100
#define LAST_WALKS_AT_ONCE 10

static void keep_survivor(struct denet_monitor *monitor, const struct process *process)
{
	struct denet_survivor *survivor;

	monitor->running_count++;
	if (!monitor->survivors)
		monitor->survivors = calloc(SURVIVORS_MAX, sizeof(*monitor->survivors));
	if (!monitor->survivors || monitor->survivors_count == SURVIVORS_MAX)
		return;
	survivor = &monitor->survivors[monitor->survivors_count++];
	survivor->comm = process->comm; /* the tree is kept until the monitor is freed */
	survivor->pid = process->pid;
}

static void show_survivors(struct denet_monitor *monitor)
{
	struct process *process;

	for (process = monitor->tree.oldest; process; process = process->younger) {
		if (!process_is_alive(&monitor->tree, process))
			continue;
		keep_survivor(monitor, process);
		news_survivor(monitor, process);
	}
}

static void show_exit(struct denet_monitor *monitor)
{
	struct denet_exit exit = {
		.size = sizeof(exit),
		.ts_ms = clock_wall_ms(),
		.end = monitor->root_end,
		.last_sample_to_exit_ms = DENET_UNKNOWN,
	};

	if (!monitor->is_root_gone || !monitor->observer.on_exit)
		return;
	if (monitor->sample_count)
		exit.last_sample_to_exit_ms = exit.ts_ms > monitor->last_sample_ms
						      ? exit.ts_ms - monitor->last_sample_ms
						      : 0;
	monitor->observer.on_exit(monitor->observer.context, &exit);
}

static void reap_root(struct denet_monitor *monitor)
{
	siginfo_t info;

	if (monitor->is_attached || !monitor->is_root_gone)
		return;
	(void)monitor_wait_root(monitor, &info, 0);
}

/* An account that is gone was closed after the walk: its end is among the news already. */
static bool have_survivors_accounts(const struct denet_monitor *monitor)
{
	const struct process *process;
	struct process_account account;

	for (process = monitor->tree.oldest; process; process = process->younger)
		if (process_is_alive(&monitor->tree, process) &&
		    monitor->source->ops->account(monitor->source, process->id, &account))
			return false;
	return true;
}

/*
 * The totals, the accounts and the survivors have to be of one moment, so that they add up. That
 * moment is found at once unless the tree forks and dies all the time.
 */
static int walk_last(struct denet_monitor *monitor)
{
	struct timespec pause = { .tv_nsec = 1000000 };
	int i, r;

	for (i = 0; i < LAST_WALKS_MAX; i++) {
		r = news_drain(monitor);
		if (!r)
			r = tick_walk(monitor);
		if (r)
			return r;
		if (monitor->is_of_one_moment &&
		    monitor->exits_seen == monitor->totals.processes_exited &&
		    have_survivors_accounts(monitor))
			return 0;
		/* Whoever is on the way has to be let on. */
		if (i >= LAST_WALKS_AT_ONCE)
			(void)nanosleep(&pause, NULL);
	}
	return 0;
}

int finish(struct denet_monitor *monitor)
{
	int r = 0;

	monitor->end_mono_ns = clock_mono_ns();
	if (monitor->source) {
		r = walk_last(monitor);
		if (!r)
			r = tick_show(monitor);
		show_survivors(monitor);
		monitor->source->ops->end(monitor->source);
	}
	monitor->root_end.unseen = monitor->is_root_gone && !monitor->root_end.known;
	show_exit(monitor);
	reap_root(monitor);
	monitor->phase = PHASE_ENDED;
	return r;
}

static void fill_unknown(struct denet_summary *summary)
{
	publish_nothing(&summary->used);
	summary->sys_net_rx_bytes = DENET_UNKNOWN;
	summary->sys_net_tx_bytes = DENET_UNKNOWN;
	summary->processes_total = DENET_UNKNOWN;
	summary->processes_peak = DENET_UNKNOWN;
	summary->processes_failed = DENET_UNKNOWN;
	summary->processes_exact = DENET_UNKNOWN;
	summary->processes_running = DENET_UNKNOWN;
	summary->threads_total = DENET_UNKNOWN;
	summary->threads_peak = DENET_UNKNOWN;
	summary->peak_mem_rss_kb = DENET_UNKNOWN;
	summary->peak_process_rss_kb = DENET_UNKNOWN;
	summary->events_lost = DENET_UNKNOWN;
	summary->records_lost = DENET_UNKNOWN;
	summary->tasks_lost = DENET_UNKNOWN;
}

static void fill_memory(const struct denet_monitor *monitor, struct denet_summary *summary)
{
	uint64_t single_kb = monitor->tally.peak_rss_kb;
	uint64_t unseen_kb = monitor->source->ops->peak_kb(monitor->source);

	/* Whoever wants the root alone does not want what its children had. */
	if (unseen_kb > single_kb && !monitor->options.exclude_children)
		single_kb = unseen_kb;
	summary->peak_mem_at_ns = DENET_UNKNOWN;
	if (single_kb > monitor->peak_sum_kb) {
		summary->peak_mem_rss_kb = single_kb;
	} else if (monitor->peak_sum_kb) {
		summary->peak_mem_rss_kb = monitor->peak_sum_kb;
		summary->peak_mem_at_ns = monitor->peak_sum_at_ns;
	} else {
		summary->peak_mem_rss_kb = DENET_UNKNOWN;
	}
}

static void fill_losses(const struct denet_monitor *monitor, struct denet_summary *summary)
{
	struct tree_totals totals;

	monitor->source->ops->totals(monitor->source, &totals);
	summary->events_lost = totals.dropped_events;
	summary->records_lost = totals.dropped_accounts + monitor->news_lost;
	summary->tasks_lost = monitor->source->ops->tasks_lost(monitor->source);
}

static void keep_root_alone(const struct denet_monitor *monitor, struct denet_summary *summary)
{
	summary->processes_total = 1;
	summary->processes_peak = 1;
	summary->processes_running = !monitor->is_root_gone;
	summary->threads_total = monitor->root_threads_total;
	summary->cpu_time_before_ns = 0;
	summary->survivors_count = 0;
}

static void fill_measured(struct denet_monitor *monitor, struct denet_summary *summary)
{
	const struct tree_totals *totals = &monitor->totals;
	bool is_net_known = monitor->netdev_fd >= 0;

	if (monitor->options.exclude_children)
		publish_counters(&monitor->root_used, monitor->root_unknown, monitor->tick_ns,
				 &summary->used);
	else
		publish_counters(&monitor->exact, monitor->unknown, monitor->tick_ns,
				 &summary->used);
	summary->sys_net_rx_bytes = is_net_known ? monitor->net_rx_bytes : DENET_UNKNOWN;
	summary->sys_net_tx_bytes = is_net_known ? monitor->net_tx_bytes : DENET_UNKNOWN;
	summary->processes_total = monitor->seeded_processes + totals->processes_started;
	summary->processes_peak = monitor->processes_peak;
	summary->processes_running = monitor->running_count;
	summary->threads_total =
		summary->processes_total + monitor->seeded_threads + totals->threads_started;
	summary->threads_peak = monitor->threads_peak;
	summary->psi_samples = monitor->psi_samples;
	summary->psi_stalled_samples = monitor->psi_stalled_samples;
	summary->survivors = monitor->survivors;
	summary->survivors_count = monitor->survivors_count;
	summary->cpu_time_before_ns = monitor->cpu_before_ns;
	if (monitor->options.exclude_children)
		keep_root_alone(monitor, summary);
	fill_memory(monitor, summary);
	fill_losses(monitor, summary);
}

int monitor_summary(struct denet_monitor *monitor, struct denet_summary *ret_summary)
{
	struct denet_summary summary = {
		.size = sizeof(summary),
		.accounting = monitor->accounting,
		.command = { .args = monitor->args,
			     .args_len = monitor->args_len,
			     .exe = monitor->exe },
		.end = monitor->root_end,
		.wall_ns = monitor->end_mono_ns - monitor->start_mono_ns,
		.sample_count = monitor->sample_count,
		.peak_mem_at_ns = DENET_UNKNOWN,
		.monitor_cpu_ns = clock_process_cpu_ns(),
		.monitor_peak_rss_kb = DENET_UNKNOWN,
	};

	if (monitor->phase != PHASE_ENDED)
		return -EBUSY;
	fill_unknown(&summary);
	if (monitor->source) {
		tally_view(&monitor->tally, &summary);
		fill_measured(monitor, &summary);
	}
	(void)status_read_own_peak_rss(procfs_host(), &summary.monitor_peak_rss_kb);
	derive_summary(&summary);
	*ret_summary = summary;
	return 0;
}
