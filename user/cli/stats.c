/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "cli/gaps.h"
#include "cli/insight.h"
#include "cli/outputs.h"
#include "cli/report.h"
#include "cli/stats_runs.h"
#include "output/stats_view.h"
#include "output/term.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

#define SEGMENTS_DEFAULT 30 /* what a chart can hold */
#define FILE_COLUMNS 80

static void denet_stats_freep(struct denet_stats **stats)
{
	denet_stats_free(*stats);
}

/* What was asked for may be wrong, or the file that says what. */
static int read_report(const struct options *options, struct report **ret_report)
{
	int r = report_new(options, ret_report);

	if (!r)
		return EXIT_STATUS_OK;
	return r == -EINVAL ? EXIT_STATUS_FAILED : EXIT_STATUS_LOST;
}

static void denet_analysis_freep(struct denet_analysis **analysis)
{
	denet_analysis_free(*analysis);
}

/* Behind the other members of the object, two blanks further in. */
static void append_member(struct buf *text, const char *key, const char *object)
{
	while (text->len && (text->data[text->len - 1] == '}' || text->data[text->len - 1] == '\n'))
		text->data[--text->len] = '\0';
	buf_printf(text, ",\n  \"%s\": ", key);
	for (; *object; object++) {
		buf_append_char(text, *object);
		if (*object == '\n')
			buf_append_text(text, "  ");
	}
	buf_append_text(text, "\n}");
}

/* denet's keys first, then ours. Of a file of denet's there is nothing to analyse. */
static int append_json(struct buf *text, const struct options *options,
		       const struct denet_stats *stats, struct denet_analysis *analysis)
{
	const struct denet_rollup_options rows = insight_rows(options);
	AUTO_FREE char *json = NULL;
	AUTO_FREE char *object = NULL;
	int r = denet_stats_json(stats, true, &json);

	if (!r && denet_analysis_processes(analysis))
		r = denet_analysis_json(analysis, insight_has_rows(options) ? &rows : NULL,
					options->top ? (size_t)options->top : SEGMENTS_DEFAULT,
					true, &object);
	if (r)
		return r;
	buf_append_text(text, json);
	if (object)
		append_member(text, "analysis", object);
	buf_append_char(text, '\n');
	return 0;
}

/* Of the root alone the run has shown no analysis either; rows are there for who asks. */
static int take_insight(struct insight *insight, const struct options *options,
			const struct denet_stats *stats, struct denet_analysis *analysis)
{
	int r = insight_take(insight, analysis, options);

	if (stats->summary->is_root_alone)
		insight->shown = (struct waited_context){ .rows = insight->shown.rows,
							  .rows_by = insight->shown.rows_by };
	return r;
}

static int append(struct buf *text, const struct options *options, const struct denet_stats *stats,
		  struct denet_analysis *analysis)
{
	struct term_style style;
	struct insight insight;
	int r;

	if (options->json)
		return append_json(text, options, stats, analysis);
	r = take_insight(&insight, options, stats, analysis);
	if (r)
		return r;
	term_style_detect(STDOUT_FILENO, (enum term_color)options->color, &style);
	style.has_color = style.has_color && !options->out;
	stats_view_append(text, &style, options->file, stats, &insight.shown, options->verbose);
	return 0;
}

static void append_plain(struct buf *text, const struct options *options,
			 const struct denet_stats *stats, struct denet_analysis *analysis)
{
	struct term_style style;
	struct insight insight;

	text->error = take_insight(&insight, options, stats, analysis);
	term_style_detect(-1, TERM_COLOR_NEVER, &style);
	style.columns = FILE_COLUMNS;
	stats_view_append(text, &style, options->file, stats, &insight.shown, options->verbose);
}

static void finish(struct report *report, const struct options *options,
		   const struct denet_stats *stats, struct denet_analysis *analysis)
{
	struct denet_waited waited = { .size = sizeof(waited) };
	bool has_waited =
		!stats->summary->is_root_alone && !denet_analysis_waited(analysis, &waited);
	AUTO(buf) struct buf plain = { 0 };
	AUTO_FREE char *json = NULL;

	if (report_has_files(report)) {
		append_plain(&plain, options, stats, analysis);
		(void)denet_stats_json(stats, false, &json);
	}
	report_finish(report, stats->summary,
		      &(struct report_texts){ .plain = plain.error ? NULL : buf_text(&plain),
					      .json = json,
					      .is_cut = !stats->has_summary,
					      .waited = has_waited ? &waited : NULL });
}

int stats_main(const struct options *options)
{
	AUTO(denet_stats) struct denet_stats *stats = NULL;
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;
	AUTO(report) struct report *report = NULL;
	struct denet_error error = { .size = sizeof(error) };
	AUTO(buf) struct buf text = { 0 };
	int r;

	if (options->quiet)
		log_silence();
	r = read_report(options, &report);
	if (r)
		return r;
	if (!options->file)
		return stats_runs(options, report);
	if (outputs_check(options, options->files, options->files_count))
		return EXIT_STATUS_LOST;
	r = denet_analysis_new(NULL, &analysis);
	if (r) {
		(void)log_error(r, "cannot use '%s'", options->file);
		return EXIT_STATUS_LOST;
	}
	if (denet_stats_read_to(options->file, denet_analysis_observer(analysis), &stats, &error)) {
		(void)log_error(0, "cannot use '%s': %s", options->file, error.text);
		return EXIT_STATUS_LOST;
	}
	gaps_warn(options->file, stats);
	r = append(&text, options, stats, analysis);
	if (r == 0)
		r = sink_write_whole(options->out, &text);
	if (r)
		(void)log_error(r, "cannot write to '%s'", options->out ? options->out : "stdout");
	finish(report, options, stats, analysis);
	if (report_is_over_budget(report))
		return EXIT_STATUS_OVER_BUDGET;
	return r || report_has_lost(report) ? EXIT_STATUS_LOST : EXIT_STATUS_OK;
}
