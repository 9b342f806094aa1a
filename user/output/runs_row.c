/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/runs_row.h"

#include <math.h>
#include <string.h>

#define NS_PER_S 1e9

static const char *const text_names[] = {
	[RUNS_LABEL] = "label", [RUNS_HOST] = "host",	    [RUNS_JOB] = "job",
	[RUNS_USER] = "user",	[RUNS_COMMAND] = "command", [RUNS_FILE] = "file",
};

/* All of them are integers of 64 bits. */
static const size_t offsets[] = {
	[RUNS_WALL] = offsetof(struct denet_summary, wall_ns),
	[RUNS_CPU] = offsetof(struct denet_summary, used.cpu_time_ns),
	[RUNS_DELAY] = offsetof(struct denet_summary, used.run_delay_ns),
	[RUNS_PEAK_PSS] = offsetof(struct denet_summary, peak_pss_kb),
	[RUNS_PEAK_RSS] = offsetof(struct denet_summary, peak_mem_rss_kb),
	[RUNS_PEAK_PROCESS] = offsetof(struct denet_summary, peak_process_rss_kb),
	[RUNS_MEMORY_LIMIT] = offsetof(struct denet_summary, memory_limit_kb),
	[RUNS_MEMORY_STALL] = offsetof(struct denet_summary, memory_stall_ns),
	[RUNS_THROTTLED] = offsetof(struct denet_summary, throttled_ns),
	[RUNS_DISK_READ] = offsetof(struct denet_summary, used.disk_read_bytes),
	[RUNS_DISK_WRITE] = offsetof(struct denet_summary, used.disk_write_bytes),
	[RUNS_PROCESSES] = offsetof(struct denet_summary, processes_total),
	[RUNS_PROCESSES_FAILED] = offsetof(struct denet_summary, processes_failed),
	[RUNS_PROCESSES_PEAK] = offsetof(struct denet_summary, processes_peak),
};

const char *runs_row_text_name(enum runs_text text)
{
	return text_names[text];
}

const struct denet_metric *runs_row_metric(enum runs_figure figure)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(DENET_RECORD_SUMMARY, i, &offset)); i++)
		if (offset == offsets[figure])
			return metric;
	return NULL;
}

/* denet's own files tell the time from the first sample to the last. */
static uint64_t wall_of(const struct denet_summary *summary)
{
	if (summary->wall_ns != DENET_UNKNOWN)
		return summary->wall_ns;
	if (isnan(summary->total_time_secs) || summary->total_time_secs <= 0)
		return DENET_UNKNOWN;
	return (uint64_t)(summary->total_time_secs * NS_PER_S);
}

void runs_row_take(struct runs_row *row, const struct denet_stats *stats)
{
	const struct denet_summary *summary = stats->summary;

	for (size_t i = 0; i < RUNS_FIGURES; i++)
		memcpy(&row->figures[i], (const char *)summary + offsets[i],
		       sizeof(row->figures[i]));
	row->figures[RUNS_WALL] = wall_of(summary);
	row->end = summary->end;
	row->accounting = summary->accounting;
	row->is_incomplete = summary->incomplete != NULL;
	row->is_cut = stats->is_truncated || (stats->is_ours && !stats->has_summary);
	row->has_skipped = stats->lines_skipped > 0;
}

uint64_t runs_row_peak(const struct runs_row *row, bool *ret_is_sum)
{
	bool is_alone = row->figures[RUNS_PROCESSES] == 1;
	uint64_t pss_kb = row->figures[RUNS_PEAK_PSS], rss_kb = row->figures[RUNS_PEAK_RSS];

	*ret_is_sum = !is_alone && pss_kb == DENET_UNKNOWN && rss_kb != DENET_UNKNOWN;
	return pss_kb != DENET_UNKNOWN ? pss_kb : rss_kb;
}

bool runs_row_is_whole(const struct runs_row *row)
{
	return !row->is_cut && !row->is_incomplete;
}

bool runs_row_has_failed(const struct runs_row *row)
{
	return row->end.known && (row->end.signal || row->end.exit_code);
}
