/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <string.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/inputs.h"
#include "cli/outputs.h"
#include "output/diff_view.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

#define ROWS_DEFAULT 10

/* What all files have to have in common with the first. */
struct first {
	const char *path;
	struct buf program; /* without its folder */
	enum denet_accounting accounting;
	bool is_pss_rough; /* of any of them */
};

static void first_freep(struct first *first)
{
	buf_done(&first->program);
}

static void denet_runs_freep(struct denet_runs **runs)
{
	denet_runs_free(*runs);
}

static void denet_stats_freep(struct denet_stats **stats)
{
	denet_stats_free(*stats);
}

static void denet_comparison_freep(struct denet_comparison **comparison)
{
	denet_comparison_free(*comparison);
}

static const char *program_of(const struct denet_summary *summary)
{
	const char *path = summary->command.args_len ? summary->command.args : "";
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* NULL for a whole run with its processes. */
static const char *why_unusable(const struct denet_stats *stats)
{
	if (!stats->is_ours)
		return "it has no records of processes";
	if (stats->is_truncated || !stats->has_summary)
		return "it is cut off";
	if (stats->lines_skipped)
		return "some of its lines are no records";
	if (stats->summary->incomplete)
		return "it is not of a whole run";
	/* Of those programs are missing, or runs of them. */
	if (stats->summary->records_lost && stats->summary->records_lost != DENET_UNKNOWN)
		return "some of its records were lost while it was written";
	if (!stats->summary->groups_count)
		return "it has no records of processes";
	return NULL;
}

static int refuse(const char *path, const char *why)
{
	(void)log_error(0, "cannot use '%s': %s", path, why);
	return -EINVAL;
}

static int check_same(struct first *first, const char *path, const struct denet_summary *summary)
{
	const char *program = program_of(summary);

	if (!first->path) {
		first->path = path;
		first->accounting = summary->accounting;
		buf_append_text(&first->program, program);
		return first->program.error;
	}
	if (strcmp(buf_text(&first->program), program) != 0) {
		(void)log_error(0, "cannot use '%s': it is of '%s', while '%s' is of '%s'", path,
				program, first->path, buf_text(&first->program));
		return -EINVAL;
	}
	if (summary->accounting != first->accounting) {
		(void)log_error(0, "cannot use '%s': it was counted in another way than '%s'", path,
				first->path);
		return -EINVAL;
	}
	return 0;
}

static int add(struct denet_runs *runs, struct first *first, const char *path)
{
	AUTO(denet_stats) struct denet_stats *stats = NULL;
	struct denet_error error = { .size = sizeof(error) };
	const char *why;
	int r = denet_stats_read(path, &stats, &error);

	if (r)
		return refuse(path, error.text);
	why = why_unusable(stats);
	if (why)
		return refuse(path, why);
	r = check_same(first, path, stats->summary);
	if (r)
		return r;
	first->is_pss_rough |= stats->summary->pss_is_rough;
	r = denet_runs_add(runs, stats->summary);
	return r ? log_error(r, "cannot use '%s'", path) : 0;
}

static int read_side(const char *const paths[], size_t count, struct first *first,
		     struct denet_runs **ret_runs)
{
	AUTO(inputs) struct inputs inputs = { 0 };
	int r = denet_runs_new(ret_runs);

	for (size_t i = 0; i < count && !r; i++) {
		r = inputs_take(&inputs, paths[i]);
		if (r > 0)
			r = add(*ret_runs, first, paths[i]);
		else if (r)
			(void)log_error(r, "cannot use '%s'", paths[i]);
	}
	inputs_warn(&inputs);
	return r;
}

static int write_text(const struct options *options, const struct denet_runs *base,
		      const struct denet_runs *head, const struct denet_comparison *comparison,
		      const struct first *first)
{
	const struct diff_context context = {
		.base_runs = denet_runs_count(base),
		.head_runs = denet_runs_count(head),
		.is_sampled = first->accounting != DENET_ACCOUNTING_BPF,
		.is_pss_rough = first->is_pss_rough,
		.is_verbose = options->verbose,
	};
	AUTO(buf) struct buf text = { 0 };

	if (options->json)
		diff_view_append_json(&text, comparison, &context);
	else
		diff_view_append(&text, comparison, &context, options->markdown);
	return sink_write_whole(options->out, &text);
}

/* From nothing to something there is no share. */
static void tell_broken(const char *text, const struct denet_difference *row)
{
	if (isnan(row->change))
		(void)log_error(0, "'%s' holds: the base has none", text);
	else
		(void)log_error(0, "'%s' holds: it is %+.1f %%", text, 100 * row->change);
}

static int check_changes(const struct options *options, const struct denet_comparison *comparison)
{
	struct denet_error error = { .size = sizeof(error) };
	int status = EXIT_STATUS_OK;

	for (size_t i = 0; i < options->budgets.count; i++) {
		const char *text = options->budgets.items[i];
		const struct denet_difference *row = NULL;
		enum denet_budget_outcome outcome = DENET_BUDGET_UNKNOWN;

		(void)denet_comparison_check(comparison, text, &outcome, &row, &error);
		if (outcome == DENET_BUDGET_BROKEN) {
			tell_broken(text, row);
			status = EXIT_STATUS_OVER_BUDGET;
		} else if (outcome != DENET_BUDGET_KEPT) {
			log_warning("'%s' is left open: %s", text,
				    row ? "it is not judged, or of too few runs" : "it has no row");
		}
	}
	return status;
}

int diff_main(const struct options *options)
{
	AUTO(denet_runs) struct denet_runs *base = NULL;
	AUTO(denet_runs) struct denet_runs *head = NULL;
	AUTO(denet_comparison) struct denet_comparison *comparison = NULL;
	AUTO(first) struct first first = { .path = NULL };
	size_t count = options->base_count;

	if (outputs_check(options, options->files, options->files_count))
		return EXIT_STATUS_LOST;
	if (read_side(options->files, count, &first, &base) ||
	    read_side(options->files + count, options->files_count - count, &first, &head))
		return EXIT_STATUS_LOST;
	if (denet_compare(base, head, options->top ? (size_t)options->top : ROWS_DEFAULT,
			  &comparison)) {
		(void)log_error(0, "cannot compare: out of memory");
		return EXIT_STATUS_LOST;
	}
	if (write_text(options, base, head, comparison, &first)) {
		(void)log_error(0, "cannot write to '%s'", options->out ? options->out : "stdout");
		return EXIT_STATUS_LOST;
	}
	return check_changes(options, comparison);
}
