/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/ci_view.h"

#include <inttypes.h>

#include "format/figure.h"
#include "output/budget_view.h"
#include "output/escape.h"
#include "util/cleanup.h"
#include "util/decimal.h"

#define SECTION "denet_bpf_summary"

static void append_sentence(struct buf *buf, const struct denet_budget *budget)
{
	buf_printf(buf, "%s: ", budget->expression);
	budget_view_append_value(buf, budget);
}

void ci_view_github(struct buf *buf, const struct run_report *report)
{
	for (size_t i = 0; i < report->budgets_count; i++) {
		const struct denet_budget *budget = &report->budgets[i];
		bool is_broken = budget_view_is_broken(budget, report->is_strict);
		AUTO(buf) struct buf text = { 0 };

		if (!is_broken && !budget_view_is_open(budget))
			continue;
		append_sentence(&text, budget);
		buf_printf(buf, "::%s title=", is_broken ? "error" : "warning");
		escape_github_property(buf, is_broken ? "denet-bpf: budget broken"
						      : "denet-bpf: budget not decided");
		buf_append_text(buf, "::");
		escape_github(buf, buf_text(&text));
		buf_append_char(buf, '\n');
	}
}

/* A problem of the same name is the same problem in the next build. */
static void append_problem(struct buf *buf, const struct denet_budget *budget, size_t number)
{
	AUTO(buf) struct buf text = { 0 };

	buf_append_text(&text, "denet-bpf: budget broken: ");
	append_sentence(&text, budget);
	buf_append_text(buf, "##teamcity[buildProblem description='");
	escape_teamcity(buf, buf_text(&text));
	buf_printf(buf, "' identity='denet_bpf_budget_%zu']\n", number + 1);
}

static void append_statistic(struct buf *buf, const struct figure_value *value)
{
	char text[DECIMAL_MAX_BYTES];

	buf_append_text(buf, "##teamcity[buildStatisticValue key='denet_run_");
	escape_teamcity(buf, value->metric->key);
	buf_append_text(buf, "' value='");
	if (value->is_whole)
		buf_printf(buf, "%" PRIu64, value->whole);
	else
		buf_append(buf, text, decimal_from_double(value->real, text));
	buf_append_text(buf, "']\n");
}

void ci_view_teamcity(struct buf *buf, const struct run_report *report)
{
	struct figure_value value;
	size_t index = 0;

	while (figure_next(DENET_RECORD_SUMMARY, report->summary, &index, &value))
		if (value.metric->label)
			append_statistic(buf, &value);
	for (size_t i = 0; i < report->budgets_count; i++)
		if (budget_view_is_broken(&report->budgets[i], report->is_strict))
			append_problem(buf, &report->budgets[i], i);
}

void ci_view_gitlab_begin(struct buf *buf, uint64_t at_s)
{
	buf_printf(buf, "\033[0Ksection_start:%" PRIu64 ":" SECTION "\r\033[0Kdenet-bpf\n", at_s);
}

void ci_view_gitlab_end(struct buf *buf, uint64_t at_s)
{
	buf_printf(buf, "\033[0Ksection_end:%" PRIu64 ":" SECTION "\r\033[0K\n", at_s);
}
