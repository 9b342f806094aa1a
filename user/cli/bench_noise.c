/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/bench_noise.h"

#include "util/clock.h"

static uint64_t known(uint64_t value)
{
	return value == DENET_UNKNOWN ? 0 : value;
}

struct bench_moment bench_noise_now(void)
{
	struct denet_system system = { .size = sizeof(system) };
	struct bench_moment moment = { .mono_ns = 0 };
	const struct denet_cpu_times *cpu = &system.cpu;

	if (!denet_system_read(&system))
		moment = (struct bench_moment){
			.mono_ns = system.mono_ns,
			.busy_ns = known(cpu->user_ns) + known(cpu->nice_ns) +
				   known(cpu->system_ns) + known(cpu->irq_ns) +
				   known(cpu->softirq_ns),
			.steal_ns = known(cpu->steal_ns),
			.own_ns = clock_process_cpu_ns(),
			.cpus = known(system.cpus_online),
		};
	denet_system_free(&system);
	return moment;
}

static uint64_t between(uint64_t before, uint64_t after)
{
	return after > before ? after - before : 0;
}

void bench_noise_add(struct bench_noise *noise, const struct bench_moment *before,
		     const struct bench_moment *after, const struct denet_summary *summary)
{
	uint64_t throttled_ns = known(summary->throttled_ns);

	if (before->cpus && after->cpus) {
		noise->available_ns += between(before->mono_ns, after->mono_ns) * after->cpus;
		noise->busy_ns += between(before->busy_ns, after->busy_ns);
		noise->steal_ns += between(before->steal_ns, after->steal_ns);
		noise->used_ns +=
			between(before->own_ns, after->own_ns) + known(summary->used.cpu_time_ns);
	}
	noise->wall_ns += known(summary->wall_ns);
	noise->throttled_ns += throttled_ns;
	noise->throttled_runs += throttled_ns > 0;
	noise->memory_stall_ns += known(summary->memory_stall_ns);
	noise->survived_runs += known(summary->processes_running) > 0;
}
