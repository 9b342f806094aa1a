/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What lies in the middle of a set of runs, told as one run: denet/comparison.h. */
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/figures.h"
#include "analysis/runs.h"
#include "analysis/statistics.h"
#include "util/cleanup.h"
#include "util/sized.h"

/* Sorts the values, of which those that are NaN are not known. */
static double median_of(double values[], size_t count)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]))
			values[known++] = values[i];
	return statistics_spread_of(values, known).median;
}

static uint64_t whole_of(double value)
{
	return isnan(value) ? DENET_UNKNOWN : (uint64_t)(value + 0.5);
}

/* One loss is enough for figures to be bounds: the most counts. */
static bool is_loss(const struct figure *figure)
{
	return figure->offset == offsetof(struct denet_summary, events_lost) ||
	       figure->offset == offsetof(struct denet_summary, records_lost) ||
	       figure->offset == offsetof(struct denet_summary, tasks_lost);
}

static void put_figures(const struct denet_runs *runs, double values[],
			struct denet_summary *summary)
{
	struct figure figure;

	for (size_t i = 0; figures_get(false, i, &figure); i++) {
		char *at = (char *)summary + figure.offset;
		double value;
		uint64_t whole;

		for (size_t k = 0; k < runs->count; k++)
			values[k] = runs->runs[k].figures[i];
		value = is_loss(&figure) ? statistics_spread_of(values, runs->count).max
					 : median_of(values, runs->count);
		whole = whole_of(value);
		if (figure.form == DENET_FORM_U64)
			memcpy(at, &whole, sizeof(whole));
		else
			memcpy(at, &value, sizeof(value));
	}
}

static uint64_t median_of_program(const struct denet_runs *runs, const char *comm, size_t offset,
				  double of_none, double values[])
{
	for (size_t i = 0; i < runs->count; i++) {
		const struct runs_program *program = runs_program_find(&runs->runs[i], comm);

		values[i] = of_none;
		if (program)
			memcpy(&values[i], (const char *)program + offset, sizeof(values[i]));
	}
	return whole_of(median_of(values, runs->count));
}

static struct denet_group group_of(const struct denet_runs *runs, const char *comm, double values[])
{
#define MEDIAN(field, of_none) \
	median_of_program(runs, comm, offsetof(struct runs_program, field), of_none, values)
	return (struct denet_group){
		.comm = comm,
		.count = MEDIAN(count, 0),
		.failed = MEDIAN(failed, 0),
		.cpu_time_ns = MEDIAN(cpu_ns, 0),
		.peak_rss_kb = MEDIAN(peak_rss_kb, NAN),
	};
#undef MEDIAN
}

/* Equal names have equal pointers. */
static bool has_group(const struct denet_group groups[], size_t count, const char *comm)
{
	for (size_t i = 0; i < count; i++)
		if (groups[i].comm == comm)
			return true;
	return false;
}

static int by_cpu(const void *a, const void *b)
{
	const struct denet_group *x = a, *y = b;

	return (x->cpu_time_ns < y->cpu_time_ns) - (x->cpu_time_ns > y->cpu_time_ns);
}

static int put_programs(struct denet_runs *runs, double values[], struct denet_summary *summary)
{
	size_t room = 0, count = 0;

	for (size_t i = 0; i < runs->count; i++)
		room += runs->runs[i].programs_count;
	free(runs->medians);
	runs->medians = calloc(room + 1, sizeof(*runs->medians));
	if (!runs->medians)
		return -ENOMEM;
	for (size_t i = 0; i < runs->count; i++)
		for (size_t k = 0; k < runs->runs[i].programs_count; k++) {
			const char *comm = runs->runs[i].programs[k].comm;

			if (!has_group(runs->medians, count, comm))
				runs->medians[count++] = group_of(runs, comm, values);
		}
	qsort(runs->medians, count, sizeof(*runs->medians), by_cpu);
	summary->groups = runs->medians;
	summary->groups_count = count;
	return 0;
}

int denet_runs_median(struct denet_runs *runs, struct denet_summary *ret_summary)
{
	struct denet_summary summary = {
		.size = sizeof(summary),
		.accounting = runs->accounting,
		.pss_is_bound = runs->pss_is_bound,
		.pss_is_rough = runs->pss_is_rough,
		.incomplete = runs->incomplete,
	};
	AUTO_FREE double *values = NULL;
	int r;

	if (!runs->count)
		return -ENODATA;
	values = calloc(runs->count, sizeof(*values));
	if (!values)
		return -ENOMEM;
	put_figures(runs, values, &summary);
	r = put_programs(runs, values, &summary);
	if (!r)
		sized_give(ret_summary, &summary, sizeof(summary));
	return r;
}
