/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/expression.h"
#include "analysis/figures.h"
#include "analysis/runs.h"
#include "analysis/statistics.h"
#include "util/cleanup.h"
#include "util/error.h"

#define P_MAX 0.01
#define JUDGED 3 /* figures: wall time, CPU, peak */

struct denet_comparison {
	struct denet_difference *figures; /* owned */
	size_t figures_count;
	struct denet_difference *programs; /* owned */
	size_t programs_count;
	size_t omitted;
	struct names names;
};

static void denet_comparison_freep(struct denet_comparison **comparison)
{
	denet_comparison_free(*comparison);
}

/* Room for the values of both sides. */
struct values {
	double *base; /* owned */
	double *head; /* behind it */
	size_t base_count;
	size_t head_count;
};

static void values_freep(struct values *values)
{
	free(values->base);
}

static int values_init(struct values *values, const struct denet_runs *base,
		       const struct denet_runs *head)
{
	values->base = calloc(base->count + head->count + 1, sizeof(*values->base));
	if (!values->base)
		return -ENOMEM;
	values->head = values->base + base->count;
	return 0;
}

static size_t take_figure(const struct denet_runs *runs, size_t figure, double *values)
{
	size_t count = 0;

	for (size_t i = 0; i < runs->count; i++)
		if (!isnan(runs->runs[i].figures[figure]))
			values[count++] = runs->runs[i].figures[figure];
	return count;
}

static size_t take_program(const struct denet_runs *runs, const char *comm, double *values)
{
	for (size_t i = 0; i < runs->count; i++)
		values[i] = runs_program_cpu(&runs->runs[i], comm);
	return runs->count;
}

static struct denet_spread spread_of(double *values, size_t count)
{
	struct statistics_spread spread = statistics_spread_of(values, count);

	return (struct denet_spread){
		.count = count,
		.median = spread.median,
		.lower = spread.lower,
		.upper = spread.upper,
		.min = spread.min,
		.max = spread.max,
	};
}

void denet_spread_of(double values[], size_t count, struct denet_spread *ret_spread)
{
	size_t known = 0;

	for (size_t i = 0; i < count; i++)
		if (!isnan(values[i]))
			values[known++] = values[i];
	*ret_spread = spread_of(values, known);
}

/* Sorts the values. With runs_min 0 nothing is judged. */
static void differ(struct denet_difference *difference, const struct values *values,
		   size_t runs_min)
{
	difference->base = spread_of(values->base, values->base_count);
	difference->head = spread_of(values->head, values->head_count);
	difference->change = difference->base.median > 0
				     ? difference->head.median / difference->base.median - 1
				     : NAN;
	difference->p = NAN;
	if (runs_min && values->base_count >= runs_min && values->head_count >= runs_min)
		difference->p = statistics_mann_whitney(values->base, values->base_count,
							values->head, values->head_count);
}

static void judge(struct denet_difference *difference)
{
	if (isnan(difference->p))
		difference->verdict = DENET_VERDICT_NONE;
	else if (difference->p >= P_MAX)
		difference->verdict = DENET_VERDICT_NOISE;
	else
		difference->verdict = difference->head.median > difference->base.median
					      ? DENET_VERDICT_MORE
					      : DENET_VERDICT_LESS;
}

static bool knows(const struct denet_runs *runs, size_t figure)
{
	for (size_t i = 0; i < runs->count; i++)
		if (isnan(runs->runs[i].figures[figure]))
			return false;
	return true;
}

static size_t index_of(size_t offset)
{
	struct figure figure;
	size_t i = 0;

	while (figures_get(false, i, &figure) && figure.offset != offset)
		i++;
	return i;
}

/* Shared pages once, if all runs were long enough for that; else what all of them have. */
static size_t index_of_peak(const struct denet_runs *base, const struct denet_runs *head)
{
	size_t pss = index_of(offsetof(struct denet_summary, peak_pss_kb));

	return knows(base, pss) && knows(head, pss)
		       ? pss
		       : index_of(offsetof(struct denet_summary, peak_mem_rss_kb));
}

static void add_figure(struct denet_comparison *comparison, const struct denet_runs *base,
		       const struct denet_runs *head, size_t index, struct values *values)
{
	struct denet_difference *row = &comparison->figures[comparison->figures_count];
	bool is_judged = comparison->figures_count < JUDGED;
	struct figure figure;

	if (!figures_get(false, index, &figure))
		return;
	values->base_count = take_figure(base, index, values->base);
	values->head_count = take_figure(head, index, values->head);
	row->name = figure.key;
	row->unit = figure.unit;
	differ(row, values, is_judged ? DENET_VERDICT_RUNS : 0);
	judge(row);
	comparison->figures_count++;
}

static int add_figures(struct denet_comparison *comparison, const struct denet_runs *base,
		       const struct denet_runs *head)
{
	const size_t first[JUDGED] = {
		index_of(offsetof(struct denet_summary, wall_ns)),
		index_of(offsetof(struct denet_summary, used.cpu_time_ns)),
		index_of_peak(base, head),
	};
	AUTO(values) struct values values = { 0 };
	size_t count = runs_figures_count();

	comparison->figures = calloc(count, sizeof(*comparison->figures));
	if (!comparison->figures || values_init(&values, base, head))
		return -ENOMEM;
	for (size_t i = 0; i < JUDGED; i++)
		add_figure(comparison, base, head, first[i], &values);
	for (size_t i = 0; i < count; i++)
		if (i != first[0] && i != first[1] && i != first[2])
			add_figure(comparison, base, head, i, &values);
	return 0;
}

static size_t programs_of(const struct denet_runs *runs)
{
	size_t count = 0;

	for (size_t i = 0; i < runs->count; i++)
		count += runs->runs[i].programs_count;
	return count;
}

/* Equal names have equal pointers among the comparison's own. */
static int add_names(struct denet_comparison *comparison, const struct denet_runs *runs)
{
	for (size_t i = 0; i < runs->count; i++)
		for (size_t k = 0; k < runs->runs[i].programs_count; k++) {
			const char *comm = runs->runs[i].programs[k].comm;
			size_t before = comparison->names.count;
			const char *name = names_add(&comparison->names, comm, strlen(comm));

			if (!name)
				return -ENOMEM;
			if (comparison->names.count > before)
				comparison->programs[comparison->programs_count++].name = name;
		}
	return 0;
}

static int by_name(double a, double b, const struct denet_difference *x,
		   const struct denet_difference *y)
{
	return a != b ? (a < b) - (a > b) : strcmp(x->name, y->name);
}

static int by_cpu(const void *a, const void *b)
{
	const struct denet_difference *x = a, *y = b;

	return by_name(fmax(x->base.median, x->head.median), fmax(y->base.median, y->head.median),
		       x, y);
}

static int by_change(const void *a, const void *b)
{
	const struct denet_difference *x = a, *y = b;

	return by_name(fabs(x->head.median - x->base.median), fabs(y->head.median - y->base.median),
		       x, y);
}

/* Which have a row is decided before any of them is judged. */
static void judge_programs(struct denet_comparison *comparison, size_t max)
{
	double p[STATISTICS_HOLM_MAX];
	size_t count = comparison->programs_count;

	if (!max || max > STATISTICS_HOLM_MAX)
		max = STATISTICS_HOLM_MAX;
	qsort(comparison->programs, count, sizeof(*comparison->programs), by_cpu);
	if (count > max)
		count = max;
	comparison->omitted = comparison->programs_count - count;
	comparison->programs_count = count;
	for (size_t i = 0; i < count; i++)
		p[i] = comparison->programs[i].p;
	statistics_holm(p, count);
	for (size_t i = 0; i < count; i++) {
		comparison->programs[i].p = p[i];
		judge(&comparison->programs[i]);
	}
	qsort(comparison->programs, count, sizeof(*comparison->programs), by_change);
}

static int add_programs(struct denet_comparison *comparison, const struct denet_runs *base,
			const struct denet_runs *head, size_t max)
{
	AUTO(values) struct values values = { 0 };
	int r;

	comparison->programs =
		calloc(programs_of(base) + programs_of(head) + 1, sizeof(*comparison->programs));
	if (!comparison->programs || values_init(&values, base, head))
		return -ENOMEM;
	r = add_names(comparison, base);
	if (!r)
		r = add_names(comparison, head);
	for (size_t i = 0; i < comparison->programs_count && !r; i++) {
		struct denet_difference *row = &comparison->programs[i];

		row->unit = "ns";
		values.base_count = take_program(base, row->name, values.base);
		values.head_count = take_program(head, row->name, values.head);
		differ(row, &values, DENET_VERDICT_PROGRAM_RUNS);
	}
	if (!r)
		judge_programs(comparison, max);
	return r;
}

int denet_compare(const struct denet_runs *base, const struct denet_runs *head, size_t programs_max,
		  struct denet_comparison **ret_comparison)
{
	AUTO(denet_comparison) struct denet_comparison *comparison = NULL;
	int r;

	if (!base->count || !head->count)
		return -ENODATA;
	comparison = calloc(1, sizeof(*comparison));
	if (!comparison)
		return -ENOMEM;
	r = add_figures(comparison, base, head);
	if (!r)
		r = add_programs(comparison, base, head, programs_max);
	if (r)
		return r;
	*ret_comparison = TAKE(comparison);
	return 0;
}

void denet_comparison_free(struct denet_comparison *comparison)
{
	if (!comparison)
		return;
	free(comparison->figures);
	free(comparison->programs);
	names_done(&comparison->names);
	free(comparison);
}

const struct denet_difference *denet_comparison_figure(const struct denet_comparison *comparison,
						       size_t index)
{
	return index < comparison->figures_count ? &comparison->figures[index] : NULL;
}

const struct denet_difference *denet_comparison_program(const struct denet_comparison *comparison,
							size_t index)
{
	return index < comparison->programs_count ? &comparison->programs[index] : NULL;
}

size_t denet_comparison_omitted(const struct denet_comparison *comparison)
{
	return comparison->omitted;
}

/* Of programs the CPU alone is compared. */
static const struct denet_difference *find_row(const struct denet_comparison *comparison,
					       const struct expression *expression)
{
	const struct figure *figure = &expression->figure;
	const struct denet_difference *row;

	if (figure->is_of_program && figure->offset != offsetof(struct denet_group, cpu_time_ns))
		return NULL;
	for (size_t i = 0;; i++) {
		row = figure->is_of_program ? denet_comparison_program(comparison, i)
					    : denet_comparison_figure(comparison, i);
		if (!row ||
		    strcmp(row->name, figure->is_of_program ? expression->comm : figure->key) == 0)
			return row;
	}
}

static bool holds(const struct expression *expression, double change)
{
	long double bound = expression->bound;

	switch (expression->relation) {
	case EXPRESSION_ABOVE:
		return change > bound;
	case EXPRESSION_AT_LEAST:
		return change >= bound;
	case EXPRESSION_BELOW:
		return change < bound;
	case EXPRESSION_AT_MOST:
		return change <= bound;
	default:
		return false;
	}
}

static enum denet_budget_outcome decide(const struct expression *expression,
					const struct denet_difference *row)
{
	/* From nothing to something is more than any share. */
	double change = row && isnan(row->change) ? INFINITY : row ? row->change : 0;

	if (!row)
		return DENET_BUDGET_UNKNOWN;
	if (row->verdict == DENET_VERDICT_NONE)
		return DENET_BUDGET_UNDECIDED;
	return row->verdict != DENET_VERDICT_NOISE && holds(expression, change)
		       ? DENET_BUDGET_BROKEN
		       : DENET_BUDGET_KEPT;
}

int denet_comparison_check(const struct denet_comparison *comparison, const char *expression,
			   enum denet_budget_outcome *ret_outcome,
			   const struct denet_difference **ret_row, struct denet_error *error)
{
	struct expression parsed;
	const struct denet_difference *row;
	int r = expression_parse_change(expression, strlen(expression), &parsed, error);

	if (r)
		return r;
	if (parsed.relation == EXPRESSION_EQUAL || parsed.relation == EXPRESSION_OTHER)
		return error_set(error, -EINVAL,
				 "'%s': a change is judged by one of > >= < <=", expression);
	if (!comparison)
		return 0;
	row = find_row(comparison, &parsed);
	*ret_outcome = decide(&parsed, row);
	if (ret_row)
		*ret_row = row;
	return 0;
}
