/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/insight.h"

#define ROWS_DEFAULT 8
#define HEAVIEST_DEFAULT 3
#define SEGMENTS_DEFAULT 5

static size_t top_or(const struct options *options, size_t otherwise)
{
	return options->top ? (size_t)options->top : otherwise;
}

bool insight_has_rows(const struct options *options)
{
	return options->has_rows;
}

struct denet_rollup_options insight_rows(const struct options *options)
{
	/* In the order of the option's choices. */
	static const enum denet_rollup_by by[] = {
		DENET_ROLLUP_COMM,    DENET_ROLLUP_CMD,	   DENET_ROLLUP_EXE,
		DENET_ROLLUP_SUBTREE, DENET_ROLLUP_CGROUP, DENET_ROLLUP_USER,
	};

	return (struct denet_rollup_options){
		.size = sizeof(struct denet_rollup_options),
		.by = by[options->by],
		.sort = (enum denet_rollup_sort)options->sort,
		.under = options->under,
		.rows_max = top_or(options, ROWS_DEFAULT),
	};
}

static int take_heaviest(struct insight *insight, struct denet_analysis *analysis,
			 const struct options *options)
{
	const struct denet_rollup_options wanted = {
		.size = sizeof(wanted),
		.by = DENET_ROLLUP_PROCESS,
		.rows_max = top_or(options, HEAVIEST_DEFAULT),
	};

	insight->heaviest.size = sizeof(insight->heaviest);
	return denet_analysis_rollup(analysis, &wanted, &insight->heaviest);
}

static int take_rows(struct insight *insight, struct denet_analysis *analysis,
		     const struct options *options)
{
	const struct denet_rollup_options wanted = insight_rows(options);

	insight->rows.size = sizeof(insight->rows);
	insight->shown.rows = &insight->rows;
	insight->shown.rows_by = wanted.by;
	return denet_analysis_rollup(analysis, &wanted, &insight->rows);
}

int insight_take(struct insight *insight, struct denet_analysis *analysis,
		 const struct options *options)
{
	bool is_dropped = denet_analysis_dropped(analysis) > 0;
	int r;

	*insight = (struct insight){
		.waited = { .size = sizeof(insight->waited) },
		.parallel = { .size = sizeof(insight->parallel) },
		.series = { .size = sizeof(insight->series) },
		.shown = {
			.waited = &insight->waited,
			.parallel = &insight->parallel,
			.series = &insight->series,
			.heaviest = &insight->heaviest,
			.segments_max = top_or(options, SEGMENTS_DEFAULT),
			.is_long = options->verbose || is_dropped,
			.is_dropped = is_dropped,
		},
	};
	r = denet_analysis_waited(analysis, &insight->waited);
	if (!r)
		r = denet_analysis_parallel(analysis, &insight->parallel);
	if (!r)
		r = denet_analysis_series(analysis, &insight->series);
	if (!r)
		r = take_heaviest(insight, analysis, options);
	if (!r && insight_has_rows(options))
		r = take_rows(insight, analysis, options);
	return r;
}
