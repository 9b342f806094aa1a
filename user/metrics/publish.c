/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/publish.h"

#include <string.h>
#include <sys/wait.h>

#define TICKS_MIN 10

static void split_cpu(const struct task_counters *counters, uint64_t tick_ns,
		      struct denet_counters *ret)
{
	uint64_t ticks_ns = counters->user_ns + counters->system_ns;

	ret->cpu_user_ns = DENET_UNKNOWN;
	ret->cpu_system_ns = DENET_UNKNOWN;
	if (!ticks_ns || ticks_ns < TICKS_MIN * tick_ns)
		return;
	ret->cpu_user_ns = (uint64_t)((__uint128_t)counters->cpu_ns * counters->user_ns / ticks_ns);
	ret->cpu_system_ns = counters->cpu_ns - ret->cpu_user_ns;
}

static void hide_unknown(uint32_t unknown, struct denet_counters *counters)
{
	if (unknown & COUNTER_CPU)
		counters->cpu_time_ns = counters->cpu_user_ns = counters->cpu_system_ns =
			DENET_UNKNOWN;
	if (unknown & COUNTER_RUN_DELAY)
		counters->run_delay_ns = DENET_UNKNOWN;
	if (unknown & COUNTER_FAULTS)
		counters->page_faults_cached = counters->page_faults_disk = DENET_UNKNOWN;
	if (unknown & COUNTER_SWITCHES)
		counters->ctx_switches_voluntary = counters->ctx_switches_involuntary =
			DENET_UNKNOWN;
	if (unknown & COUNTER_MIGRATIONS)
		counters->migrations = DENET_UNKNOWN;
	if (unknown & COUNTER_IO)
		counters->disk_read_bytes = counters->disk_write_bytes =
			counters->syscall_read_bytes = counters->syscall_write_bytes =
				DENET_UNKNOWN;
}

void publish_counters(const struct task_counters *counters, uint32_t unknown, uint64_t tick_ns,
		      struct denet_counters *ret_counters)
{
	*ret_counters = (struct denet_counters){
		.cpu_time_ns = counters->cpu_ns,
		.run_delay_ns = counters->run_delay_ns,
		.disk_read_bytes = counters->read_bytes,
		.disk_write_bytes = counters->write_bytes,
		.syscall_read_bytes = counters->read_chars,
		.syscall_write_bytes = counters->write_chars,
		.page_faults_cached = counters->faults_minor,
		.page_faults_disk = counters->faults_major,
		.ctx_switches_voluntary = counters->switches_voluntary,
		.ctx_switches_involuntary = counters->switches_involuntary,
		.migrations = counters->migrations,
	};
	split_cpu(counters, tick_ns, ret_counters);
	hide_unknown(unknown, ret_counters);
}

void publish_nothing(struct denet_counters *ret_counters)
{
	memset(ret_counters, 0xff, sizeof(*ret_counters));
}

struct denet_end publish_end(uint32_t wait_status)
{
	int status = (int)wait_status;

	if (WIFSIGNALED(status))
		return (struct denet_end){ .known = true,
					   .exit_code = -1,
					   .signal = WTERMSIG(status),
					   .core_dumped = WCOREDUMP(status) };
	return (struct denet_end){ .known = true, .exit_code = WEXITSTATUS(status) };
}
