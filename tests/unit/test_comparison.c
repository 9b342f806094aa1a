/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "denet/denet.h"

#define S 1000000000u

/* Runs whose figures all spread a little: the wall time and the CPU of cc1, in seconds. */
static struct denet_runs *runs_of(uint64_t wall_s, uint64_t cc1_s, size_t count)
{
	struct denet_runs *runs;

	assert_int_equal(denet_runs_new(&runs), 0);
	for (size_t i = 0; i < count; i++) {
		char name[] = "cc1"; /* copied */
		struct denet_group groups[] = {
			{ .comm = name, .count = 1, .cpu_time_ns = cc1_s * S + i },
			{ .comm = "sh", .count = 1, .cpu_time_ns = S + i },
			{ .comm = "rare", .count = 1, .cpu_time_ns = 5 },
		};
		struct denet_summary summary = { .size = sizeof(summary) };

		summary.wall_ns = wall_s * S + i;
		summary.used.cpu_time_ns = (cc1_s + 1) * S + i;
		summary.peak_mem_rss_kb = 1000 + i;
		summary.peak_pss_kb = i ? 700 + i : DENET_UNKNOWN;
		summary.groups = groups;
		summary.groups_count = i ? 2 : 3;
		assert_int_equal(denet_runs_add(runs, &summary), 0);
		memset(name, 'x', sizeof(name) - 1);
	}
	assert_int_equal(denet_runs_count(runs), count);
	return runs;
}

/* Takes both. */
static struct denet_comparison *compare(struct denet_runs *base, struct denet_runs *head,
					size_t programs_max)
{
	struct denet_comparison *comparison;

	assert_int_equal(denet_compare(base, head, programs_max, &comparison), 0);
	denet_runs_free(base);
	denet_runs_free(head);
	return comparison;
}

static const struct denet_difference *figure(const struct denet_comparison *comparison, size_t i,
					     const char *name)
{
	const struct denet_difference *row = denet_comparison_figure(comparison, i);

	assert_non_null(row);
	assert_string_equal(row->name, name);
	return row;
}

static const struct denet_difference *program(const struct denet_comparison *comparison, size_t i,
					      const char *name)
{
	const struct denet_difference *row = denet_comparison_program(comparison, i);

	assert_non_null(row);
	assert_string_equal(row->name, name);
	return row;
}

static void three_figures_are_judged(void **state)
{
	struct denet_comparison *comparison = compare(runs_of(4, 20, 10), runs_of(4, 21, 10), 0);
	const struct denet_difference *row = figure(comparison, 0, "wall_ns");

	(void)state;
	assert_int_equal(row->verdict, DENET_VERDICT_NOISE);
	assert_int_equal(row->base.count, 10);
	assert_true(fabs(row->base.median - (4.0 * S + 4.5)) < 1e-3);
	row = figure(comparison, 1, "cpu_time_ns");
	assert_int_equal(row->verdict, DENET_VERDICT_MORE);
	assert_true(fabs(row->change - 1.0 / 21) < 1e-6);
	/* One of the runs was too short for PSS. */
	row = figure(comparison, 2, "peak_mem_rss_kb");
	assert_int_equal(row->verdict, DENET_VERDICT_NOISE);
	for (size_t i = 3; denet_comparison_figure(comparison, i); i++)
		assert_int_equal(denet_comparison_figure(comparison, i)->verdict,
				 DENET_VERDICT_NONE);
	denet_comparison_free(comparison);
}

static void each_figure_has_one_row(void **state)
{
	struct denet_comparison *comparison = compare(runs_of(4, 20, 2), runs_of(4, 21, 2), 0);
	const struct denet_difference *row;

	(void)state;
	for (size_t i = 0; (row = denet_comparison_figure(comparison, i)); i++)
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(row->name,
						denet_comparison_figure(comparison, k)->name);
	denet_comparison_free(comparison);
}

static void few_runs_are_not_judged(void **state)
{
	struct denet_comparison *few = compare(runs_of(4, 20, 4), runs_of(4, 30, 9), 0);
	struct denet_comparison *some = compare(runs_of(4, 30, 5), runs_of(4, 20, 9), 0);

	(void)state;
	assert_int_equal(figure(few, 1, "cpu_time_ns")->verdict, DENET_VERDICT_NONE);
	assert_true(isnan(figure(few, 1, "cpu_time_ns")->p));
	assert_int_equal(figure(some, 1, "cpu_time_ns")->verdict, DENET_VERDICT_LESS);
	assert_int_equal(program(some, 0, "cc1")->verdict, DENET_VERDICT_NONE);
	denet_comparison_free(few);
	denet_comparison_free(some);
}

static void programs_are_judged_together(void **state)
{
	struct denet_comparison *comparison = compare(runs_of(4, 21, 10), runs_of(4, 20, 10), 0);
	const struct denet_difference *row = program(comparison, 0, "cc1");

	(void)state;
	assert_int_equal(row->verdict, DENET_VERDICT_LESS);
	assert_true(row->p < 0.01);
	row = program(comparison, 1, "rare");
	assert_int_equal(row->verdict, DENET_VERDICT_NOISE);
	/* In nine of ten runs there was none. */
	assert_true(row->base.median < 0.5);
	assert_true(row->base.max > 4.5);
	assert_true(isnan(row->change));
	assert_int_equal(program(comparison, 2, "sh")->verdict, DENET_VERDICT_NOISE);
	assert_null(denet_comparison_program(comparison, 3));
	assert_int_equal(denet_comparison_omitted(comparison), 0);
	denet_comparison_free(comparison);
}

/* Whose CPU is most. */
static void rows_are_chosen_by_what_they_use(void **state)
{
	struct denet_comparison *comparison = compare(runs_of(4, 0, 10), runs_of(4, 0, 10), 1);

	(void)state;
	program(comparison, 0, "sh");
	assert_null(denet_comparison_program(comparison, 1));
	assert_int_equal(denet_comparison_omitted(comparison), 2);
	denet_comparison_free(comparison);
}

static void nothing_is_not_compared(void **state)
{
	struct denet_runs *none = runs_of(1, 1, 0);
	struct denet_comparison *comparison = NULL;

	(void)state;
	assert_int_equal(denet_compare(none, none, 0, &comparison), -ENODATA);
	assert_null(comparison);
	denet_runs_free(none);
	denet_runs_free(NULL);
	denet_comparison_free(NULL);
}

/* For budgets: as exact as the least exact, and with what was lost most. */
static void medians_are_told_as_one_run(void **state)
{
	struct denet_runs *runs = runs_of(4, 20, 4);
	struct denet_summary summary = { .size = sizeof(summary) };
	struct denet_summary median = { .size = sizeof(median) };

	(void)state;
	summary.accounting = DENET_ACCOUNTING_PROC;
	summary.wall_ns = 100 * (uint64_t)S;
	summary.peak_pss_kb = DENET_UNKNOWN;
	summary.avg_cpu_usage = (double)NAN;
	summary.tasks_lost = 3;
	summary.incomplete = "it broke off";
	summary.pss_is_bound = true;
	assert_int_equal(denet_runs_add(runs, &summary), 0);
	assert_int_equal(denet_runs_median(runs, &median), 0);
	assert_int_equal(median.wall_ns, 4 * (uint64_t)S + 2);
	assert_int_equal(median.peak_pss_kb, 702);
	assert_int_equal(median.tasks_lost, 3);
	assert_string_equal(median.incomplete, "it broke off");
	assert_true(median.pss_is_bound);
	assert_int_equal(median.accounting, DENET_ACCOUNTING_PROC);
	assert_int_equal(median.groups_count, 3);
	assert_string_equal(median.groups[0].comm, "cc1");
	assert_int_equal(median.groups[0].cpu_time_ns, 20 * (uint64_t)S + 1);
	assert_int_equal(median.groups[0].count, 1);
	/* In one of five there was one. */
	assert_string_equal(median.groups[2].comm, "rare");
	assert_int_equal(median.groups[2].count, 0);
	assert_int_equal(denet_runs_median(runs, &median), 0);
	denet_runs_free(runs);
}

static void budgets_judge_a_median(void **state)
{
	struct denet_runs *runs = runs_of(4, 20, 5), *none = runs_of(1, 1, 0);
	struct denet_summary median = { .size = sizeof(median) };
	struct denet_budget budget = { .size = sizeof(budget) };
	struct denet_budgets *budgets;

	(void)state;
	assert_int_equal(denet_runs_median(none, &median), -ENODATA);
	assert_int_equal(denet_budgets_new(&budgets), 0);
	assert_int_equal(denet_budgets_add(budgets, "programs[cc1].cpu_time > 19s", NULL), 0);
	assert_int_equal(denet_runs_median(runs, &median), 0);
	assert_int_equal(denet_budgets_check(budgets, 0, &median, &budget), 0);
	assert_int_equal(budget.outcome, DENET_BUDGET_BROKEN);
	denet_budgets_free(budgets);
	denet_runs_free(runs);
	denet_runs_free(none);
}

static void a_spread_is_of_what_is_known(void **state)
{
	double values[] = { 4, NAN, 2, 6, NAN };
	struct denet_spread spread;

	(void)state;
	denet_spread_of(values, 5, &spread);
	assert_int_equal(spread.count, 3);
	assert_true(spread.median > 3.9 && spread.median < 4.1);
	assert_true(spread.lower > 2.9 && spread.lower < 3.1 && spread.upper > 4.9);
	assert_true(spread.min < 2.1 && spread.max > 5.9);
	denet_spread_of(NULL, 0, &spread);
	assert_int_equal(spread.count, 0);
	assert_true(isnan(spread.median) && isnan(spread.max));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(three_figures_are_judged),
		cmocka_unit_test(each_figure_has_one_row),
		cmocka_unit_test(few_runs_are_not_judged),
		cmocka_unit_test(programs_are_judged_together),
		cmocka_unit_test(rows_are_chosen_by_what_they_use),
		cmocka_unit_test(nothing_is_not_compared),
		cmocka_unit_test(medians_are_told_as_one_run),
		cmocka_unit_test(budgets_judge_a_median),
		cmocka_unit_test(a_spread_is_of_what_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
