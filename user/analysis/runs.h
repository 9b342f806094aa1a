/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is kept of the runs of a set: denet/comparison.h. */
#ifndef DENET_ANALYSIS_RUNS_H
#define DENET_ANALYSIS_RUNS_H

#include "denet/denet.h"
#include "util/names.h"

struct runs_program {
	const char *comm; /* of the set's names */
	double cpu_ns;
	double count;
	double failed;
	double peak_rss_kb; /* NaN when none is known */
};

struct runs_run {
	double *figures; /* owned; in the order of figures_get(), NaN for what is not known */
	struct runs_program *programs; /* owned */
	size_t programs_count;
};

struct denet_runs {
	struct runs_run *runs; /* owned */
	size_t count;
	struct names names;
	/* What keeps the figures of any of them from being exact. */
	enum denet_accounting accounting;
	bool pss_is_bound;
	bool pss_is_rough;
	const char *incomplete; /* of names; NULL when all are of whole runs */
	struct denet_group
		*medians; /* owned; of the programs, as denet_runs_median() has made them */
};

/* Of the summary's figures. */
size_t runs_figures_count(void);

/* NULL for a program that a run has not had. */
const struct runs_program *runs_program_find(const struct runs_run *run, const char *comm);

/* 0 for such a one. */
double runs_program_cpu(const struct runs_run *run, const char *comm);

#endif
