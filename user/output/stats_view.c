/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/stats_view.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>

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
	va_list args;

	term_append(view->buf, view->style, TONE_FAINT, label);
	buf_append_repeated(view->buf, ' ', LABEL_COLUMNS - strlen(label));
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

static void row_duration(const struct view *view, const char *label, uint64_t ns)
{
	if (is_known(ns))
		row(view, label, "%s", human_duration(ns).text);
}

static void show_command(const struct view *view, const struct stats *stats)
{
	AUTO(buf) struct buf command = { 0 };
	AUTO(buf) struct buf end = { 0 };
	size_t room = view->style->columns > 2 * LABEL_COLUMNS
			      ? view->style->columns - LABEL_COLUMNS
			      : LABEL_COLUMNS;

	if (stats->command.args_len) {
		text_append_command(&command, view->style->is_unicode, &stats->command, room);
		row(view, "Command", "%s", buf_text(&command));
	}
	if (stats->end.known) {
		text_append_end(&end, &stats->end, false);
		row(view, "Ended", "%s", buf_text(&end));
	}
}

/* denet's rows, in denet's order. */
static void show_denet_rows(const struct view *view, const struct stats *stats)
{
	if (!isnan(stats->total_time_secs))
		row(view, "Duration", "%.2f seconds", stats->total_time_secs);
	row_count(view, "Samples", stats->sample_count);
	row_count(view, "Max Processes", stats->max_processes);
	row_count(view, "Max Threads", stats->max_threads);
	if (is_known(stats->peak_mem_rss_kb))
		row(view, "Peak Memory", "%s", human_kib(stats->peak_mem_rss_kb).text);
	if (!isnan(stats->avg_cpu_usage))
		row(view, "Avg CPU Usage", "%.1f%%", stats->avg_cpu_usage);
	row_bytes(view, "Disk Read", stats->total_disk_read_bytes);
	row_bytes(view, "Disk Write", stats->total_disk_write_bytes);
	row_bytes(view, "Network Received", stats->total_sys_net_rx_bytes);
	row_bytes(view, "Network Sent", stats->total_sys_net_tx_bytes);
	if (stats->verdict)
		row(view, "Mem Verdict", "%s", stats->verdict);
	if (!isnan(stats->psi_some_fraction))
		row(view, "PSI mem-stall", "%.0f%% of samples", 100 * stats->psi_some_fraction);
}

static void show_our_rows(const struct view *view, const struct denet_summary *summary)
{
	row_duration(view, "CPU Time", summary->used.cpu_time_ns);
	row_duration(view, "CPU User", summary->used.cpu_user_ns);
	row_duration(view, "CPU System", summary->used.cpu_system_ns);
	row_duration(view, "Waited for CPU", summary->used.run_delay_ns);
	row_count(view, "Processes", summary->processes_total);
	row_count(view, "Processes Failed", summary->processes_failed);
	row_count(view, "Processes Exact", summary->processes_exact);
	row_count(view, "Threads", summary->threads_total);
	if (is_known(summary->peak_process_rss_kb))
		row(view, "Largest Process", "%s %s[%u]",
		    human_kib(summary->peak_process_rss_kb).text,
		    text_name(view->style->is_unicode, summary->peak_process_comm).text,
		    summary->peak_process_pid);
	row_count(view, "Events Lost", summary->events_lost);
	row_count(view, "Records Lost", summary->records_lost);
	row_count(view, "Tasks Lost", summary->tasks_lost);
}

void stats_view_append(struct buf *buf, const struct term_style *style, const char *name,
		       const struct stats *stats)
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
	show_command(&view, stats);
	show_denet_rows(&view, stats);
	if (stats->has_summary)
		show_our_rows(&view, &stats->summary);
}
