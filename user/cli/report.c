/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/report.h"

#include <errno.h>
#include <string.h>

#include "output/budget_view.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"

struct report {
	const struct options *options; /* borrowed */
	struct denet_budgets *budgets; /* owned */
	struct denet_budget *fared; /* owned; of each budget, once it is finished */
	bool is_over_budget;
};

static int read_budgets(struct report *report)
{
	const struct options *options = report->options;
	struct denet_error error = { .size = sizeof(error) };
	int r = denet_budgets_new(&report->budgets);

	for (size_t i = 0; i < options->budgets.count && !r; i++)
		r = denet_budgets_add(report->budgets, options->budgets.items[i], &error);
	if (r)
		return log_error(r, "cannot keep the budgets");
	for (size_t i = 0; i < options->budget_files.count; i++) {
		const char *path = options->budget_files.items[i];

		r = denet_budgets_add_file(report->budgets, path, &error);
		if (r) {
			(void)log_error(0, "budgets of '%s': %s", path, error.text);
			return r;
		}
	}
	return 0;
}

int report_new(const struct options *options, struct report **ret_report)
{
	AUTO(report) struct report *report = calloc(1, sizeof(*report));
	int r;

	if (!report)
		return log_error(-ENOMEM, "cannot report");
	report->options = options;
	r = read_budgets(report);
	if (r)
		return r;
	/* The end needs no memory for it. */
	report->fared = calloc(denet_budgets_count(report->budgets) + 1, sizeof(*report->fared));
	if (!report->fared)
		return log_error(-ENOMEM, "cannot report");
	*ret_report = TAKE(report);
	return 0;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	denet_budgets_free(report->budgets);
	free(report->fared);
	free(report);
}

static void tell_budget(struct report *report, const struct denet_budget *budget)
{
	bool is_strict = report->options->strict;
	AUTO(buf) struct buf value = { 0 };

	budget_view_append_value(&value, budget);
	if (budget_view_is_broken(budget, is_strict)) {
		report->is_over_budget = true;
		(void)log_error(0, "budget broken%s: %s: %s",
				budget_view_is_open(budget) ? " by what is not known" : "",
				budget->expression, buf_text(&value));
	} else if (budget_view_is_open(budget)) {
		log_warning("budget not decided: %s: %s", budget->expression, buf_text(&value));
	}
}

void report_finish(struct report *report, const struct denet_summary *summary)
{
	size_t count = denet_budgets_count(report->budgets);

	for (size_t i = 0; i < count; i++) {
		report->fared[i].size = sizeof(report->fared[i]);
		(void)denet_budgets_check(report->budgets, i, summary, &report->fared[i]);
		tell_budget(report, &report->fared[i]);
	}
}

bool report_is_over_budget(const struct report *report)
{
	return report->is_over_budget;
}
