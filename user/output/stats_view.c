/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/stats_view.h"

#include <math.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "output/summary_view.h"
#include "output/text.h"
#include "util/cleanup.h"
#include "output/human.h"

#define LABEL_COLUMNS 20

/* Rows are "Label   value", so that they can be cut out by scripts. */
struct view {
	struct buf *buf;
	const struct term_style *style;
};

static bool is_known(uint64_t value)
{
	return value != DENET_UNKNOWN;
}

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

static void row_count(const struct view *view, const char *label, uint64_t count)
{
	if (is_known(count))
		row(view, label, "%s", human_count(count).text);
}

static void row_bytes(const struct view *view, const char *label, uint64_t bytes)
{
	if (is_known(bytes))
		row(view, label, "%s", human_bytes(bytes).text);
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
static void show_denet_rows(const struct view *view, const struct denet_summary *summary)
{
	if (!isnan(summary->total_time_secs))
		row(view, "Duration", "%.2f seconds", summary->total_time_secs);
	row_count(view, "Samples", summary->sample_count);
	row_count(view, "Max Processes", summary->processes_peak);
	row_count(view, "Max Threads", summary->threads_peak);
	if (is_known(summary->peak_mem_rss_kb))
		row(view, "Peak Memory", "%s%s", human_kib(summary->peak_mem_rss_kb).text,
		    summary->processes_total == 1 ? "" : ", sum of RSS");
	if (!isnan(summary->avg_cpu_usage))
		row(view, "Avg CPU Usage", "%.1f%%", summary->avg_cpu_usage);
	row_bytes(view, "Disk Read", summary->used.disk_read_bytes);
	row_bytes(view, "Disk Write", summary->used.disk_write_bytes);
	row_bytes(view, "Network Received", summary->sys_net_rx_bytes);
	row_bytes(view, "Network Sent", summary->sys_net_tx_bytes);
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
