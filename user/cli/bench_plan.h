/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The commands that a bench runs: those given, with all values of the sweeps. */
#ifndef DENET_CLI_BENCH_PLAN_H
#define DENET_CLI_BENCH_PLAN_H

#include <stdbool.h>

#include "cli/options.h"
#include "output/bench.h"

struct bench_entry {
	char *text; /* owned: as it could be typed */
	char **argv; /* owned, with its words */
	char **prepare; /* owned, likewise; NULL for none */
	struct bench_parameter *parameters; /* owned, with their texts */
	size_t parameters_count;
};

struct bench_plan {
	struct bench_entry *entries; /* owned */
	size_t count;
	bool has_shell;
};

/* options are checked. Fails for want of memory, and for words that a sweep has made and that cannot be taken apart. */
int bench_plan_new(const struct options *options, struct bench_plan **ret_plan);
void bench_plan_free(struct bench_plan *plan);
static inline void bench_plan_freep(struct bench_plan **plan)
{
	bench_plan_free(*plan);
}

#endif
