/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Runs of one program side by side with others of it. Part of denet/denet.h. */
#ifndef DENET_COMPARISON_H
#define DENET_COMPARISON_H

#include <stddef.h>
#include "denet/budget.h" /* enum denet_budget_outcome */
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct denet_runs;
struct denet_comparison;
struct denet_error;
struct denet_summary;

/* A set of runs, of which the figures are kept. */
int denet_runs_new(struct denet_runs **ret_runs);

/* Accepts NULL. */
void denet_runs_free(struct denet_runs *runs);

/* Copies what it needs. */
int denet_runs_add(struct denet_runs *runs, const struct denet_summary *summary);

size_t denet_runs_count(const struct denet_runs *runs);

/*
 * Their medians as the summary of one run, for denet_budgets_check(): of each figure over the runs that tell it,
 * and of each program, a run without it having 0. It is as exact as the least exact of them, and
 * has lost what that has which lost most. Valid until the set changes. -ENODATA of an empty one.
 */
int denet_runs_median(struct denet_runs *runs, struct denet_summary *ret_summary);

/* A figure over the runs of a set that tell it; NaN when none does. */
struct denet_spread {
	size_t count;
	double median;
	double lower; /* quartiles */
	double upper;
	double min;
	double max;
};

/* Of any values; sorts them. NaN are none. */
void denet_spread_of(double values[], size_t count, struct denet_spread *ret_spread);

/* By Mann and Whitney's U, at p below 0.01. */
enum denet_verdict {
	DENET_VERDICT_NONE, /* not judged: of another figure, or of too few runs */
	DENET_VERDICT_NOISE, /* equal sets differ by as much */
	DENET_VERDICT_LESS,
	DENET_VERDICT_MORE,
};

/* Runs a side from which on wall time, CPU and peak are judged; and programs. */
#define DENET_VERDICT_RUNS 5
#define DENET_VERDICT_PROGRAM_RUNS 10

struct denet_difference {
	const char *name; /* a key of the summary, or the name of a program, whose CPU it is */
	const char *unit; /* as in struct denet_metric */
	struct denet_spread base;
	struct denet_spread head;
	double change; /* of the medians, 0.05 being 5 % more; NaN without two, or from 0 */
	double p; /* of programs with Holm's correction over all rows; NaN when not judged */
	enum denet_verdict verdict;
};

/*
 * Those of at most programs_max programs that used most CPU, 0 being all that there is room for: which
 * these are does not depend on how the sides differ. Those that differ most come first.
 */
int denet_compare(const struct denet_runs *base, const struct denet_runs *head, size_t programs_max,
		  struct denet_comparison **ret_comparison);

/* Accepts NULL. */
void denet_comparison_free(struct denet_comparison *comparison);

/*
 * Wall time, CPU and peak come first, then other figures, as the table of metrics has them. NULL from their
 * count on. What they point to is valid as long as the comparison.
 */
const struct denet_difference *denet_comparison_figure(const struct denet_comparison *comparison,
						       size_t index);
const struct denet_difference *denet_comparison_program(const struct denet_comparison *comparison,
							size_t index);

/* Programs that have no row. */
size_t denet_comparison_omitted(const struct denet_comparison *comparison);

/*
 * "cpu_time > +5%": as denet_budgets_add() reads it, but with a change of the medians for its value. Broken
 * is what is outside the noise and over the bound; undecided what is not judged. *ret_row, which may be NULL,
 * is the row, or NULL without one. Of a comparison that is NULL the words alone are checked.
 */
int denet_comparison_check(const struct denet_comparison *comparison, const char *expression,
			   enum denet_budget_outcome *ret_outcome,
			   const struct denet_difference **ret_row, struct denet_error *error);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
