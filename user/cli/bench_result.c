/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/bench_result.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/exit_status.h"
#include "cli/outputs.h"
#include "output/budget_view.h"
#include "util/array.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/outfile.h"
#include "util/sink.h"

#define ROWS_DEFAULT 10

/* Of one command. */
struct side {
	struct denet_runs *set; /* owned, as all below */
	struct bench_run *runs;
	struct denet_comparison *comparison;
};

struct bench_results {
	const struct options *options; /* borrowed */
	struct side *sides; /* owned; as the plan's entries */
	struct bench_command *commands; /* owned; what is told of them */
	size_t count;
	struct denet_budgets *budgets; /* owned */
	struct outfile files[OPTIONS_LIST_MAX]; /* as options->exports */
	size_t files_count; /* that are open */
	struct bench_result result;
};

void bench_results_free(struct bench_results *results)
{
	if (!results)
		return;
	for (size_t i = 0; i < results->count; i++) {
		denet_runs_free(results->sides[i].set);
		denet_comparison_free(results->sides[i].comparison);
		free(results->sides[i].runs);
	}
	for (size_t i = 0; i < results->files_count; i++)
		outfile_done(&results->files[i]);
	denet_budgets_free(results->budgets);
	free(results->sides);
	free(results->commands);
	free(results);
}

static int make_sides(struct bench_results *results, const struct bench_plan *plan)
{
	results->sides = calloc(plan->count, sizeof(*results->sides));
	results->commands = calloc(plan->count, sizeof(*results->commands));
	if (!results->sides || !results->commands)
		return -ENOMEM;
	results->count = plan->count;
	for (size_t i = 0; i < plan->count; i++) {
		const struct bench_entry *entry = &plan->entries[i];
		int r = denet_runs_new(&results->sides[i].set);

		if (r)
			return r;
		results->commands[i] = (struct bench_command){
			.text = entry->text,
			.parameters = entry->parameters,
			.parameters_count = entry->parameters_count,
		};
	}
	return 0;
}

/* Changes stay where they are: they are read with the comparison. */
static int read_budgets(struct bench_results *results)
{
	const struct options *options = results->options;
	struct denet_error error = { .size = sizeof(error) };
	int r = outputs_check(options, NULL, 0);

	if (r)
		return r;
	r = denet_budgets_new(&results->budgets);
	for (size_t i = 0; i < options->budgets.count && !r; i++)
		if (!options_is_change(options, options->budgets.items[i]))
			r = denet_budgets_add(results->budgets, options->budgets.items[i], &error);
	if (r)
		return log_error(r, "cannot keep the budgets");
	for (size_t i = 0; i < options->budget_files.count && !r; i++) {
		const char *path = options->budget_files.items[i];

		r = denet_budgets_add_file(results->budgets, path, &error);
		if (r)
			(void)log_error(0, "budgets of '%s': %s", path, error.text);
	}
	return r;
}

static int open_files(struct bench_results *results)
{
	const struct option_list *paths = &results->options->exports;

	for (size_t i = 0; i < paths->count; i++) {
		int r = outfile_open(paths->items[i], &results->files[i]);

		if (r)
			return log_error(r, "cannot write to '%s'", paths->items[i]);
		results->files_count++;
	}
	return 0;
}

int bench_results_new(const struct options *options, const struct bench_plan *plan,
		      struct bench_results **ret_results)
{
	AUTO(bench_results) struct bench_results *results = calloc(1, sizeof(*results));
	int r;

	if (!results)
		return log_error(-ENOMEM, "cannot keep results");
	results->options = options;
	r = make_sides(results, plan);
	if (r)
		return log_error(r, "cannot keep results");
	results->result = (struct bench_result){
		.commands = results->commands,
		.count = results->count,
		.rounds = options->runs,
		.warmups = options->warmups,
		.has_shell = plan->has_shell,
		.is_verbose = options->verbose,
	};
	r = read_budgets(results);
	if (!r)
		r = open_files(results);
	if (!r)
		*ret_results = TAKE(results);
	return r;
}

struct bench_noise *bench_results_noise(struct bench_results *results)
{
	return &results->result.noise;
}

int bench_results_add(struct bench_results *results, size_t command, size_t round,
		      const struct denet_summary *summary)
{
	struct side *side = &results->sides[command];
	struct bench_command *told = &results->commands[command];
	struct bench_run *runs =
		array_resize(side->runs, told->runs_count + 1, sizeof(*side->runs));
	int r;

	if (!runs)
		return -ENOMEM;
	side->runs = runs;
	told->runs = runs;
	r = denet_runs_add(side->set, summary);
	if (r)
		return r;
	runs[told->runs_count++] = (struct bench_run){
		.round = round,
		.wall_ns = summary->wall_ns,
		.cpu_time_ns = summary->used.cpu_time_ns,
		.peak_mem_rss_kb = summary->peak_mem_rss_kb,
		.processes_total = summary->processes_total,
		.end = summary->end,
	};
	told->failed += summary->end.exit_code != 0 || summary->end.signal != 0;
	return 0;
}

/* With the first; one that has no runs is not compared. */
static int compare(struct bench_results *results)
{
	size_t rows = results->options->top ? (size_t)results->options->top : ROWS_DEFAULT;

	for (size_t i = 0; i < results->count; i++) {
		struct side *side = &results->sides[i];
		int r = denet_compare(results->sides[0].set, side->set, rows, &side->comparison);

		if (r && r != -ENODATA)
			return log_error(r, "cannot compare");
		results->commands[i].comparison = side->comparison;
	}
	return 0;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text), end_len = strlen(end);

	return len >= end_len && strcmp(text + len - end_len, end) == 0;
}

/* Returns 1 when one could not be written. */
static int write_files(struct bench_results *results)
{
	int status = EXIT_STATUS_OK;

	for (size_t i = 0; i < results->files_count; i++) {
		const char *path = results->options->exports.items[i];
		AUTO(buf) struct buf text = { 0 };
		int r;

		if (ends_with(path, ".md"))
			bench_markdown_append(&text, &results->result);
		else if (ends_with(path, ".csv"))
			bench_csv_append(&text, &results->result);
		else
			bench_json_append(&text, &results->result);
		r = text.error ? text.error : outfile_write(&results->files[i], &text);
		if (r) {
			(void)log_error(r, "cannot write to '%s'", path);
			status = EXIT_STATUS_LOST;
		}
	}
	return status;
}

static int show(const struct bench_results *results)
{
	const struct options *options = results->options;
	AUTO(buf) struct buf text = { 0 };
	struct term_style style;
	int r;

	if (options->quiet && !options->json && !options->markdown)
		return EXIT_STATUS_OK;
	term_style_detect(STDOUT_FILENO, (enum term_color)options->color, &style);
	if (options->json)
		bench_json_append(&text, &results->result);
	else if (options->markdown)
		bench_markdown_append(&text, &results->result);
	else
		bench_view_append(&text, &style, &results->result);
	r = sink_write_whole(NULL, &text);
	if (!r)
		return EXIT_STATUS_OK;
	(void)log_error(r, "cannot write to stdout");
	return EXIT_STATUS_LOST;
}

static bool is_broken(const struct bench_results *results, const struct denet_budget *budget,
		      size_t number)
{
	bool is_strict = results->options->strict;
	AUTO(buf) struct buf value = { 0 };

	budget_view_append_value(&value, budget);
	if (budget_view_is_broken(budget, is_strict)) {
		(void)log_error(0, "budget broken by command %zu: %s: %s", number,
				budget->expression, buf_text(&value));
		return true;
	}
	if (budget_view_is_open(budget))
		log_warning("budget not decided for command %zu: %s: %s", number,
			    budget->expression, buf_text(&value));
	return false;
}

static int judge_medians(struct bench_results *results, size_t command)
{
	struct denet_summary median = { .size = sizeof(median) };
	int status = EXIT_STATUS_OK;

	if (denet_runs_median(results->sides[command].set, &median))
		return status;
	for (size_t i = 0; i < denet_budgets_count(results->budgets); i++) {
		struct denet_budget budget = { .size = sizeof(budget) };

		if (!denet_budgets_check(results->budgets, i, &median, &budget) &&
		    is_broken(results, &budget, command + 1))
			status = EXIT_STATUS_OVER_BUDGET;
	}
	return status;
}

/* True when it is broken; what is open is told. */
static bool is_changed(const struct bench_results *results, const char *text, size_t command)
{
	const struct denet_comparison *comparison = results->sides[command].comparison;
	const struct denet_difference *row = NULL;
	enum denet_budget_outcome outcome = DENET_BUDGET_UNKNOWN;
	bool is_open;

	(void)denet_comparison_check(comparison, text, &outcome, &row, NULL);
	is_open = outcome != DENET_BUDGET_KEPT && outcome != DENET_BUDGET_BROKEN;
	if (outcome == DENET_BUDGET_KEPT || (is_open && !results->options->strict)) {
		if (is_open)
			log_warning("budget not decided for command %zu: %s: it is not judged",
				    command + 1, text);
		return false;
	}
	if (row && !isnan(row->change))
		(void)log_error(0, "budget broken by command %zu: %s: it is %+.1f %%", command + 1,
				text, 100 * row->change);
	else
		(void)log_error(0, "budget broken by command %zu: %s: it is not known", command + 1,
				text);
	return true;
}

static int judge_changes(const struct bench_results *results, size_t command)
{
	const struct options *options = results->options;
	int status = EXIT_STATUS_OK;

	if (!results->sides[command].comparison)
		return status;
	for (size_t i = 0; i < options->budgets.count; i++)
		if (options_is_change(options, options->budgets.items[i]) &&
		    is_changed(results, options->budgets.items[i], command))
			status = EXIT_STATUS_OVER_BUDGET;
	return status;
}

static int judge(struct bench_results *results)
{
	int status = EXIT_STATUS_OK;

	for (size_t i = 0; i < results->count; i++) {
		if (judge_medians(results, i))
			status = EXIT_STATUS_OVER_BUDGET;
		if (i > 0 && judge_changes(results, i))
			status = EXIT_STATUS_OVER_BUDGET;
	}
	return status;
}

int bench_results_tell(struct bench_results *results, const struct bench_state *state)
{
	int shown, written, judged;

	results->result.is_sampled = state->is_sampled;
	results->result.is_pss_rough = state->is_pss_rough;
	results->result.is_cut = state->is_cut;
	if (compare(results))
		return EXIT_STATUS_FAILED;
	shown = show(results);
	written = write_files(results);
	judged = judge(results);
	return judged ? judged : shown ? shown : written;
}
