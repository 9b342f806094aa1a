/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From CPU time to percent of one CPU. */
#ifndef DENET_METRICS_RATE_H
#define DENET_METRICS_RATE_H

#include <stdint.h>

struct rate {
	uint64_t cpu_time_ns; /* at the beginning of the window */
	uint64_t mono_ns;
	double percent;
};

/*
 * The rate since the window began. A window below 10 ms says nothing yet: the last rate holds, at
 * first 0.
 */
double rate_update(struct rate *rate, uint64_t cpu_time_ns, uint64_t mono_ns);

#endif
