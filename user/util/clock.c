/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/clock.h"
#include "util/units.h"

#include <time.h>
#include <unistd.h>

#define USER_HZ_DEFAULT 100

/* Those named below are part of every kernel we run on, so that the calls cannot fail. */
uint64_t clock_read_ns(clockid_t clock)
{
	struct timespec now = { 0 };

	(void)clock_gettime(clock, &now);
	return units_ns_of_timespec(&now);
}

uint64_t clock_mono_ns(void)
{
	return clock_read_ns(CLOCK_MONOTONIC);
}

uint64_t clock_boot_ns(void)
{
	return clock_read_ns(CLOCK_BOOTTIME);
}

uint64_t clock_wall_ms(void)
{
	return clock_read_ns(CLOCK_REALTIME) / NS_PER_MS;
}

uint64_t clock_process_cpu_ns(void)
{
	return clock_read_ns(CLOCK_PROCESS_CPUTIME_ID);
}

uint64_t clock_thread_cpu_ns(void)
{
	return clock_read_ns(CLOCK_THREAD_CPUTIME_ID);
}

uint64_t clock_tick_ns(void)
{
	struct timespec tick = { 0 };

	(void)clock_getres(CLOCK_MONOTONIC_COARSE, &tick);
	return units_ns_of_timespec(&tick);
}

uint64_t clock_ticks_per_s(void)
{
	long ticks = sysconf(_SC_CLK_TCK);

	return ticks > 0 ? (uint64_t)ticks : USER_HZ_DEFAULT;
}
