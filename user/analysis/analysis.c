/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_analysis_new() and the like: where the processes come from. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/analysis_internal.h"
#include "record/row.h"
#include "util/cleanup.h"
#include "util/error.h"
#include "util/sized.h"
#include "util/units.h"

static inline void denet_analysis_freep(struct denet_analysis **analysis)
{
	denet_analysis_free(*analysis);
}

/* What was made of the crowd. */
static void forget_results(struct denet_analysis *analysis)
{
	free((void *)(uintptr_t)analysis->waited.segments);
	free((void *)(uintptr_t)analysis->waited.programs);
	analysis->waited = (struct denet_waited){ 0 };
	family_done(&analysis->family);
	parallel_done(&analysis->parallel);
	for (size_t i = 0; i < analysis->rows_count; i++)
		free(analysis->rows[i]);
	free(TAKE(analysis->rows));
	analysis->rows_count = 0;
	analysis->is_linked = analysis->is_waited = analysis->is_counted = false;
}

static void on_start(void *context, const struct denet_start *start)
{
	struct denet_analysis *analysis = context;

	analysis->root_pid = start->pid;
	analysis->accounting = start->accounting;
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct denet_analysis *analysis = context;

	series_add(&analysis->series, tree->ts_ms, tree->aggregated.used.cpu_time_ns,
		   tree->aggregated.mem_rss_kb);
}

static void on_summary(void *context, const struct denet_summary *summary)
{
	struct denet_analysis *analysis = context;
	bool has_records_lost = summary->records_lost != DENET_UNKNOWN && summary->records_lost;
	bool has_tasks_lost = summary->tasks_lost != DENET_UNKNOWN && summary->tasks_lost;

	forget_results(analysis);
	analysis->has_summary = true;
	analysis->accounting = summary->accounting;
	analysis->wall_ns = summary->wall_ns;
	analysis->processes_total = summary->processes_total;
	analysis->has_lost = has_records_lost || has_tasks_lost;
}

static void on_process(void *context, const struct denet_process *process)
{
	struct denet_analysis *analysis = context;
	int r;

	if (analysis->is_linked || analysis->rows)
		forget_results(analysis);
	r = crowd_add(&analysis->crowd, process);
	if (r)
		analysis->failure = r;
}

int denet_analysis_new(const struct denet_analysis_options *options,
		       struct denet_analysis **ret_analysis)
{
	struct denet_analysis_options wanted = { .size = sizeof(wanted) };
	int r = options ? sized_take(&wanted, sizeof(wanted), options) : 0;
	struct denet_analysis *analysis;

	if (r)
		return r;
	analysis = calloc(1, sizeof(*analysis));
	if (!analysis)
		return -ENOMEM;
	analysis->crowd.max = wanted.processes_max;
	analysis->wall_ns = DENET_UNKNOWN;
	analysis->processes_total = DENET_UNKNOWN;
	analysis->observer = (struct denet_observer){
		.size = sizeof(analysis->observer),
		.context = analysis,
		.on_start = on_start,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_summary = on_summary,
	};
	*ret_analysis = analysis;
	return 0;
}

void denet_analysis_free(struct denet_analysis *analysis)
{
	if (!analysis)
		return;
	forget_results(analysis);
	crowd_done(&analysis->crowd);
	free(analysis);
}

const struct denet_observer *denet_analysis_observer(const struct denet_analysis *analysis)
{
	return &analysis->observer;
}

int denet_analysis_open(const char *path, struct denet_analysis **ret_analysis,
			struct denet_error *error)
{
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;
	struct denet_stats *stats = NULL;
	int r = denet_analysis_new(NULL, &analysis);

	if (r)
		return error_set(error, r, "%s", strerror(-r));
	r = denet_stats_read_to(path, &analysis->observer, &stats, error);
	denet_stats_free(stats);
	if (!r)
		*ret_analysis = TAKE(analysis);
	return r;
}

static void take_row(struct denet_analysis *analysis, const struct row *row)
{
	if (row->kind == ROW_PROCESS)
		on_process(analysis, &row->process);
	else if (row->kind == ROW_METADATA)
		on_start(analysis, &row->start);
	else if (row->kind == ROW_SAMPLE || row->kind == ROW_TREE)
		on_sample(analysis, &row->tree);
	else if (row->kind == ROW_SUMMARY)
		on_summary(analysis, &row->summary);
}

/* What is no record of ours is passed over. */
static int read_lines(struct denet_analysis *analysis, const char *text, size_t len)
{
	AUTO(buf) struct buf strings = { 0 };
	AUTO_FREE struct row *row = malloc(sizeof(*row));
	const char *end = text + len;

	if (!row)
		return -ENOMEM;
	while (text < end) {
		const char *stop = memchr(text, '\n', (size_t)(end - text));
		size_t line_len = (size_t)((stop ? stop : end) - text);
		int r = line_len ? row_read(text, line_len, &strings, row) : 0;

		if (r == -ENOMEM)
			return r;
		if (r > 0)
			take_row(analysis, row);
		text += line_len + 1;
	}
	return 0;
}

int denet_analysis_of_lines(const char *text, size_t len, struct denet_analysis **ret_analysis,
			    struct denet_error *error)
{
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;
	int r = denet_analysis_new(NULL, &analysis);

	if (!r)
		r = read_lines(analysis, text, len);
	if (r)
		return error_set(error, r, "%s", strerror(-r));
	*ret_analysis = TAKE(analysis);
	return 0;
}

static void link_crowd(struct denet_analysis *analysis)
{
	if (analysis->is_linked)
		return;
	analysis->link_error = family_make(&analysis->crowd, analysis->root_pid, analysis->wall_ns,
					   &analysis->family);
	analysis->is_linked = true;
}

/* What is not all there would be a guess. */
static const char *why_incomplete(const struct denet_analysis *analysis)
{
	const struct crowd *crowd = &analysis->crowd;

	if (analysis->failure)
		return "memory was short";
	if (!crowd->seen)
		return "there are no records of processes";
	if (analysis->accounting == DENET_ACCOUNTING_PROC)
		return "/proc does not show all processes, nor their times well enough";
	if (crowd->untimed)
		return "the records do not tell when processes began and ended in nanoseconds";
	if (crowd_dropped(crowd))
		return "there were too many processes to keep them all";
	if (analysis->has_lost ||
	    (analysis->processes_total != DENET_UNKNOWN && crowd->seen < analysis->processes_total))
		return "not every process has a record";
	return NULL;
}

static const char *why_unlinked(struct denet_analysis *analysis)
{
	link_crowd(analysis);
	switch (analysis->link_error) {
	case 0:
		return NULL;
	case -ENOMEM:
		return "memory was short";
	case -EEXIST:
		return "there are records of more than one run";
	case -EFBIG:
		return "there were too many processes";
	default:
		return "the records end before the run did";
	}
}

const char *analysis_unknown(struct denet_analysis *analysis)
{
	const char *why = why_incomplete(analysis);

	return why ? why : why_unlinked(analysis);
}

const char *analysis_unknown_rows(struct denet_analysis *analysis, bool needs_tree)
{
	if (analysis->failure)
		return "memory was short";
	if (!analysis->crowd.seen)
		return "there are no records of processes";
	return needs_tree ? why_unlinked(analysis) : NULL;
}

int denet_analysis_series(struct denet_analysis *analysis, struct denet_series *ret_series)
{
	const struct series *series = &analysis->series;
	const struct denet_series told = {
		.step_ns = series->count ? series->step_ms * NS_PER_MS : 0,
		.cpu_cores = analysis->cores,
		.memory_kb = series->memory_kb,
		.count = series->count,
	};

	for (size_t i = 0; i < series->count; i++)
		analysis->cores[i] = series_cores(series, i);
	sized_give(ret_series, &told, sizeof(told));
	return 0;
}

uint64_t denet_analysis_processes(const struct denet_analysis *analysis)
{
	return analysis->crowd.seen;
}

uint64_t denet_analysis_dropped(const struct denet_analysis *analysis)
{
	return crowd_dropped(&analysis->crowd);
}
