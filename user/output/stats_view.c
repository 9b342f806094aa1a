/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/stats_view.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "format/figure.h"
#include "output/budget_view.h"
#include "output/summary_view.h"
#include "output/text.h"
#include "util/cleanup.h"

#define LABEL_COLUMNS 20

/* Rows are "Label   value", so that they can be cut out by scripts. */
struct view {
	struct buf *buf;
	const struct term_style *style;
};

static void row(const struct view *view, const char *label, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

static void row(const struct view *view, const char *label, const char *format, ...)
{
	size_t len = strlen(label);
	va_list args;

	term_append(view->buf, view->style, TONE_FAINT, label);
	buf_append_repeated(view->buf, ' ', len < LABEL_COLUMNS ? LABEL_COLUMNS - len : 1);
	va_start(args, format);
	buf_vprintf(view->buf, format, args);
	va_end(args);
	buf_append_char(view->buf, '\n');
}

static void show_command(const struct view *view, const struct denet_summary *summary)
{
	AUTO(buf) struct buf command = { 0 };
	AUTO(buf) struct buf end = { 0 };
	size_t room = view->style->columns > 2 * LABEL_COLUMNS
			      ? view->style->columns - LABEL_COLUMNS
			      : LABEL_COLUMNS;

	if (summary->command.args_len) {
		text_append_command(&command, view->style->is_unicode, &summary->command, room);
		row(view, "Command", "%s", buf_text(&command));
	}
	if (summary->end.known) {
		text_append_end(&end, &summary->end, false, DENET_UNKNOWN);
		row(view, "Ended", "%s", buf_text(&end));
	}
}

/* denet's rows, in denet's order. */
static const size_t denets_rows[] = {
	offsetof(struct denet_summary, total_time_secs),
	offsetof(struct denet_summary, sample_count),
	offsetof(struct denet_summary, processes_peak),
	offsetof(struct denet_summary, threads_peak),
	offsetof(struct denet_summary, peak_mem_rss_kb),
	offsetof(struct denet_summary, avg_cpu_usage),
	offsetof(struct denet_summary, used.disk_read_bytes),
	offsetof(struct denet_summary, used.disk_write_bytes),
	offsetof(struct denet_summary, sys_net_rx_bytes),
	offsetof(struct denet_summary, sys_net_tx_bytes),
};

static void show_figure(const struct view *view, const struct figure_value *value, bool is_sum)
{
	const struct denet_metric *metric = value->metric;

	if (strcmp(metric->unit, "s") == 0)
		row(view, metric->label, "%.2f seconds", value->real);
	else
		row(view, metric->label, "%s%s", budget_view_amount(metric->unit, value->real).text,
		    is_sum ? ", sum of RSS" : "");
}

static void show_denet_rows(const struct view *view, const struct denet_summary *summary)
{
	struct figure_value value;

	for (size_t i = 0; i < sizeof(denets_rows) / sizeof(denets_rows[0]); i++) {
		size_t at = denets_rows[i];
		bool is_sum = at == offsetof(struct denet_summary, peak_mem_rss_kb) &&
			      summary->processes_total != 1;

		if (figure_at(DENET_RECORD_SUMMARY, summary, at, &value))
			show_figure(view, &value, is_sum);
	}
	if (summary->memory_verdict)
		row(view, "Mem Verdict", "%s", summary->memory_verdict);
	if (!isnan(summary->psi_some_fraction))
		row(view, "PSI mem-stall", "%.0f%% of samples", 100 * summary->psi_some_fraction);
}

/* What the run has printed at its end, by the same printer. */
static void show_run(const struct view *view, const struct denet_stats *stats,
		     const struct waited_context *analysis, bool is_verbose)
{
	const struct summary_context context = {
		.is_cut = !stats->has_summary,
		.attached_pid = stats->attached_pid,
		.is_verbose = is_verbose,
		.analysis = analysis,
	};

	buf_append_char(view->buf, '\n');
	summary_view_append(view->buf, view->style, stats->summary, &context);
}

void stats_view_append(struct buf *buf, const struct term_style *style, const char *name,
		       const struct denet_stats *stats, const struct waited_context *analysis,
		       bool is_verbose)
{
	const struct view view = { .buf = buf, .style = style };

	term_append(buf, style, TONE_STRONG, "FILE STATISTICS");
	buf_append_char(buf, '\n');
	buf_append_text(buf, "===============\n");
	if (name) {
		AUTO(buf) struct buf plain = { 0 };

		text_append_fitted(&plain, style->is_unicode, name, strlen(name), SIZE_MAX);
		row(&view, "File", "%s", buf_text(&plain));
	}
	if (stats->has_summary || stats->is_ours) {
		show_run(&view, stats, analysis, is_verbose);
		return;
	}
	show_command(&view, stats->summary);
	show_denet_rows(&view, stats->summary);
}
