/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is made of a run when it is over, beside the summary on the screen: budgets, files, what CI reads. */
#ifndef DENET_CLI_REPORT_H
#define DENET_CLI_REPORT_H

#include <stdbool.h>

#include "cli/options.h"
#include "denet/denet.h"

struct report;

/*
 * Reads and opens what is asked for, before anything starts, and logs what is wrong with it: -EINVAL for
 * what was asked, another error for a file. Borrows options.
 */
int report_new(const struct options *options, struct report **ret_report);
void report_free(struct report *report);
static inline void report_freep(struct report **report)
{
	report_free(*report);
}

/* Whether report_finish() needs the texts: they cost time. */
bool report_has_files(const struct report *report);

/* What files may be made of, beside the summary itself. NULL: it could not be made. */
struct report_texts {
	const char *plain; /* as on a screen of 80 columns, without colour */
	const char *json; /* the summary record */
	const struct denet_waited *waited;
	bool is_cut; /* as of struct run_report */
};

/* Tells how the budgets fared, and writes the files. */
void report_finish(struct report *report, const struct denet_summary *summary,
		   const struct report_texts *texts);

/* The same of one of several runs, which is called so; no file is written. */
void report_judge(struct report *report, const struct denet_summary *summary, const char *name);

/* Once it is finished: whether a budget was broken, and whether a file could not be written. */
bool report_is_over_budget(const struct report *report);
bool report_has_lost(const struct report *report);

#endif
