/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/statistics.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

#define EXACT_MAX 20 /* a set of more is as good as normal */

static int compare(const void *a, const void *b)
{
	double x, y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return (x > y) - (x < y);
}

/* Of sorted values; part is from 0 to 1. */
static double quantile(const double values[], size_t count, double part)
{
	double at = part * (double)(count - 1);
	size_t below = (size_t)at;

	if (below + 1 >= count)
		return values[count - 1];
	return values[below] + (at - (double)below) * (values[below + 1] - values[below]);
}

struct statistics_spread statistics_spread_of(double values[], size_t count)
{
	if (count == 0)
		return (struct statistics_spread){ NAN, NAN, NAN, NAN, NAN };
	qsort(values, count, sizeof(values[0]), compare);
	return (struct statistics_spread){
		.median = quantile(values, count, 0.5),
		.lower = quantile(values, count, 0.25),
		.upper = quantile(values, count, 0.75),
		.min = values[0],
		.max = values[count - 1],
	};
}

struct ranked {
	double value; /* the first: compare() reads it */
	bool is_of_a;
};

/* Sum of the ranks of a, ties sharing theirs; and the sum of t^3 - t over all ties of t values. */
static double rank(const struct ranked all[], size_t count, double *ret_ties)
{
	double sum = 0;

	*ret_ties = 0;
	for (size_t from = 0, to; from < count; from = to) {
		double tied;

		for (to = from + 1; to < count && all[to].value <= all[from].value; to++)
			;
		tied = (double)(to - from);
		*ret_ties += tied * tied * tied - tied;
		for (size_t i = from; i < to; i++)
			if (all[i].is_of_a)
				sum += (double)(from + 1 + to) / 2;
	}
	return sum;
}

/*
 * How many of all orders of m and n values have each U, as a share of 1: an order ends with one of the m,
 * which is above all n, or with one of the n.
 */
static double exact_share(size_t m, size_t n, size_t u_max)
{
	double shares[EXACT_MAX + 1][EXACT_MAX * EXACT_MAX + 1] = { { 0 } };
	double sum = 0;

	for (size_t k = 0; k <= n; k++)
		shares[k][0] = 1;
	for (size_t i = 1; i <= m; i++) {
		/* Row k is that of i - 1 values of a until it is made anew, from the row before it. */
		for (size_t k = 1; k <= n; k++) {
			double with_a = (double)i / (double)(i + k);

			for (size_t u = i * k + 1; u-- > 0;)
				shares[k][u] = (u >= k ? with_a * shares[k][u - k] : 0) +
					       (1 - with_a) * shares[k - 1][u];
		}
	}
	for (size_t u = 0; u <= u_max && u <= m * n; u++)
		sum += shares[n][u];
	return sum;
}

/* With a correction for steps of a half, which ranks have, and for ties. */
static double normal_p(double u, size_t a_count, size_t b_count, double ties)
{
	double m = (double)a_count, n = (double)b_count, all = m + n;
	double variance = m * n / 12 * (all + 1 - ties / (all * (all - 1)));
	double distance = m * n / 2 - u - 0.5;

	if (variance <= 0 || distance <= 0)
		return 1;
	return erfc(distance / sqrt(variance) / sqrt(2));
}

double statistics_mann_whitney(const double a[], size_t a_count, const double b[], size_t b_count)
{
	size_t count = a_count + b_count;
	AUTO_FREE struct ranked *all = calloc(count ? count : 1, sizeof(*all));
	double ties, u, p;

	if (!all || a_count == 0 || b_count == 0)
		return 1;
	for (size_t i = 0; i < count; i++) {
		all[i].is_of_a = i < a_count;
		all[i].value = i < a_count ? a[i] : b[i - a_count];
	}
	qsort(all, count, sizeof(*all), compare);
	u = rank(all, count, &ties) - (double)a_count * (double)(a_count + 1) / 2;
	u = fmin(u, (double)a_count * (double)b_count - u);
	if (ties > 0 || a_count > EXACT_MAX || b_count > EXACT_MAX)
		return normal_p(u, a_count, b_count, ties);
	p = 2 * exact_share(a_count, b_count, (size_t)u);
	return p < 1 ? p : 1;
}

/* The smallest that is not done; count when all are. */
static size_t find_least(const double p[], const bool done[], size_t count)
{
	size_t least = count;

	for (size_t i = 0; i < count; i++)
		if (!done[i] && !isnan(p[i]) && (least == count || p[i] < p[least]))
			least = i;
	return least;
}

void statistics_holm(double p[], size_t count)
{
	bool done[STATISTICS_HOLM_MAX] = { false };
	size_t left = 0;
	double floor = 0;

	if (count > STATISTICS_HOLM_MAX)
		count = STATISTICS_HOLM_MAX;
	for (size_t i = 0; i < count; i++)
		left += !isnan(p[i]);
	for (; left > 0; left--) {
		size_t least = find_least(p, done, count);

		if (least == count)
			return;
		floor = fmax(floor, fmin(1, p[least] * (double)left));
		p[least] = floor;
		done[least] = true;
	}
}
