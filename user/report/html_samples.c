/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html_samples.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/units.h"

#define COMM_BYTES 15 /* of a name, as the kernel cuts it */
#define ROOT_NAME "first process" /* where the command is not known */

int html_samples_init(struct html_samples *samples)
{
	*samples = (struct html_samples){ .each = 1 };
	for (size_t i = 0; i < HTML_LINE_RATES; i++)
		samples->last[i] = DENET_UNKNOWN;
	samples->root_name = strdup(ROOT_NAME);
	return samples->root_name ? 0 : -ENOMEM;
}

void html_samples_done(struct html_samples *samples)
{
	html_lanes_done(&samples->memory);
	free(TAKE(samples->root_name));
}

/* Samples name all processes but the first. */
static char *name_of(const struct denet_command *command)
{
	const char *path = command->args_len ? command->args : "";
	const char *slash = strrchr(path, '/');

	if (slash)
		path = slash + 1;
	return *path ? strndup(path, COMM_BYTES) : NULL;
}

void html_samples_start(struct html_samples *samples, const struct denet_start *start)
{
	char *name = name_of(&start->command);

	samples->start_ms = start->t0_ms;
	if (!name)
		return;
	free(samples->root_name);
	samples->root_name = name;
}

static void merge(struct html_span *span, const struct html_span *next)
{
	if (isnan(span->low)) {
		*span = *next;
		return;
	}
	if (isnan(next->low))
		return;
	/* Which of the two comes first in both together. */
	if (next->high > span->high && next->low < span->low)
		span->is_falling = next->is_falling;
	else if (next->high > span->high)
		span->is_falling = false;
	else if (next->low < span->low)
		span->is_falling = true;
	span->low = fmin(span->low, next->low);
	span->high = fmax(span->high, next->high);
}

/* True when memory by program is to be that of the next one. */
static bool merge_column(struct html_column *column, const struct html_column *next)
{
	bool is_larger = next->rss_kb > column->rss_kb;

	column->last_ms = next->last_ms;
	if (is_larger)
		column->rss_kb = next->rss_kb;
	for (size_t i = 0; i < HTML_LINES; i++)
		merge(&column->spans[i], &next->spans[i]);
	return is_larger;
}

static void halve(struct html_samples *samples)
{
	bool is_second[HTML_COLUMNS / 2] = { false };

	for (size_t i = 0; i < HTML_COLUMNS / 2; i++) {
		samples->columns[i] = samples->columns[2 * i];
		is_second[i] = merge_column(&samples->columns[i], &samples->columns[2 * i + 1]);
	}
	html_lanes_pick_pairs(&samples->memory, is_second);
	samples->count = HTML_COLUMNS / 2;
	samples->each *= 2;
}

static double figure_of(uint64_t value)
{
	return value == DENET_UNKNOWN ? NAN : (double)value;
}

/* A counter that falls is another run's, or damaged. */
static double rate_of(struct html_samples *samples, size_t line, uint64_t value, uint64_t span_ms)
{
	uint64_t last = samples->last[line];

	samples->last[line] = value;
	if (value == DENET_UNKNOWN || last == DENET_UNKNOWN || value < last || !span_ms)
		return NAN;
	return (double)(value - last) * 1000 / (double)span_ms;
}

static void take_figures(struct html_samples *samples, const struct denet_tree *tree,
			 double ret_figures[HTML_LINES])
{
	const struct denet_sample *all = &tree->aggregated;
	uint64_t span_ms = samples->last_ms ? tree->ts_ms - samples->last_ms : 0;
	bool is_over = tree->aggregated_is_over;

	ret_figures[HTML_LINE_CPU] =
		rate_of(samples, HTML_LINE_CPU, all->used.cpu_time_ns, span_ms) / NS_PER_S;
	ret_figures[HTML_LINE_READ] =
		rate_of(samples, HTML_LINE_READ, all->used.disk_read_bytes, span_ms);
	ret_figures[HTML_LINE_WRITE] =
		rate_of(samples, HTML_LINE_WRITE, all->used.disk_write_bytes, span_ms);
	/* Of what has ended the last that was known is told again. */
	ret_figures[HTML_LINE_RSS] = is_over ? NAN : figure_of(all->mem_rss_kb);
	ret_figures[HTML_LINE_PSS] = is_over ? NAN : figure_of(all->pss_kb);
	ret_figures[HTML_LINE_PROCESSES] = is_over ? NAN : figure_of(tree->process_count);
	ret_figures[HTML_LINE_PRESSURE_SOME] = all->psi_some_avg10;
	ret_figures[HTML_LINE_PRESSURE_FULL] = all->psi_full_avg10;
}

static int add_memory(struct html_samples *samples, const char *name, uint64_t rss_kb,
		      size_t column, double *left_kb)
{
	struct html_lane *lane;

	if (rss_kb == DENET_UNKNOWN || !rss_kb)
		return 0;
	lane = html_lanes_of(&samples->memory, name);
	if (!lane)
		return -ENOMEM;
	lane->values[column] += (double)rss_kb;
	if (lane->values[column] > lane->weight)
		lane->weight = lane->values[column];
	*left_kb -= (double)rss_kb;
	return 0;
}

static void clear_memory(struct html_samples *samples, size_t column)
{
	for (size_t i = 0; i < samples->memory.count; i++)
		samples->memory.lanes[i]->values[column] = 0;
	samples->memory.others[column] = 0;
}

/* What the sample does not list goes to the others. */
static int take_memory(struct html_samples *samples, const struct denet_tree *tree, size_t column,
		       double rss_kb)
{
	double left_kb = rss_kb;
	int r;

	clear_memory(samples, column);
	r = add_memory(samples, samples->root_name,
		       tree->parent_is_over ? 0 : tree->parent.mem_rss_kb, column, &left_kb);
	for (size_t i = 0; i < tree->children_count && !r; i++)
		r = add_memory(samples, tree->children[i].comm, tree->children[i].sample.mem_rss_kb,
			       column, &left_kb);
	if (left_kb > 0)
		samples->memory.others[column] += left_kb;
	return r;
}

static int64_t since_start(const struct html_samples *samples, uint64_t ts_ms)
{
	return (int64_t)(ts_ms - samples->start_ms);
}

static void add_column(struct html_samples *samples, const struct denet_tree *tree)
{
	double figures[HTML_LINES];
	struct html_column *column = &samples->columns[samples->count];
	struct html_column next = {
		.from_ms = since_start(samples, samples->last_ms ? samples->last_ms : tree->ts_ms),
		.first_ms = since_start(samples, tree->ts_ms),
		.last_ms = since_start(samples, tree->ts_ms),
	};
	bool is_shown = true;

	take_figures(samples, tree, figures);
	for (size_t i = 0; i < HTML_LINES; i++)
		next.spans[i] = (struct html_span){ .low = figures[i], .high = figures[i] };
	if (!isnan(figures[HTML_LINE_RSS]))
		next.rss_kb = figures[HTML_LINE_RSS];
	if (samples->in_last) {
		is_shown = merge_column(column, &next);
	} else {
		*column = next;
	}
	if (is_shown && next.rss_kb > 0)
		samples->failure = take_memory(samples, tree, samples->count, next.rss_kb);
}

void html_samples_add(struct html_samples *samples, const struct denet_tree *tree)
{
	samples->seen++;
	if (!samples->start_ms)
		samples->start_ms = tree->ts_ms;
	/* The wall clock may have been set back. */
	if (tree->ts_ms < samples->last_ms || tree->ts_ms < samples->start_ms) {
		samples->set_back++;
		return;
	}
	if (samples->failure)
		return;
	add_column(samples, tree);
	samples->last_ms = tree->ts_ms;
	if (++samples->in_last < samples->each)
		return;
	samples->in_last = 0;
	if (++samples->count == HTML_COLUMNS)
		halve(samples);
}
