/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the machine did beside a run. */
#ifndef DENET_CLI_BENCH_NOISE_H
#define DENET_CLI_BENCH_NOISE_H

#include "denet/denet.h"
#include "output/bench.h"

/* The machine's counters at one moment, and our own. What is not known is 0 in all of them. */
struct bench_moment {
	uint64_t mono_ns;
	uint64_t busy_ns;
	uint64_t steal_ns;
	uint64_t own_ns;
	uint64_t cpus;
};

struct bench_moment bench_noise_now(void);

/* Adds what was between two moments, of which the summary tells what the run had of it. */
void bench_noise_add(struct bench_noise *noise, const struct bench_moment *before,
		     const struct bench_moment *after, const struct denet_summary *summary);

#endif
