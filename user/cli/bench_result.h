/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Keeps what the runs of a bench used, and tells it when all is over. */
#ifndef DENET_CLI_BENCH_RESULT_H
#define DENET_CLI_BENCH_RESULT_H

#include "cli/bench_plan.h"
#include "cli/options.h"
#include "denet/denet.h"
#include "output/bench.h"

struct bench_results;

/* Opens the files that are asked for, and reads the budgets. Logs what went wrong. Borrows both. */
int bench_results_new(const struct options *options, const struct bench_plan *plan,
		      struct bench_results **ret_results);
void bench_results_free(struct bench_results *results);
static inline void bench_results_freep(struct bench_results **results)
{
	bench_results_free(*results);
}

/* A run that counts, of the command that has this index. */
int bench_results_add(struct bench_results *results, size_t command, size_t round,
		      const struct denet_summary *summary);

/* To add to between runs. */
struct bench_noise *bench_results_noise(struct bench_results *results);

struct bench_state {
	bool is_sampled;
	bool is_pss_rough;
	bool is_cut;
};

/* To stdout and to the files, and how the budgets fared. Returns the status to exit with. */
int bench_results_tell(struct bench_results *results, const struct bench_state *state);

#endif
