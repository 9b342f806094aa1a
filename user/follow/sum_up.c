/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The summary, from all that a monitor knows at its end. */
#include <math.h>

#include "follow/monitor_internal.h"
#include "metrics/derive.h"
#include "metrics/publish.h"
#include "procfs/status.h"
#include "util/clock.h"

static void fill_unknown(struct denet_summary *shown)
{
	publish_nothing(&shown->used);
	shown->sys_net_rx_bytes = DENET_UNKNOWN;
	shown->sys_net_tx_bytes = DENET_UNKNOWN;
	shown->processes_total = DENET_UNKNOWN;
	shown->processes_peak = DENET_UNKNOWN;
	shown->processes_failed = DENET_UNKNOWN;
	shown->ends_unknown = DENET_UNKNOWN;
	shown->processes_exact = DENET_UNKNOWN;
	shown->processes_running = DENET_UNKNOWN;
	shown->threads_total = DENET_UNKNOWN;
	shown->threads_peak = DENET_UNKNOWN;
	shown->peak_mem_rss_kb = DENET_UNKNOWN;
	shown->peak_process_rss_kb = DENET_UNKNOWN;
	shown->memory_stall_ns = DENET_UNKNOWN;
	shown->memory_limit_kb = DENET_UNKNOWN;
	shown->peak_pss_kb = DENET_UNKNOWN;
	shown->peak_pss_at_ns = DENET_UNKNOWN;
	shown->counted_ns = DENET_UNKNOWN;
	shown->cpus_usable = DENET_UNKNOWN;
	shown->cpu_limit_cores = NAN;
	shown->cpu_limit_before_cores = NAN;
	shown->memory_limit_before_kb = DENET_UNKNOWN;
	shown->oom_kills = DENET_UNKNOWN;
	shown->throttled_ns = DENET_UNKNOWN;
	shown->events_lost = DENET_UNKNOWN;
	shown->records_lost = DENET_UNKNOWN;
	shown->tasks_lost = DENET_UNKNOWN;
}

static void fill_memory(const struct denet_monitor *monitor, struct denet_summary *shown)
{
	uint64_t single_kb = monitor->tally.peak_rss_kb;
	uint64_t unseen_kb = monitor->source->ops->peak_kb(monitor->source);

	/* Whoever wants the root alone does not want what its children had. */
	if (unseen_kb > single_kb && !monitor->options.exclude_children)
		single_kb = unseen_kb;
	if (single_kb > monitor->peaks.sum_kb) {
		shown->peak_mem_rss_kb = single_kb;
	} else if (monitor->peaks.sum_kb) {
		shown->peak_mem_rss_kb = monitor->peaks.sum_kb;
		shown->peak_mem_at_ns = monitor->peaks.sum_at_ns;
	}
}

static void fill_pss(const struct peaks *peaks, struct denet_summary *shown)
{
	const struct pss_peak *peak = peaks_pss(peaks);

	if (!peak)
		return;
	shown->peak_pss_kb = peak->kb;
	shown->peak_pss_at_ns = peak->at_ns;
	shown->pss_is_bound = peak->is_bound;
	shown->pss_is_rough = peak->is_rough;
}

static void fill_losses(const struct denet_monitor *monitor, struct denet_summary *shown)
{
	struct tree_totals totals;

	monitor->source->ops->counted(monitor->source, &totals);
	shown->events_lost = totals.dropped_events;
	shown->records_lost = totals.dropped_accounts + monitor->news.lost;
	shown->tasks_lost = monitor->source->ops->tasks_lost(monitor->source);
}

static void fill_tree(const struct denet_monitor *monitor, struct denet_summary *shown)
{
	const struct ledger *ledger = &monitor->ledger;

	publish_counters(&ledger->exact, ledger->unknown, monitor->sampler.tick_ns, &shown->used);
	shown->processes_total = ledger_processes(ledger);
	shown->processes_peak = monitor->peaks.processes;
	shown->processes_running = monitor->summary.running_count;
	shown->threads_total = ledger_threads(ledger) - monitor_has_own_thread(monitor);
	shown->cpu_time_before_ns = ledger->cpu_before_ns;
	shown->survivors = monitor->summary.survivors;
	shown->survivors_count = monitor->summary.survivors_count;
}

static void fill_root_alone(const struct denet_monitor *monitor, struct denet_summary *shown)
{
	const struct root *root = &monitor->root;

	publish_counters(&root->used, root->unknown, monitor->sampler.tick_ns, &shown->used);
	shown->processes_total = 1;
	shown->processes_peak = 1;
	shown->processes_running = !root->is_gone;
	shown->threads_total = root->threads_total;
}

static void fill_cpu_limit(const struct around *around, struct denet_summary *shown)
{
	double now = around_cpu_limit_cores(around), first = around_first_cpu_limit_cores(around);

	shown->cpu_limit_cores = now;
	shown->cpu_limit_changed = isnan(now) != isnan(first) || (!isnan(now) && now != first);
	if (shown->cpu_limit_changed)
		shown->cpu_limit_before_cores = first;
}

/* As they are at the end, and where that is not what they were, as they were. */
static void fill_limits(const struct around *around, struct denet_summary *shown)
{
	uint64_t first_kb = around_first_memory_limit_kb(around);

	shown->memory_limit_kb = around_memory_limit_kb(around);
	shown->memory_limit_changed = shown->memory_limit_kb != first_kb;
	if (shown->memory_limit_changed)
		shown->memory_limit_before_kb = first_kb;
	shown->memory_limit_hit = around->group.was_hit;
	shown->oom_kills = around->group.kills;
	shown->throttled_ns = around_throttled_ns(around);
	fill_cpu_limit(around, shown);
}

static void fill_measured(const struct denet_monitor *monitor, struct denet_summary *shown)
{
	const struct around *around = &monitor->around;

	if (monitor->options.exclude_children)
		fill_root_alone(monitor, shown);
	else
		fill_tree(monitor, shown);
	shown->sys_net_rx_bytes = around->is_net_known ? around->net_rx_bytes : DENET_UNKNOWN;
	shown->sys_net_tx_bytes = around->is_net_known ? around->net_tx_bytes : DENET_UNKNOWN;
	shown->threads_peak = monitor->peaks.threads;
	shown->psi_samples = monitor->peaks.psi_samples;
	shown->psi_stalled_samples = monitor->peaks.psi_stalled_samples;
	fill_memory(monitor, shown);
	fill_pss(&monitor->peaks, shown);
	shown->memory_stall_ns = around->stall_ns;
	shown->memory_stall_of_cgroup = around->is_stall_of_group;
	fill_limits(around, shown);
	if (monitor->root.cpus_usable)
		shown->cpus_usable = monitor->root.cpus_usable;
	shown->is_root_alone = monitor->options.exclude_children;
	fill_losses(monitor, shown);
}

/* How long monitoring took to hear of the end is no time of the command's. */
static uint64_t wall_ns(const struct denet_monitor *monitor)
{
	const struct times *times = &monitor->times;
	const struct root *root = &monitor->root;

	if (!root->is_gone || (monitor->options.wait_all && monitor->summary.running_count))
		return times_elapsed_ns(times);
	if (monitor->options.wait_all && times->last_end_boot_ns > root->end_boot_ns)
		return times_until_ns(times, times->last_end_boot_ns);
	return times_until_ns(times, root->end_boot_ns);
}

/* Longer than that where what was used before the attach is in the totals. */
static uint64_t counted_ns(const struct denet_monitor *monitor, uint64_t wall_ns)
{
	uint64_t born_boot_ns = monitor->root.start_boot_ns;

	if (!monitor->options.since_process_start || monitor->root.is_ours || !born_boot_ns ||
	    born_boot_ns > monitor->times.start_boot_ns)
		return DENET_UNKNOWN;
	return wall_ns + (monitor->times.start_boot_ns - born_boot_ns);
}

static void fill_run(const struct denet_monitor *monitor, struct denet_summary *shown)
{
	shown->size = sizeof(*shown);
	shown->accounting = monitor->accounting;
	shown->command = root_command(&monitor->root);
	shown->end = monitor->root.end;
	shown->wall_ns = wall_ns(monitor);
	shown->sample_count = monitor->peaks.sample_count;
	shown->samples_failed = monitor->failing.samples;
	shown->incomplete = monitor->failing.reason[0] ? monitor->failing.reason : NULL;
	shown->peak_mem_at_ns = DENET_UNKNOWN;
	shown->cgroup_cpu_ns = monitor->group.cpu_ns;
	shown->cgroup_peak_kb = monitor->group.peak_kb;
	shown->monitor_cpu_ns = clock_process_cpu_ns();
	shown->monitor_peak_rss_kb = DENET_UNKNOWN;
	(void)status_read_own_peak_rss(&monitor->procfs, &shown->monitor_peak_rss_kb);
}

void sum_up(struct denet_monitor *monitor)
{
	struct denet_summary shown = { 0 };

	fill_run(monitor, &shown);
	fill_unknown(&shown);
	if (monitor->source) {
		tally_view(&monitor->tally, &shown);
		shown.counted_ns = counted_ns(monitor, shown.wall_ns);
		fill_measured(monitor, &shown);
	}
	derive_summary(&shown);
	summary_keep(&monitor->summary, &shown);
}
