/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is kept of the runs of a set: denet/comparison.h. */
#ifndef DENET_ANALYSIS_RUNS_H
#define DENET_ANALYSIS_RUNS_H

#include "analysis/names.h"
#include "denet/denet.h"

struct runs_program {
	const char *comm; /* of the set's names */
	double cpu_ns;
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
};

/* Of the summary's figures. */
size_t runs_figures_count(void);

/* 0 for a program that a run has not had. */
double runs_program_cpu(const struct runs_run *run, const char *comm);

#endif
