/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/rate.h"

#define WINDOW_MIN_NS 10000000ull

double rate_update(struct rate *rate, uint64_t cpu_time_ns, uint64_t mono_ns)
{
	if (mono_ns < rate->mono_ns + WINDOW_MIN_NS)
		return rate->percent;
	/* A closed account may be a little below the last estimate of what was running. */
	if (cpu_time_ns < rate->cpu_time_ns)
		cpu_time_ns = rate->cpu_time_ns;
	rate->percent = 100.0 * (double)(cpu_time_ns - rate->cpu_time_ns) /
			(double)(mono_ns - rate->mono_ns);
	rate->cpu_time_ns = cpu_time_ns;
	rate->mono_ns = mono_ns;
	return rate->percent;
}
