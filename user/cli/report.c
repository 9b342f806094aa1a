/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/report.h"

#include <errno.h>
#include <string.h>

#include "cli/ci.h"
#include "cli/outputs.h"
#include "cli/recorder.h"
#include "output/budget_view.h"
#include "output/ci_view.h"
#include "output/run_report.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/outfile.h"

struct report {
	const struct options *options; /* borrowed */
	struct denet_budgets *budgets; /* owned */
	struct denet_budget *fared; /* owned; of each budget, once it is finished */
	struct outfile files[OPTIONS_LIST_MAX]; /* as options->summaries */
	size_t files_count; /* that are open */
	enum ci_service service;
	const char *page_path; /* borrowed from the environment; NULL without a page */
	struct outfile page;
	bool is_over_budget;
	bool has_lost;
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
	/* The end needs no memory for it. */
	report->fared = calloc(denet_budgets_count(report->budgets) + 1, sizeof(*report->fared));
	return report->fared ? 0 : log_error(-ENOMEM, "cannot keep the budgets");
}

static int refuse_file(const char *path, int r)
{
	(void)log_error(r, "cannot write to '%s'", path);
	return r == -EINVAL ? -EIO : r;
}

static int open_files(struct report *report)
{
	const struct option_list *paths = &report->options->summaries;

	for (size_t i = 0; i < paths->count; i++) {
		int r = outfile_open(paths->items[i], &report->files[i]);

		if (r)
			return refuse_file(paths->items[i], r);
		report->files_count++;
	}
	return 0;
}

static int open_ci(struct report *report)
{
	int r;

	report->page = OUTFILE_NONE;
	if (!report->options->ci)
		return 0;
	report->service = ci_detect();
	if (report->service == CI_NONE)
		log_warning("option '--ci' does nothing here: this is neither GitHub Actions nor "
			    "GitLab nor TeamCity, or the environment does not say so");
	if (report->service != CI_GITHUB)
		return 0;
	report->page_path = ci_page();
	if (!report->page_path) {
		log_warning("GITHUB_STEP_SUMMARY is not set: there is no page to write to");
		return 0;
	}
	r = outfile_open_to_append(report->page_path, &report->page);
	return r ? refuse_file(report->page_path, r) : 0;
}

int report_new(const struct options *options, struct report **ret_report)
{
	AUTO(report) struct report *report = calloc(1, sizeof(*report));
	int r;

	if (!report)
		return log_error(-ENOMEM, "cannot report");
	report->options = options;
	report->page = OUTFILE_NONE;
	r = outputs_check(options, NULL, 0);
	if (!r)
		r = read_budgets(report);
	if (!r)
		r = open_files(report);
	if (!r)
		r = open_ci(report);
	if (r)
		return r;
	*ret_report = TAKE(report);
	return 0;
}

void report_free(struct report *report)
{
	if (!report)
		return;
	for (size_t i = 0; i < report->files_count; i++)
		outfile_done(&report->files[i]);
	outfile_done(&report->page);
	denet_budgets_free(report->budgets);
	free(report->fared);
	free(report);
}

bool report_has_files(const struct report *report)
{
	return report->files_count > 0;
}

static void append_name(struct buf *buf, const char *name)
{
	if (name)
		buf_printf(buf, "'%s': ", name);
}

static void tell_budget(struct report *report, const struct denet_budget *budget, const char *name)
{
	bool is_strict = report->options->strict;
	AUTO(buf) struct buf whose = { 0 };
	AUTO(buf) struct buf value = { 0 };

	append_name(&whose, name);
	budget_view_append_value(&value, budget);
	if (budget_view_is_broken(budget, is_strict)) {
		report->is_over_budget = true;
		(void)log_error(0, "%sbudget broken%s: %s: %s", buf_text(&whose),
				budget_view_is_open(budget) ? " by what is not known" : "",
				budget->expression, buf_text(&value));
	} else if (budget_view_is_open(budget)) {
		log_warning("%sbudget not decided: %s: %s", buf_text(&whose), budget->expression,
			    buf_text(&value));
	}
}

void report_judge(struct report *report, const struct denet_summary *summary, const char *name)
{
	size_t count = denet_budgets_count(report->budgets);

	for (size_t i = 0; i < count; i++) {
		report->fared[i].size = sizeof(report->fared[i]);
		(void)denet_budgets_check(report->budgets, i, summary, &report->fared[i]);
		tell_budget(report, &report->fared[i], name);
	}
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* The end of a file's name says what it is. */
static int make_text(struct buf *text, const char *path, const struct run_report *run,
		     const struct report_texts *texts)
{
	if (ends_with(path, ".md"))
		report_markdown_append(text, run);
	else if (ends_with(path, ".xml"))
		report_junit_append(text, run);
	else if (ends_with(path, ".prom"))
		report_metrics_append(text, run);
	else if (ends_with(path, ".json") && run->json)
		report_json_append(text, run);
	else if (!ends_with(path, ".json") && texts->plain)
		buf_append_text(text, texts->plain);
	else
		return -ENOMEM;
	return text->error;
}

static void write_file(struct report *report, struct outfile *file, const char *path,
		       struct buf *text, int r)
{
	if (!r)
		r = outfile_write(file, text);
	if (!r)
		return;
	report->has_lost = true;
	(void)log_error(r, "cannot write to '%s'", path);
}

static void write_files(struct report *report, const struct run_report *run,
			const struct report_texts *texts)
{
	for (size_t i = 0; i < report->files_count; i++) {
		const char *path = report->options->summaries.items[i];
		AUTO(buf) struct buf text = { 0 };
		int r = make_text(&text, path, run, texts);

		write_file(report, &report->files[i], path, &text, r);
	}
}

static void write_page(struct report *report, const struct run_report *run)
{
	AUTO(buf) struct buf text = { 0 };

	if (!report->page_path)
		return;
	report_markdown_append(&text, run);
	write_file(report, &report->page, report->page_path, &text, 0);
}

/* TeamCity reads the standard output alone; the others read both. */
static void write_log(struct report *report, const struct run_report *run)
{
	struct outfile log = { .fd = STDERR_FILENO };
	AUTO(buf) struct buf text = { 0 };

	if (report->service == CI_GITHUB)
		ci_view_github(&text, run);
	if (report->service == CI_TEAMCITY) {
		ci_view_teamcity(&text, run);
		if (!recorder_owns_stdout(report->options))
			log.fd = STDOUT_FILENO;
	}
	if (text.len || text.error)
		write_file(report, &log, "the log", &text, 0);
}

void report_finish(struct report *report, const struct denet_summary *summary,
		   const struct report_texts *texts)
{
	const struct run_report run = {
		.summary = summary,
		.json = texts->json,
		.budgets = report->fared,
		.budgets_count = denet_budgets_count(report->budgets),
		.is_strict = report->options->strict,
		.is_cut = texts->is_cut,
		.waited = texts->waited,
	};

	report_judge(report, summary, NULL);
	write_files(report, &run, texts);
	write_page(report, &run);
	write_log(report, &run);
}

bool report_is_over_budget(const struct report *report)
{
	return report->is_over_budget;
}

bool report_has_lost(const struct report *report)
{
	return report->has_lost;
}
