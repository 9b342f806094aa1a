/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One sample: what lives, what it has used, what it holds. Allocates nothing once sizes are known. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "metrics/publish.h"
#include "metrics/select.h"
#include "follow/monitor_internal.h"
#include "procfs/pressure.h"
#include "procfs/procfs.h"
#include "procfs/rollup.h"
#include "procfs/statm.h"
#include "procfs/status.h"
#include "tree/counters.h"
#include "util/array.h"
#include "util/clock.h"

#define WALKS_MAX 3
/* A process that was not seen for so long and has no account has ended untold. */
#define LOST_WALKS 100
#define MEMORY_AGE_MAX_NS 1000000000ull

static int on_task(void *context, const struct task_sample *task)
{
	struct denet_monitor *monitor = context;

	return tree_add_task(&monitor->tree, task);
}

/* Without an account no end is ever told of. */
static void forget_lost(struct denet_monitor *monitor)
{
	struct process *process = monitor->tree.oldest, *next;
	struct process_account account;

	for (; process; process = next) {
		next = process->younger;
		if (!process_is_alive(&monitor->tree, process) && process->id != monitor->root_id &&
		    monitor->source->ops->account(monitor->source, process->id, &account) ==
			    -ENOENT &&
		    process->walk + LOST_WALKS < monitor->tree.walk)
			tree_remove(&monitor->tree, process);
	}
}

/*
 * The dead and the living have to be of one moment: when a task was born or died during the walk,
 * it is walked again. In a storm the older totals hold; what they miss comes with the next sample.
 */
int tick_walk(struct denet_monitor *monitor)
{
	struct task_counters sum;
	int i, r;

	monitor->is_of_one_moment = false;
	for (i = 0; i < WALKS_MAX && !monitor->is_of_one_moment; i++) {
		tree_begin_walk(&monitor->tree);
		r = monitor->source->ops->sample(monitor->source, on_task, monitor,
						 &monitor->totals);
		if (r < 0)
			return r;
		monitor->is_of_one_moment = !r;
	}
	tree_end_walk(&monitor->tree);
	monitor->unknown = monitor->source->ops->unknown(monitor->source);
	if (monitor->totals.dropped_accounts)
		forget_lost(monitor);
	sum = monitor->totals.dead;
	counters_add(&sum, &monitor->tree.live);
	counters_subtract(&sum, &monitor->before);
	counters_floor(&sum);
	monitor->exact = sum;
	counters_raise(&monitor->total, &sum);
	return 0;
}

/* Where exit is too late to ask for the peak, it is read whenever memory has changed. */
static void note_peak(struct denet_monitor *monitor, struct process *process,
		      uint64_t rss_before_kb)
{
	uint64_t peak_kb;

	if (process->rss_kb > process->peak_seen_kb)
		process->peak_seen_kb = process->rss_kb;
	if (process->rss_kb == rss_before_kb || monitor->source->sees_memory_at_exit)
		return;
	if (!status_read_peak_rss(procfs_host(), (pid_t)process->pid, &peak_kb) &&
	    peak_kb > process->peak_seen_kb)
		process->peak_seen_kb = peak_kb;
}

/* Kept open for the next sample as far as the limit on descriptors allows. */
static int open_statm(struct denet_monitor *monitor, struct process *process)
{
	int fd = process->statm_fd;

	if (fd >= 0 && process->statm_tid != process->mm_tid) {
		(void)close(fd);
		fd = process->statm_fd = -1;
	}
	process->statm_tid = process->mm_tid;
	if (fd < 0)
		fd = statm_open(procfs_host(), (pid_t)process->mm_tid);
	if (fd < 0)
		return fd;
	if (process->statm_fd >= 0 || monitor->statm_kept < monitor->statm_kept_max) {
		process->statm_fd = fd;
		monitor->statm_kept++;
	}
	return fd;
}

/*
 * What did not run did not touch memory. Others may have changed it all the same, as reclaim does,
 * so it is read once a second: of two thousand sleepers that is the larger part of a sample.
 */
static bool is_memory_known(const struct denet_monitor *monitor, const struct process *process,
			    uint64_t now_ns)
{
	return process->memory_read_ns && now_ns - process->memory_read_ns < MEMORY_AGE_MAX_NS &&
	       process->memory_cpu_ns == process->used.cpu_ns && !process->is_running &&
	       !monitor->options.pss;
}

/* A process without an address space holds nothing; of one that cannot be read nothing is known. */
static void read_memory(struct denet_monitor *monitor, struct process *process, uint64_t now_ns)
{
	uint64_t rss_before_kb = process->rss_kb;
	int fd, r = 0;

	if (process->mm && is_memory_known(monitor, process, now_ns)) {
		monitor->statm_kept += process->statm_fd >= 0;
		return;
	}
	process->memory_read_ns = now_ns;
	process->memory_cpu_ns = process->used.cpu_ns;
	process->rss_kb = 0;
	process->vms_kb = 0;
	process->pss_kb = DENET_UNKNOWN;
	if (!process->mm)
		return;
	fd = open_statm(monitor, process);
	if (fd >= 0)
		r = statm_read(fd, &process->rss_kb, &process->vms_kb);
	if (fd >= 0 && fd != process->statm_fd)
		(void)close(fd);
	if ((fd < 0 && fd != -ESRCH) || (r && r != -ESRCH)) {
		process->rss_kb = DENET_UNKNOWN;
		process->vms_kb = DENET_UNKNOWN;
		return;
	}
	note_peak(monitor, process, rss_before_kb);
	if (monitor->options.pss &&
	    rollup_read_pss(procfs_host(), (pid_t)process->pid, &process->pss_kb))
		process->pss_kb = DENET_UNKNOWN;
}

/* Between vfork and exec two processes share one address space: it counts once. */
static bool is_first_of_mm(struct denet_monitor *monitor, struct process *process)
{
	if (!process->mm || idmap_get(&monitor->mms, process->mm))
		return false;
	(void)idmap_put(&monitor->mms, process->mm, process);
	return true;
}

static void fill_times(uint64_t start_boot_ns, struct denet_sample *sample)
{
	uint64_t now = clock_boot_ns();

	sample->uptime_secs = now > start_boot_ns ? (now - start_boot_ns) / 1000000000 : 0;
	sample->sys_net_rx_bytes = DENET_UNKNOWN;
	sample->sys_net_tx_bytes = DENET_UNKNOWN;
	sample->psi_some_avg10 = NAN;
	sample->psi_full_avg10 = NAN;
}

static void fill_sample(struct denet_monitor *monitor, struct process *process, uint64_t ts_ms,
			uint64_t now_ns, struct denet_sample *ret)
{
	if (!process->rate.mono_ns)
		process->rate.mono_ns = monitor->last_sample_mono_ns;
	*ret = (struct denet_sample){
		.ts_ms = ts_ms,
		.cpu_usage = rate_update(&process->rate, process->used.cpu_ns + process->slice_ns,
					 now_ns),
		.mem_rss_kb = process->rss_kb,
		.mem_vms_kb = process->vms_kb,
		.pss_kb = process->pss_kb,
		.thread_count = process->threads,
		.cpu_core = process->is_leader_alive ? process->cpu : DENET_UNKNOWN,
	};
	publish_counters(&process->used, process->unknown, monitor->tick_ns, &ret->used);
	fill_times(process->start_boot_ns, ret);
}

/* The root after its end: what it has used stays, it holds nothing any more. */
static void fill_ended_root(struct denet_monitor *monitor, uint64_t ts_ms, uint64_t now_ns,
			    struct denet_sample *ret)
{
	*ret = (struct denet_sample){
		.ts_ms = ts_ms,
		.cpu_usage = rate_update(&monitor->root_rate, monitor->root_used.cpu_ns, now_ns),
		.pss_kb = DENET_UNKNOWN,
		.cpu_core = DENET_UNKNOWN,
	};
	publish_counters(&monitor->root_used, monitor->root_unknown, monitor->tick_ns, &ret->used);
	fill_times(monitor->root_start_boot_ns, ret);
}

static void fill_system(struct denet_monitor *monitor, struct denet_sample *sample)
{
	struct pressure pressure;
	struct netdev_totals net;

	if (monitor->pressure_fd >= 0 && !pressure_read(monitor->pressure_fd, &pressure)) {
		sample->psi_some_avg10 = pressure.some_avg10;
		sample->psi_full_avg10 = pressure.full_avg10;
	}
	if (monitor->netdev_fd < 0 || netdev_read(monitor->netdev_fd, &net))
		return;
	/* An interface that goes away takes its counters along. */
	if (net.rx_bytes - monitor->net_before.rx_bytes < UINT64_MAX / 2 &&
	    net.rx_bytes - monitor->net_before.rx_bytes > monitor->net_rx_bytes)
		monitor->net_rx_bytes = net.rx_bytes - monitor->net_before.rx_bytes;
	if (net.tx_bytes - monitor->net_before.tx_bytes < UINT64_MAX / 2 &&
	    net.tx_bytes - monitor->net_before.tx_bytes > monitor->net_tx_bytes)
		monitor->net_tx_bytes = net.tx_bytes - monitor->net_before.tx_bytes;
	/* Since attach is all that can be told, also when birth was asked for. */
	if (monitor->options.since_process_start && monitor->is_attached)
		return;
	sample->sys_net_rx_bytes = monitor->net_rx_bytes;
	sample->sys_net_tx_bytes = monitor->net_tx_bytes;
}

static int reserve_children(struct denet_monitor *monitor)
{
	size_t room = monitor->children_room ? monitor->children_room : 64;
	void *grown;

	while (room < monitor->tree.count)
		room *= 2;
	if (room == monitor->children_room)
		return 0;
	grown = array_resize(monitor->children, room, sizeof(*monitor->children));
	if (!grown)
		return -ENOMEM;
	monitor->children = grown;
	grown = array_resize(monitor->candidates, room, sizeof(struct process *));
	if (!grown)
		return -ENOMEM;
	monitor->candidates = grown;
	monitor->children_room = room;
	return 0;
}

static void add_known(uint64_t *sum, uint64_t value)
{
	if (value != DENET_UNKNOWN)
		*sum += value;
}

/* Reads all memory, adds up what lives, and marks the children that will be shown. */
static size_t survey(struct denet_monitor *monitor, struct denet_tree *tree, uint64_t now_ns)
{
	struct denet_sample *sum = &tree->aggregated;
	struct process *process;
	bool is_any_known = false;
	size_t count = 0;

	idmap_clear(&monitor->mms);
	monitor->statm_kept = 0;
	for (process = monitor->tree.oldest; process; process = process->younger) {
		process->is_selected = false;
		if (!process_is_alive(&monitor->tree, process))
			continue;
		read_memory(monitor, process, now_ns);
		tree->process_count++;
		sum->thread_count += process->threads;
		is_any_known |= process->rss_kb != DENET_UNKNOWN;
		if (is_first_of_mm(monitor, process)) {
			add_known(&sum->mem_rss_kb, process->rss_kb);
			add_known(&sum->mem_vms_kb, process->vms_kb);
			add_known(&sum->pss_kb, process->pss_kb);
		}
		news_arrival(monitor, process);
		if (process->id != monitor->root_id)
			monitor->candidates[count++] = process;
	}
	if (tree->process_count && !is_any_known)
		sum->mem_rss_kb = sum->mem_vms_kb = DENET_UNKNOWN;
	if (!monitor->options.pss)
		sum->pss_kb = DENET_UNKNOWN;
	return count;
}

static void fill_children(struct denet_monitor *monitor, size_t count, uint64_t now_ns,
			  struct denet_tree *tree)
{
	size_t shown =
		count < monitor->options.children_max ? count : monitor->options.children_max;
	struct process *process;
	size_t at = 0, i;

	select_largest(monitor->candidates, count, shown);
	for (i = 0; i < shown; i++)
		monitor->candidates[i]->is_selected = true;
	for (process = monitor->tree.oldest; process && at < shown; process = process->younger) {
		if (!process->is_selected)
			continue;
		monitor->children[at].pid = process->pid;
		monitor->children[at].comm = process->comm;
		fill_sample(monitor, process, tree->ts_ms, now_ns, &monitor->children[at].sample);
		at++;
	}
	tree->children = monitor->children;
	tree->children_count = at;
	tree->children_omitted = count - at;
}

static void fill_root(struct denet_monitor *monitor, uint64_t now_ns, struct denet_tree *tree)
{
	struct process *root = tree_find(&monitor->tree, monitor->root_id);

	if (root) {
		fill_sample(monitor, root, tree->ts_ms, now_ns, &tree->parent);
		monitor->root_used = root->used;
		monitor->root_unknown = root->unknown;
		monitor->root_rate = root->rate;
	} else {
		fill_ended_root(monitor, tree->ts_ms, now_ns, &tree->parent);
	}
	fill_system(monitor, &tree->parent);
}

static void fill_aggregated(struct denet_monitor *monitor, uint64_t now_ns, struct denet_tree *tree)
{
	struct denet_sample *sum = &tree->aggregated;

	sum->ts_ms = tree->ts_ms;
	sum->cpu_usage =
		rate_update(&monitor->rate, monitor->total.cpu_ns + monitor->tree.slice_ns, now_ns);
	publish_counters(&monitor->total, monitor->unknown, monitor->tick_ns, &sum->used);
	sum->sys_net_rx_bytes = tree->parent.sys_net_rx_bytes;
	sum->sys_net_tx_bytes = tree->parent.sys_net_tx_bytes;
	sum->uptime_secs = tree->parent.uptime_secs;
	sum->cpu_core = DENET_UNKNOWN;
	sum->psi_some_avg10 = tree->parent.psi_some_avg10;
	sum->psi_full_avg10 = tree->parent.psi_full_avg10;
	tree->processes_started = monitor->seeded_processes + monitor->totals.processes_started;
	tree->processes_exited = monitor->totals.processes_exited;
}

static void note_extremes(struct denet_monitor *monitor, const struct denet_tree *tree,
			  uint64_t now_ns)
{
	const struct denet_sample *sum =
		monitor->options.exclude_children ? &tree->parent : &tree->aggregated;

	monitor->sample_count++;
	monitor->last_sample_ms = tree->ts_ms;
	monitor->last_sample_mono_ns = now_ns;
	if (sum->mem_rss_kb != DENET_UNKNOWN && sum->mem_rss_kb > monitor->peak_sum_kb) {
		monitor->peak_sum_kb = sum->mem_rss_kb;
		monitor->peak_sum_at_ns = now_ns - monitor->start_mono_ns;
	}
	if (tree->process_count > monitor->processes_peak)
		monitor->processes_peak = tree->process_count;
	if (sum->thread_count > monitor->threads_peak)
		monitor->threads_peak = sum->thread_count;
	if (isnan(sum->psi_some_avg10))
		return;
	monitor->psi_samples++;
	monitor->psi_stalled_samples += sum->psi_some_avg10 > 0;
}

int tick_show(struct denet_monitor *monitor)
{
	struct denet_tree tree = { .size = sizeof(tree), .ts_ms = clock_wall_ms() };
	uint64_t now_ns = clock_mono_ns();
	size_t count;
	int r = reserve_children(monitor);

	if (r)
		return r;
	count = survey(monitor, &tree, now_ns);
	fill_root(monitor, now_ns, &tree);
	fill_children(monitor, count, now_ns, &tree);
	fill_aggregated(monitor, now_ns, &tree);
	note_extremes(monitor, &tree, now_ns);
	if (monitor->observer.on_sample)
		monitor->observer.on_sample(monitor->observer.context, &tree);
	return 0;
}
