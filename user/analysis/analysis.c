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

static inline void denet_analysis_freep(struct denet_analysis **analysis)
{
	denet_analysis_free(*analysis);
}

static void on_process(void *context, const struct denet_process *process)
{
	struct denet_analysis *analysis = context;
	int r = crowd_add(&analysis->crowd, process);

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
	analysis->observer = (struct denet_observer){
		.size = sizeof(analysis->observer),
		.context = analysis,
		.on_process = on_process,
	};
	*ret_analysis = analysis;
	return 0;
}

void denet_analysis_free(struct denet_analysis *analysis)
{
	if (!analysis)
		return;
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

uint64_t denet_analysis_processes(const struct denet_analysis *analysis)
{
	return analysis->crowd.seen;
}

uint64_t denet_analysis_dropped(const struct denet_analysis *analysis)
{
	return crowd_dropped(&analysis->crowd);
}
