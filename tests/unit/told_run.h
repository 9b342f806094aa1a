/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A run as a monitor would tell it, each figure another. */
#ifndef DENET_TESTS_TOLD_RUN_H
#define DENET_TESTS_TOLD_RUN_H

#include <math.h>
#include <string.h>

#include "denet/denet.h"

static const char told_args[] = "make\0-j8\0\0 x ";

static struct denet_command told_command(void)
{
	return (struct denet_command){ .args = told_args,
				       .args_len = sizeof(told_args),
				       .exe = "/usr/bin/make" };
}

/* Each counter its own number. */
static struct denet_counters told_counters(uint64_t first)
{
	struct denet_counters counters;
	uint64_t *each = (uint64_t *)&counters;

	for (size_t i = 0; i < sizeof(counters) / sizeof(*each); i++)
		each[i] = first + i;
	return counters;
}

static struct denet_sample told_sample(uint64_t first)
{
	return (struct denet_sample){
		.ts_ms = 1700000000000 + first,
		.cpu_usage = 12.5,
		.mem_rss_kb = first + 1,
		.mem_vms_kb = first + 2,
		.pss_kb = first + 3,
		.used = told_counters(first * 100),
		.sys_net_rx_bytes = first + 4,
		.sys_net_tx_bytes = 9007199254740993,
		.thread_count = first + 5,
		.uptime_secs = first + 6,
		.cpu_core = first + 7,
		.psi_some_avg10 = 0.25,
		.psi_full_avg10 = 0,
	};
}

/* As much as is not known of a process that has ended. */
static struct denet_sample told_blank(void)
{
	struct denet_sample sample;

	memset(&sample, 0xff, sizeof(sample));
	sample.cpu_usage = NAN;
	sample.psi_some_avg10 = NAN;
	sample.psi_full_avg10 = NAN;
	return sample;
}

static void told_samples(const struct denet_observer *to)
{
	const struct denet_child children[] = {
		{ .pid = 8, .comm = "cc1", .sample = told_sample(3) },
		{ .pid = 9, .comm = "\xff\"", .sample = told_blank() },
	};
	struct denet_tree tree = {
		.size = sizeof(tree),
		.ts_ms = 1700000000001,
		.parent = told_sample(1),
		.children = children,
		.children_count = 2,
		.children_omitted = 7,
		.aggregated = told_sample(5),
		.process_count = 10,
		.processes_started = 11,
		.processes_exited = 1,
	};

	to->on_sample(to->context, &tree);
	tree.parent = told_blank();
	tree.aggregated = told_blank();
	tree.children_count = 0;
	tree.children_omitted = 0;
	to->on_sample(to->context, &tree);
}

static void told_processes(const struct denet_observer *to)
{
	struct denet_process process = {
		.size = sizeof(process),
		.pid = 8,
		.ppid = 7,
		.comm = "cc1",
		.command = told_command(),
		.uid = 1000,
		.start_ms = 1700000000002,
		.wall_ns = 12,
		.used = told_counters(1000),
		.end = { .known = true, .exit_code = -1, .signal = 11, .core_dumped = true },
		.oom_killed = true,
		.threads_total = 3,
		.peak_rss_kb = 4,
		.cgroup = "/a",
		.is_exact = true,
	};

	to->on_process(to->context, &process);
	process.end = (struct denet_end){ .known = false };
	process.command = (struct denet_command){ .args = told_args,
						  .args_len = sizeof(told_args),
						  .truncated = true };
	process.is_partial = process.is_running = process.peak_is_bound = true;
	process.uid = DENET_UNKNOWN;
	to->on_process(to->context, &process);
}

static struct denet_summary told_summary(void)
{
	return (struct denet_summary){
		.size = sizeof(struct denet_summary),
		.accounting = DENET_ACCOUNTING_BPF,
		.command = told_command(),
		.end = { .known = true, .exit_code = 2 },
		.wall_ns = 2500000000,
		.sample_count = 2,
		.used = told_counters(2000),
		.sys_net_rx_bytes = 21,
		.sys_net_tx_bytes = 22,
		.processes_total = 23,
		.processes_peak = 24,
		.processes_failed = 25,
		.processes_exact = 26,
		.processes_running = 27,
		.threads_total = 28,
		.threads_peak = 29,
		.peak_mem_rss_kb = 30,
		.peak_mem_at_ns = 31,
		.peak_process_rss_kb = 32,
		.memory_stall_ns = 38,
		.memory_limit_kb = DENET_UNKNOWN,
		.cpu_limit_cores = NAN,
		.throttled_ns = DENET_UNKNOWN,
		.peak_pss_kb = 33,
		.peak_pss_at_ns = DENET_UNKNOWN,
		.peak_process_pid = 33,
		.peak_process_comm = "cc1",
		.psi_samples = 4,
		.psi_stalled_samples = 1,
		.events_lost = 34,
		.records_lost = 35,
		.tasks_lost = 36,
		.monitor_cpu_ns = 37,
		.monitor_peak_rss_kb = 38,
	};
}

static void told_run(const struct denet_observer *to)
{
	const struct denet_start start = { .size = sizeof(start),
					   .has_system_psi = true,
					   .pid = 7,
					   .t0_ms = 1700000000000,
					   .command = told_command(),
					   .accounting = DENET_ACCOUNTING_BPF,
					   .interval_ms = 100,
					   .max_interval_ms = 1000 };
	const struct denet_arrival arrival = { .size = sizeof(arrival),
					       .ts_ms = 1700000000001,
					       .pid = 8,
					       .ppid = 7,
					       .command = told_command() };
	const struct denet_exit end = { .size = sizeof(end),
					.ts_ms = 1700000000003,
					.end = { .known = true, .exit_code = 2 },
					.last_sample_to_exit_ms = 4 };

	to->on_start(to->context, &start);
	to->on_arrival(to->context, &arrival);
	told_samples(to);
	told_processes(to);
	to->on_exit(to->context, &end);
}

#endif
