/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Conditions that a run must not meet, such as "peak_pss > 2GiB". Part of denet/denet.h. */
#ifndef DENET_BUDGET_H
#define DENET_BUDGET_H

#include <stddef.h>

#ifdef __cplusplus
extern "C" {
#endif

#pragma GCC visibility push(default)

struct denet_budgets;
struct denet_error;
struct denet_summary;

enum denet_budget_outcome {
	DENET_BUDGET_KEPT,
	DENET_BUDGET_BROKEN,
	DENET_BUDGET_UNDECIDED, /* the figure is a bound, from which neither follows */
	DENET_BUDGET_UNKNOWN, /* the figure is not known */
};

/* What the figure that was told says of the true one. */
enum denet_budget_value {
	DENET_BUDGET_EXACT, /* it is the one, or what its row of the table says */
	DENET_BUDGET_AT_LEAST,
	DENET_BUDGET_AT_MOST,
	DENET_BUDGET_ABOUT, /* no bound in either direction */
};

/* How one of them fared. Texts belong to the budgets. */
struct denet_budget {
	size_t size; /* sizeof(struct denet_budget), set by the caller */
	const char *expression; /* without blanks at its ends, and without a comment */
	const char *unit; /* of value and bound, as in struct denet_metric */
	enum denet_budget_outcome outcome;
	enum denet_budget_value value_is;
	double value; /* NaN when it is not known */
	double bound;
	const char *reason; /* why it is not known or not exact, a clause; else NULL */
};

int denet_budgets_new(struct denet_budgets **ret_budgets);

/* Accepts NULL. */
void denet_budgets_free(struct denet_budgets *budgets);

/*
 * NAME OP VALUE: the key of a figure of the summary, or the key without its unit or "_total"; one of
 * > >= < <= == !=; a number with the figure's unit. programs[COMM].NAME is of the programs of one name:
 * runs, failed and what a program has. What follows a # is no part of it. -EINVAL for what is none of
 * these, and -ENODATA for nothing but blanks and comment: error, which may be NULL, marks the place.
 */
int denet_budgets_add(struct denet_budgets *budgets, const char *expression,
		      struct denet_error *error);

/* One a line; empty lines and comments are none. -EINVAL for one that is wrong, else of the file. */
int denet_budgets_add_file(struct denet_budgets *budgets, const char *path,
			   struct denet_error *error);

size_t denet_budgets_count(const struct denet_budgets *budgets);

/* -EINVAL from denet_budgets_count() on. */
int denet_budgets_check(const struct denet_budgets *budgets, size_t index,
			const struct denet_summary *summary, struct denet_budget *ret_budget);

#pragma GCC visibility pop

#ifdef __cplusplus
}
#endif

#endif
