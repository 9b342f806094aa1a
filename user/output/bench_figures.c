/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What all tables of a bench go by. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics/keys.h"
#include "output/bench_internal.h"
#include "output/budget_view.h"

/* Of quartile distances from the quartile; and a share of the median, as a clock of coarse steps has no spread. */
#define NS_PER_S 1e9
#define OUTLIER_DISTANCES 3
#define OUTLIER_SHARE 0.02

static const char *key_at(size_t offset)
{
	const struct denet_metric *metric;
	size_t at;

	for (size_t i = 0; (metric = denet_record_metric(DENET_RECORD_SUMMARY, i, &at)); i++)
		if (at == offset && metric->form == DENET_FORM_U64)
			return metric->key;
	return NULL;
}

const struct denet_difference *bench_row(const struct denet_comparison *comparison, size_t offset)
{
	const char *key = key_at(offset);
	const struct denet_difference *row;

	for (size_t i = 0; key && (row = denet_comparison_figure(comparison, i)); i++)
		if (strcmp(row->name, key) == 0)
			return row;
	return NULL;
}

bool bench_has_pss(const struct denet_comparison *comparison)
{
	return denet_comparison_figure(comparison, BENCH_PEAK) ==
	       bench_row(comparison, offsetof(struct denet_summary, peak_pss_kb));
}

struct human bench_amount(const struct denet_difference *row, double amount)
{
	struct human none = { "n/a" };

	if (isnan(amount))
		return none;
	if (strcmp(row->unit, "ns") != 0 || amount < 0)
		return budget_view_amount(row->unit, amount);
	return row->head.median < NS_PER_S ? human_milliseconds((uint64_t)(amount + 0.5))
					   : human_seconds((uint64_t)(amount + 0.5));
}

double bench_ratio(const struct denet_difference *row)
{
	return row->change + 1;
}

const char *bench_verdict(const struct denet_difference *row)
{
	static const char *const texts[] = {
		[DENET_VERDICT_NONE] = "",
		[DENET_VERDICT_NOISE] = "in the noise",
		[DENET_VERDICT_LESS] = "less",
		[DENET_VERDICT_MORE] = "more",
	};

	return texts[row->verdict];
}

bool bench_is_outlier(const struct denet_spread *spread, double value)
{
	double distance = OUTLIER_DISTANCES * (spread->upper - spread->lower);

	if (spread->count < DENET_VERDICT_RUNS ||
	    fabs(value - spread->median) <= OUTLIER_SHARE * spread->median)
		return false;
	return value > spread->upper + distance || value < spread->lower - distance;
}

double bench_value(const struct bench_run *run, const struct denet_difference *row)
{
	return strcmp(row->name, KEY_WALL_NS) == 0 ? (double)run->wall_ns
						   : (double)run->cpu_time_ns;
}

const struct denet_difference *bench_outlying(const struct bench_command *command,
					      const struct bench_run *run)
{
	for (size_t i = BENCH_WALL; i <= BENCH_CPU; i++) {
		const struct denet_difference *row =
			denet_comparison_figure(command->comparison, i);

		if (bench_is_outlier(&row->head, bench_value(run, row)))
			return row;
	}
	return NULL;
}
