/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/publish.h"

#include <string.h>
#include <sys/wait.h>

#include "metrics/table.h"

#define TICKS_MIN 10

static void split_cpu(const struct task_counters *counters, uint64_t tick_ns,
		      struct denet_counters *ret)
{
	uint64_t ticks_ns = counters->cpu_user_ns + counters->cpu_system_ns;

	ret->cpu_user_ns = DENET_UNKNOWN;
	ret->cpu_system_ns = DENET_UNKNOWN;
	if (!ticks_ns || ticks_ns < TICKS_MIN * tick_ns)
		return;
	ret->cpu_user_ns =
		(uint64_t)((__uint128_t)counters->cpu_time_ns * counters->cpu_user_ns / ticks_ns);
	ret->cpu_system_ns = counters->cpu_time_ns - ret->cpu_user_ns;
}

void publish_counters(const struct task_counters *counters, uint32_t unknown, uint64_t tick_ns,
		      struct denet_counters *ret_counters)
{
	struct metric_list list = metric_list_of_kernel();

	publish_nothing(ret_counters);
	for (size_t i = 0; i < list.count; i++) {
		const struct metric *metric = list.uses[i].metric;

		if (unknown & metric->kernel_unknown)
			continue;
		memcpy((char *)ret_counters + metric->counters_offset,
		       (const char *)counters + metric->kernel_offset, sizeof(uint64_t));
	}
	if (!(unknown & COUNTER_CPU))
		split_cpu(counters, tick_ns, ret_counters);
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
