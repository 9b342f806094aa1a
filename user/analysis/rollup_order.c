/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/rollup_order.h"

#include <stdlib.h>
#include <string.h>

/* What is not known comes last. */
static uint64_t weight_of(const struct denet_rollup_row *row, enum denet_rollup_sort sort)
{
	switch (sort) {
	case DENET_ROLLUP_BY_WALL:
		return row->wall_ns + 1;
	case DENET_ROLLUP_BY_PEAK:
		return row->peak_rss_kb + 1;
	case DENET_ROLLUP_BY_RUNS:
		return row->runs;
	default:
		return row->cpu_time_ns;
	}
}

static int compare(const struct denet_rollup_row *x, const struct denet_rollup_row *y,
		   enum denet_rollup_sort sort)
{
	uint64_t a = weight_of(x, sort), b = weight_of(y, sort);

	if (a != b)
		return a < b ? 1 : -1;
	if (x->cpu_time_ns != y->cpu_time_ns)
		return x->cpu_time_ns < y->cpu_time_ns ? 1 : -1;
	if (x->pid != y->pid)
		return x->pid < y->pid ? -1 : 1;
	return strcmp(x->name, y->name);
}

static int by_cpu(const void *a, const void *b)
{
	return compare(a, b, DENET_ROLLUP_BY_CPU);
}

static int by_wall(const void *a, const void *b)
{
	return compare(a, b, DENET_ROLLUP_BY_WALL);
}

static int by_peak(const void *a, const void *b)
{
	return compare(a, b, DENET_ROLLUP_BY_PEAK);
}

static int by_runs(const void *a, const void *b)
{
	return compare(a, b, DENET_ROLLUP_BY_RUNS);
}

void rollup_order(struct denet_rollup_row rows[], size_t count, enum denet_rollup_sort sort)
{
	static int (*const orders[])(const void *, const void *) = { by_cpu, by_wall, by_peak,
								     by_runs };

	qsort(rows, count, sizeof(*rows), orders[sort]);
}
