/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/series.h"

#include "denet/denet.h"
#include "util/units.h"

#define FIRST_STEP_MS 100 /* no two samples are nearer, unless that was asked for */

static void widen(struct series *series)
{
	size_t half = SERIES_COLUMNS_MAX / 2;

	for (size_t i = 0; i < half; i++) {
		uint64_t a = series->memory_kb[2 * i], b = series->memory_kb[2 * i + 1];

		series->cpu_ns[i] = series->cpu_ns[2 * i] + series->cpu_ns[2 * i + 1];
		series->memory_kb[i] = a > b ? a : b;
	}
	for (size_t i = half; i < SERIES_COLUMNS_MAX; i++) {
		series->cpu_ns[i] = 0;
		series->memory_kb[i] = 0;
	}
	series->step_ms *= 2;
	series->count = (series->count + 1) / 2;
}

static size_t column_of(const struct series *series, uint64_t ts_ms)
{
	return (size_t)((ts_ms - series->first_ms) / series->step_ms);
}

/* What was used since the sample before, evenly over that time. */
static void spread(struct series *series, uint64_t to_ms, double cpu_ns, uint64_t memory_kb)
{
	double per_ms = cpu_ns / (double)(to_ms - series->last_ms);
	uint64_t at_ms = series->last_ms;

	while (at_ms < to_ms) {
		size_t column = column_of(series, at_ms);
		uint64_t end_ms = series->first_ms + (column + 1) * series->step_ms;

		/* A damaged record may tell of the end of all time, behind which it begins anew. */
		if (end_ms > to_ms || end_ms < at_ms)
			end_ms = to_ms;
		series->cpu_ns[column] += per_ms * (double)(end_ms - at_ms);
		if (memory_kb > series->memory_kb[column])
			series->memory_kb[column] = memory_kb;
		at_ms = end_ms;
	}
}

void series_add(struct series *series, uint64_t ts_ms, uint64_t cpu_time_ns, uint64_t memory_kb)
{
	double used = 0;

	if (ts_ms == DENET_UNKNOWN)
		return;
	/* As the monitor has it, when all has ended: what was known last. */
	if (memory_kb != DENET_UNKNOWN)
		series->last_memory_kb = memory_kb;
	if (!series->step_ms) {
		series->step_ms = FIRST_STEP_MS;
		series->first_ms = series->last_ms = ts_ms;
		series->last_cpu_ns = cpu_time_ns;
		return;
	}
	/* The wall clock may have been set back. */
	if (ts_ms <= series->last_ms)
		return;
	while (column_of(series, ts_ms - 1) >= SERIES_COLUMNS_MAX)
		widen(series);
	if (cpu_time_ns != DENET_UNKNOWN && series->last_cpu_ns != DENET_UNKNOWN &&
	    cpu_time_ns > series->last_cpu_ns)
		used = (double)(cpu_time_ns - series->last_cpu_ns);
	spread(series, ts_ms, used, series->last_memory_kb);
	series->count = column_of(series, ts_ms - 1) + 1;
	series->last_ms = ts_ms;
	if (cpu_time_ns != DENET_UNKNOWN)
		series->last_cpu_ns = cpu_time_ns;
}

/* The last column may have begun only now. */
double series_cores(const struct series *series, size_t column)
{
	uint64_t from_ms = series->first_ms + column * series->step_ms;
	uint64_t span_ms = series->step_ms;

	if (column + 1 == series->count)
		span_ms = series->last_ms - from_ms;
	return series->cpu_ns[column] / ((double)span_ms * (double)NS_PER_MS);
}
