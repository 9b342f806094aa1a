/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One sample: what lives, what it has used, what it holds. Allocates nothing once sizes are known. */
#include <errno.h>

#include "engine/privacy.h"
#include "follow/monitor_internal.h"
#include "metrics/publish.h"
#include "tree/counters.h"
#include "util/clock.h"

/* A process that was not seen for so long and has no account has ended untold. */
#define LOST_WALKS 100

/* Without an account no end is ever told of. */
static void forget_lost(struct denet_monitor *monitor)
{
	const struct tree *tree = &monitor->tree;
	struct process *process = tree->oldest, *next;
	struct process_account account;

	for (; process; process = next) {
		next = process->younger;
		if (!process_is_alive(tree, process) && process->id != monitor->root.id &&
		    process->walk + LOST_WALKS < tree->walk &&
		    monitor->source->ops->account(monitor->source, process->id, &account) ==
			    -ENOENT)
			news_forget(monitor, process);
	}
}

/* What is measured would not use it without us. */
static void exclude_own_use(struct denet_monitor *monitor)
{
	struct process *process = tree_find(&monitor->tree, monitor->root.id);
	const struct task_counters own = { .cpu_time_ns = own_take(&monitor->own) };

	ledger_exclude(&monitor->ledger, &own);
	if (process)
		counters_add(&process->before, &own);
}

static void exclude_own_thread(struct denet_monitor *monitor)
{
	struct process *process = tree_find(&monitor->tree, monitor->root.id);

	if (process && process->threads > 1)
		process->threads--;
}

int tick_walk(struct denet_monitor *monitor)
{
	int r;

	if (monitor->own.is_watched)
		exclude_own_use(monitor);
	r = ledger_walk(&monitor->ledger, monitor->source, &monitor->tree);
	if (r)
		return r;
	if (monitor_has_own_thread(monitor))
		exclude_own_thread(monitor);
	/*
	 * What those that were just read run may be news, and what is withheld of the dead is told
	 * with their ends.
	 */
	if (privacy_matters(&monitor->identity))
		r = news_drain(monitor);
	privacy_cut_living(&monitor->identity, &monitor->tree);
	ledger_add_up(&monitor->ledger, &monitor->tree);
	if (monitor->accounting == DENET_ACCOUNTING_PROC && group_is_made(&monitor->group)) {
		group_read(&monitor->group);
		ledger_raise_cpu(&monitor->ledger, monitor->group.cpu_ns);
	}
	if (!r && monitor->ledger.totals.dropped_accounts)
		forget_lost(monitor);
	return r;
}

int tick_begin_rates(struct denet_monitor *monitor)
{
	const struct process *process;
	int r = tick_walk(monitor);

	/* Anew: of the time that loading and walking took nothing is counted, it would thin out what is. */
	start_clocks(monitor);
	for (process = monitor->tree.oldest; !r && process; process = process->younger)
		r = sampler_begin_rate(&monitor->sampler, process, monitor->times.start_mono_ns);
	ledger_begin_from_here(&monitor->ledger, monitor->options.since_process_start);
	return r;
}

static void add_known(uint64_t *sum, uint64_t value)
{
	if (value != DENET_UNKNOWN)
		*sum += value;
}

static void take_back_known(uint64_t *sum, uint64_t value)
{
	if (value != DENET_UNKNOWN)
		*sum -= value;
}

static void add_memory(struct denet_monitor *monitor, struct process *process,
		       const struct holding *holding, struct denet_sample *sum)
{
	const struct holding *instead;

	if (!memory_counts_for_space(&monitor->memory, process, &instead))
		return;
	if (instead) {
		take_back_known(&sum->mem_rss_kb, instead->rss_kb);
		take_back_known(&sum->mem_vms_kb, instead->vms_kb);
	}
	add_known(&sum->mem_rss_kb, holding->rss_kb);
	add_known(&sum->mem_vms_kb, holding->vms_kb);
}

/* False when nothing is known of its memory. */
static bool survey_process(struct denet_monitor *monitor, struct process *process,
			   struct denet_tree *tree, uint64_t now_ns)
{
	const struct holding *holding = memory_read(&monitor->memory, process, now_ns);

	tree->process_count++;
	tree->aggregated.thread_count += process->threads;
	add_memory(monitor, process, holding, &tree->aggregated);
	if (process->id != monitor->root.id)
		sampler_add_candidate(&monitor->sampler, process, holding);
	news_arrival(monitor, process);
	return holding->rss_kb != DENET_UNKNOWN;
}

/* Its memory cannot be read any more, and has a share in what others have until it is torn down. */
static bool is_any_leaving(const struct tree *tree)
{
	for (const struct process *process = tree->oldest; process; process = process->younger)
		if (process_is_alive(tree, process) && !process->mm)
			return true;
	return false;
}

/* Where next to nothing is shared, nobody's share depends on others. */
static bool is_rough(const struct denet_monitor *monitor, const struct shares_sum *once,
		     uint64_t sum_kb)
{
	const struct tree_totals *walked = &monitor->ledger.totals;
	struct tree_totals now;

	if (once->kb == DENET_UNKNOWN || sum_kb <= once->kb + once->kb / 100)
		return false;
	monitor->source->ops->counted(monitor->source, &now);
	return now.processes_started != walked->processes_started ||
	       now.processes_exited != walked->processes_exited || is_any_leaving(&monitor->tree);
}

/* Reads all memory, adds up what lives, and notes the children that may be shown. */
static void survey(struct denet_monitor *monitor, struct denet_tree *tree, uint64_t now_ns)
{
	struct denet_sample *sum = &tree->aggregated;
	struct process *process;
	struct shares_sum once;
	bool is_any_known = false;

	memory_begin(&monitor->memory);
	for (process = monitor->tree.oldest; process; process = process->younger)
		if (process_is_alive(&monitor->tree, process))
			is_any_known |= survey_process(monitor, process, tree, now_ns);
	if (tree->process_count && !is_any_known)
		sum->mem_rss_kb = sum->mem_vms_kb = DENET_UNKNOWN;
	once = shares_take(&monitor->shares, &monitor->memory, &monitor->tree, sum->mem_rss_kb,
			   now_ns);
	sum->pss_kb = once.kb;
	tree->pss_is_bound = once.is_bound;
	tree->pss_is_rough = is_rough(monitor, &once, sum->mem_rss_kb);
}

static void fill_root(struct denet_monitor *monitor, uint64_t now_ns, struct denet_tree *tree)
{
	const struct process *process = tree_find(&monitor->tree, monitor->root.id);
	static const struct holding nothing = { .rss_kb = DENET_UNKNOWN,
						.vms_kb = DENET_UNKNOWN,
						.pss_kb = DENET_UNKNOWN };
	struct sampler *sampler = &monitor->sampler;
	/* Since attach is all that can be told, also when birth was asked for. */
	bool has_net = !monitor->options.since_process_start || monitor->root.is_ours;

	if (monitor->cgroup) {
		tree->parent = (struct denet_sample){ .ts_ms = tree->ts_ms };
	} else if (process) {
		/* Dead, with its account still on the way: what it held is not in the sum either. */
		sampler_fill(sampler, process,
			     process_is_alive(&monitor->tree, process)
				     ? memory_last(&monitor->memory, process)
				     : &nothing,
			     tree->ts_ms, now_ns, &tree->parent);
		root_note_sample(&monitor->root, process, sampler_rate_of(sampler, process));
		root_note_cpus(&monitor->root);
	} else {
		root_fill_ended(&monitor->root, sampler->tick_ns, tree->ts_ms, now_ns,
				&tree->parent);
	}
	around_fill(&monitor->around, has_net, &tree->parent);
}

static void fill_aggregated(struct denet_monitor *monitor, uint64_t now_ns, struct denet_tree *tree)
{
	struct denet_sample *sum = &tree->aggregated;
	struct ledger *ledger = &monitor->ledger;

	sum->ts_ms = tree->ts_ms;
	sum->cpu_usage = ledger_rate(ledger, now_ns);
	publish_counters(&ledger->total, ledger->unknown, monitor->sampler.tick_ns, &sum->used);
	sum->sys_net_rx_bytes = tree->parent.sys_net_rx_bytes;
	sum->sys_net_tx_bytes = tree->parent.sys_net_tx_bytes;
	sum->uptime_secs = tree->parent.uptime_secs;
	sum->cpu_core = DENET_UNKNOWN;
	sum->psi_some_avg10 = tree->parent.psi_some_avg10;
	sum->psi_full_avg10 = tree->parent.psi_full_avg10;
	tree->processes_started = ledger_processes(ledger);
	tree->processes_exited = ledger->totals.processes_exited;
	/* A cgroup is what all in it are. */
	if (monitor->cgroup)
		tree->parent = *sum;
}

static void keep_gauges(struct gauges *last, const struct denet_sample *sample)
{
	*last = (struct gauges){
		.is_known = true,
		.rss_kb = sample->mem_rss_kb,
		.vms_kb = sample->mem_vms_kb,
		.threads = sample->thread_count,
	};
}

/* Zeros would be in each average and each minimum. */
static void recall_gauges(const struct gauges *last, struct denet_sample *sample)
{
	sample->mem_rss_kb = last->is_known ? last->rss_kb : DENET_UNKNOWN;
	sample->mem_vms_kb = last->is_known ? last->vms_kb : DENET_UNKNOWN;
	sample->thread_count = last->is_known ? last->threads : DENET_UNKNOWN;
	sample->pss_kb = DENET_UNKNOWN;
}

/* What has ended holds nothing: its gauges are as they were known last. */
static void hold_gauges(struct denet_monitor *monitor, struct denet_tree *tree)
{
	const struct process *root = tree_find(&monitor->tree, monitor->root.id);
	struct last *last = &monitor->last;

	tree->aggregated_is_over = !tree->process_count;
	tree->parent_is_over = monitor->cgroup ? tree->aggregated_is_over
					       : !root || !process_is_alive(&monitor->tree, root);
	if (tree->parent_is_over)
		recall_gauges(&last->root, &tree->parent);
	else
		keep_gauges(&last->root, &tree->parent);
	if (tree->aggregated_is_over) {
		recall_gauges(&last->sum, &tree->aggregated);
		tree->process_count = last->sum.is_known ? last->processes : DENET_UNKNOWN;
		return;
	}
	keep_gauges(&last->sum, &tree->aggregated);
	last->processes = tree->process_count;
}

int tick_show(struct denet_monitor *monitor)
{
	const struct at_once *most = &monitor->ledger.totals.most;
	struct denet_tree tree = { .size = sizeof(tree), .ts_ms = clock_wall_ms() };
	uint64_t now_ns = clock_mono_ns();
	int r = sampler_begin(&monitor->sampler, &monitor->tree);

	if (r)
		return r;
	survey(monitor, &tree, now_ns);
	fill_root(monitor, now_ns, &tree);
	sampler_fill_children(&monitor->sampler, &monitor->memory, monitor->options.children_max,
			      now_ns, &tree);
	fill_aggregated(monitor, now_ns, &tree);
	hold_gauges(monitor, &tree);
	peaks_note(&monitor->peaks, &tree,
		   monitor->options.exclude_children ? &tree.parent : &tree.aggregated,
		   now_ns - monitor->times.start_mono_ns);
	if (!monitor->options.exclude_children)
		peaks_take_counted(&monitor->peaks, most->processes, most->threads,
				   monitor_has_own_thread(monitor));
	sampler_end(&monitor->sampler, now_ns);
	if (monitor->observer.on_sample)
		monitor->observer.on_sample(monitor->observer.context, &tree);
	return 0;
}

int tick_sample(struct denet_monitor *monitor)
{
	int r = tick_walk(monitor);

	if (!r)
		r = tick_show(monitor);
	if (r)
		failing_note(monitor, r);
	return r;
}
