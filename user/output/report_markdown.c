/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <string.h>

#include "format/figure.h"
#include "output/budget_view.h"
#include "output/escape.h"
#include "output/human.h"
#include "output/report_gantt.h"
#include "output/run_report.h"
#include "output/text.h"
#include "util/cleanup.h"

#define PROGRAMS_MAX 20
#define FAILURES_MAX 20
#define BUDGETS_MAX 50
#define EXPRESSION_BYTES 120 /* a longer one is no budget of a person */

/* Of the arguments the first alone: the others may hold secrets, and the page is seen by many. */
static void append_command(struct buf *buf, const struct denet_command *command)
{
	const char *name = command->args_len ? command->args : command->exe;
	const char *slash = name ? strrchr(name, '/') : NULL;

	escape_markdown(buf, !name || !*name ? "?" : slash && slash[1] ? slash + 1 : name);
}

static void append_left_out(struct buf *buf, size_t count, size_t max, const char *what)
{
	if (count > max)
		buf_printf(buf, "\n%s more %s left out.\n", human_count(count - max).text, what);
}

static void append_budget(struct buf *buf, const struct denet_budget *budget, bool is_strict)
{
	const char *word = budget_view_is_broken(budget, is_strict) ? "\xE2\x9D\x8C broken"
			   : budget_view_is_open(budget)	    ? "\xE2\x9D\x94 not decided"
								    : "\xE2\x9C\x85 kept";
	char expression[EXPRESSION_BYTES];
	AUTO(buf) struct buf value = { 0 };
	size_t len = strnlen(budget->expression, sizeof(expression) - 1);

	memcpy(expression, budget->expression, len);
	expression[len] = '\0';
	budget_view_append_value(&value, budget);
	buf_append_text(buf, "| ");
	escape_markdown(buf, expression);
	buf_printf(buf, " | %s | %s |\n", word, buf_text(&value));
}

static void append_budgets(struct buf *buf, const struct run_report *report)
{
	if (!report->budgets_count)
		return;
	buf_append_text(buf, "\n| budget | | value |\n|---|---|---|\n");
	for (size_t i = 0; i < report->budgets_count && i < BUDGETS_MAX; i++)
		append_budget(buf, &report->budgets[i], report->is_strict);
	append_left_out(buf, report->budgets_count, BUDGETS_MAX, "budgets");
}

static void append_figures(struct buf *buf, const struct denet_summary *summary)
{
	struct figure_value value;
	size_t index = 0;

	buf_append_text(buf, "\n| figure | value |\n|---|---:|\n");
	while (figure_next(DENET_RECORD_SUMMARY, summary, &index, &value))
		if (value.metric->label)
			buf_printf(buf, "| %s | %s |\n", value.metric->label,
				   budget_view_amount(value.metric->unit, value.real).text);
}

static void append_program(struct buf *buf, const struct denet_summary *summary,
			   const struct denet_group *group)
{
	uint64_t total_ns = summary->used.cpu_time_ns;

	buf_append_text(buf, "| ");
	escape_markdown(buf, group->comm ? group->comm : "?");
	buf_printf(buf, " | %s |", human_count(group->count).text);
	if (group->cpu_time_ns != DENET_UNKNOWN)
		buf_printf(buf, " %s |", human_duration(group->cpu_time_ns).text);
	else
		buf_append_text(buf, " |");
	if (group->cpu_time_ns != DENET_UNKNOWN && total_ns != DENET_UNKNOWN)
		buf_printf(buf, " %s |", human_share(group->cpu_time_ns, total_ns).text);
	else
		buf_append_text(buf, " |");
	if (group->peak_rss_kb != DENET_UNKNOWN)
		buf_printf(buf, " %s", human_kib(group->peak_rss_kb).text);
	buf_append_text(buf, " |\n");
}

static void append_programs(struct buf *buf, const struct denet_summary *summary)
{
	if (!summary->groups_count)
		return;
	buf_append_text(buf,
			"\n<details><summary>Programs</summary>\n\n"
			"| program | runs | CPU | share | peak |\n|---|---:|---:|---:|---:|\n");
	for (size_t i = 0; i < summary->groups_count && i < PROGRAMS_MAX; i++)
		append_program(buf, summary, &summary->groups[i]);
	append_left_out(buf, summary->groups_count, PROGRAMS_MAX, "programs");
	buf_append_text(buf, "\n</details>\n");
}

static void append_failures(struct buf *buf, const struct denet_summary *summary)
{
	if (!summary->failures_count)
		return;
	buf_append_text(buf, "\n<details><summary>Failed processes</summary>\n\n"
			     "| program | times | how |\n|---|---:|---|\n");
	for (size_t i = 0; i < summary->failures_count && i < FAILURES_MAX; i++) {
		const struct denet_failure *failure = &summary->failures[i];

		buf_append_text(buf, "| ");
		escape_markdown(buf, failure->comm ? failure->comm : "?");
		buf_printf(buf, " | %s | ", human_count(failure->count).text);
		text_append_end(buf, &failure->end, failure->oom_killed, DENET_UNKNOWN);
		buf_append_text(buf, " |\n");
	}
	append_left_out(buf, summary->failures_count, FAILURES_MAX, "ways of failing");
	buf_append_text(buf, "\n</details>\n");
}

static void append_how_exact(struct buf *buf, const struct denet_summary *summary)
{
	uint64_t lost = summary->tasks_lost;

	buf_append_char(buf, '\n');
	if (summary->accounting == DENET_ACCOUNTING_NONE)
		buf_append_text(buf, "Nothing was measured.");
	else if (summary->accounting != DENET_ACCOUNTING_BPF)
		buf_append_text(buf, "Figures are lower bounds: they were sampled.");
	else if (lost != DENET_UNKNOWN && lost)
		buf_printf(buf, "Figures are lower bounds: %s tasks were lost.",
			   human_count(lost).text);
	else
		buf_append_text(buf, "Figures are the kernel's own accounts, of every process.");
	if (summary->incomplete) {
		buf_append_text(buf, " They are not of the whole run: ");
		escape_markdown(buf, summary->incomplete);
		buf_append_char(buf, '.');
	}
	buf_append_char(buf, '\n');
}

void report_markdown_append(struct buf *buf, const struct run_report *report)
{
	buf_append_text(buf, "### ");
	append_command(buf, &report->summary->command);
	buf_append_text(buf, ": ");
	if (report->is_cut && !report->summary->end.known)
		buf_append_text(buf, TEXT_NO_END);
	else
		text_append_end(buf, &report->summary->end, false, DENET_UNKNOWN);
	buf_append_char(buf, '\n');
	append_budgets(buf, report);
	append_figures(buf, report->summary);
	report_gantt_append(buf, report->waited);
	append_programs(buf, report->summary);
	append_failures(buf, report->summary);
	append_how_exact(buf, report->summary);
	buf_append_char(buf, '\n');
}
