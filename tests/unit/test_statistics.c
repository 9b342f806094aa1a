/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/statistics.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#define NEAR(value, expected) assert_true(fabs((value) - (expected)) < 1e-9)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define P_MAX 0.01
#define SIDE 10 /* runs a side */
#define RUNS 44 /* of the fixture */
#define FIGURES 3
#define COLUMNS 7 /* with the CPU of its four programs */

static void spread_is_of_the_sorted_values(void **state)
{
	double values[] = { 4, 1, 3, 2, 10 };
	struct statistics_spread spread = statistics_spread_of(values, COUNT(values));

	(void)state;
	NEAR(spread.median, 3);
	NEAR(spread.lower, 2);
	NEAR(spread.upper, 4);
	NEAR(spread.min, 1);
	NEAR(spread.max, 10);
	NEAR(statistics_spread_of((double[]){ 1, 2, 4, 8 }, 4).median, 3);
	NEAR(statistics_spread_of((double[]){ 1, 2, 4, 8 }, 4).lower, 1.75);
	NEAR(statistics_spread_of((double[]){ 7 }, 1).upper, 7);
	assert_true(isnan(statistics_spread_of(NULL, 0).median));
}

/* Of all C(10, 5) = 252 orders one alone has U = 0, and one U = 1. */
static void small_sets_without_ties_are_exact(void **state)
{
	(void)state;
	NEAR(statistics_mann_whitney((double[]){ 1, 2, 3, 4, 5 }, 5, (double[]){ 6, 7, 8, 9, 10 },
				     5),
	     2.0 / 252);
	NEAR(statistics_mann_whitney((double[]){ 6, 7, 8, 9, 10 }, 5, (double[]){ 1, 2, 3, 4, 5 },
				     5),
	     2.0 / 252);
	NEAR(statistics_mann_whitney((double[]){ 1, 2, 3, 4, 6 }, 5, (double[]){ 5, 7, 8, 9, 10 },
				     5),
	     4.0 / 252);
	NEAR(statistics_mann_whitney((double[]){ 1 }, 1, (double[]){ 2, 3 }, 2), 2.0 / 3);
	/* Of different sizes: U = 2 has two orders of C(7, 3) = 35, as 0 and 1 have one each. */
	NEAR(statistics_mann_whitney((double[]){ 1, 2, 5 }, 3, (double[]){ 3, 4, 6, 7 }, 4),
	     8.0 / 35);
	NEAR(statistics_mann_whitney((double[]){ 1, 4 }, 2, (double[]){ 2, 3 }, 2), 1);
	NEAR(statistics_mann_whitney(NULL, 0, (double[]){ 2, 3 }, 2), 1);
}

/* U = 1.5 of 16, one tie of two: sd = sqrt(16 / 12 * (9 - 6 / 56)), half a step taken off. */
static void ties_are_corrected_for(void **state)
{
	double deviation = sqrt(16.0 / 12 * (9 - 6.0 / 56));
	double p =
		statistics_mann_whitney((double[]){ 1, 2, 3, 5 }, 4, (double[]){ 4, 5, 6, 7 }, 4);

	(void)state;
	NEAR(p, erfc((8 - 1.5 - 0.5) / deviation / sqrt(2)));
	NEAR(statistics_mann_whitney((double[]){ 3, 3, 3 }, 3, (double[]){ 3, 3, 3 }, 3), 1);
}

static void large_sets_are_taken_as_normal(void **state)
{
	double a[30], b[30];

	(void)state;
	for (size_t i = 0; i < COUNT(a); i++) {
		a[i] = (double)i;
		b[i] = (double)i + 100;
	}
	NEAR(statistics_mann_whitney(a, 30, b, 30),
	     erfc((450 - 0.5) / sqrt(900.0 / 12 * 61) / sqrt(2)));
}

static void holm_counts_what_is_left(void **state)
{
	double p[] = { 0.04, NAN, 0.001, 0.03, 0.9 };

	(void)state;
	statistics_holm(p, COUNT(p));
	NEAR(p[2], 0.004);
	NEAR(p[3], 0.09);
	NEAR(p[0], 0.09); /* 0.08 by itself: the order stays */
	NEAR(p[4], 0.9);
	assert_true(isnan(p[1]));
}

/* The same numbers on every machine. */
static uint64_t next(uint64_t *seed)
{
	*seed = *seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return *seed >> 33;
}

static double next_part(uint64_t *seed)
{
	return ((double)next(seed) + 0.5) / 2147483648.0;
}

static void read_runs(double runs[RUNS][COLUMNS])
{
	FILE *file = fopen(FIXTURES "/runs/build.txt", "re");
	char line[512];
	size_t count = 0;

	assert_non_null(file);
	while (fgets(line, sizeof(line), file)) {
		char *rest = line;

		if (line[0] == '#')
			continue;
		assert_true(count < RUNS);
		for (size_t c = 0; c < COLUMNS; c++)
			runs[count][c] = strtod(rest, &rest);
		assert_true(runs[count][0] > 0 && runs[count][1] > 0);
		count++;
	}
	(void)fclose(file);
	assert_int_equal(count, RUNS);
}

static void shuffle(double runs[RUNS][COLUMNS], uint64_t *seed)
{
	for (size_t i = RUNS - 1; i > 0; i--) {
		size_t other = next(seed) % (i + 1);
		double kept[COLUMNS];

		memcpy(kept, runs[i], sizeof(kept));
		memcpy(runs[i], runs[other], sizeof(kept));
		memcpy(runs[other], kept, sizeof(kept));
	}
}

static double p_of_column(double runs[RUNS][COLUMNS], size_t column)
{
	double base[SIDE], head[SIDE];

	for (size_t i = 0; i < SIDE; i++) {
		base[i] = runs[i][column];
		head[i] = runs[SIDE + i][column];
	}
	return statistics_mann_whitney(base, SIDE, head, SIDE);
}

/* What is one and the same is seldom called different: 200 draws of 10 and 10 from 44 real runs. */
static void equal_sets_are_seldom_told_apart(void **state)
{
	unsigned int verdicts[FIGURES] = { 0 }, with_program = 0;
	double runs[RUNS][COLUMNS];
	uint64_t seed = 13;

	(void)state;
	read_runs(runs);
	for (int draw = 0; draw < 200; draw++) {
		double p[COLUMNS - FIGURES];
		bool is_any = false;

		shuffle(runs, &seed);
		for (size_t c = 0; c < FIGURES; c++)
			verdicts[c] += p_of_column(runs, c) < P_MAX;
		for (size_t c = FIGURES; c < COLUMNS; c++)
			p[c - FIGURES] = p_of_column(runs, c);
		statistics_holm(p, COUNT(p));
		for (size_t i = 0; i < COUNT(p); i++)
			is_any = is_any || p[i] < P_MAX;
		with_program += is_any;
	}
	for (size_t c = 0; c < FIGURES; c++)
		if (verdicts[c] > 6)
			fail_msg("%u verdicts on figure %zu", verdicts[c], c);
	assert_true(with_program <= 6);
}

/* By Box and Muller. */
static double next_normal(uint64_t *seed)
{
	double radius = sqrt(-2 * log(next_part(seed)));

	return radius * cos(2 * 3.14159265358979323846 * next_part(seed));
}

static void five_percent_are_found(void **state)
{
	unsigned int found = 0;
	uint64_t seed = 13;

	(void)state;
	for (int draw = 0; draw < 100; draw++) {
		double base[SIDE], head[SIDE];

		for (size_t i = 0; i < SIDE; i++) {
			base[i] = 1 + 0.02 * next_normal(&seed);
			head[i] = 1.05 * (1 + 0.02 * next_normal(&seed));
		}
		found += statistics_mann_whitney(base, SIDE, head, SIDE) < P_MAX;
	}
	if (found < 95)
		fail_msg("found %u times of 100", found);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(spread_is_of_the_sorted_values),
		cmocka_unit_test(small_sets_without_ties_are_exact),
		cmocka_unit_test(ties_are_corrected_for),
		cmocka_unit_test(large_sets_are_taken_as_normal),
		cmocka_unit_test(holm_counts_what_is_left),
		cmocka_unit_test(equal_sets_are_seldom_told_apart),
		cmocka_unit_test(five_percent_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
