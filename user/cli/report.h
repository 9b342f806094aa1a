/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is made of a run when it is over, beside the summary on the screen: budgets, and files. */
#ifndef DENET_CLI_REPORT_H
#define DENET_CLI_REPORT_H

#include <stdbool.h>

#include "cli/options.h"
#include "denet/denet.h"

struct report;

/*
 * Reads what is asked for, before anything starts, and logs what is wrong with it: -EINVAL for what was
 * asked, another error for a file. Borrows options.
 */
int report_new(const struct options *options, struct report **ret_report);
void report_free(struct report *report);
static inline void report_freep(struct report **report)
{
	report_free(*report);
}

/* Tells how the budgets fared. */
void report_finish(struct report *report, const struct denet_summary *summary);

/* Once it is finished: whether a budget was broken. */
bool report_is_over_budget(const struct report *report);

#endif
