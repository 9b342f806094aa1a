/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What several runs say of a figure, and whether two sets of them differ. */
#ifndef DENET_ANALYSIS_STATISTICS_H
#define DENET_ANALYSIS_STATISTICS_H

#include <stddef.h>

struct statistics_spread {
	double median;
	double lower; /* quartiles, between two values in proportion; of one value that value */
	double upper;
	double min;
	double max;
};

/* Sorts the values. All are NaN when there are none. */
struct statistics_spread statistics_spread_of(double values[], size_t count);

/*
 * The probability that two sets of one and the same kind differ by so much or more, in either direction:
 * Mann and Whitney's U. Exact for small sets without ties, else by the normal distribution. 1 when a set is
 * empty or memory is wanting.
 */
double statistics_mann_whitney(const double a[], size_t a_count, const double b[], size_t b_count);

/*
 * Holm's correction, in place: each p is then that of the whole table, so that the chance of any false
 * verdict in it stays below the bound. A NaN was not tested, and stays. At most STATISTICS_HOLM_MAX.
 */
#define STATISTICS_HOLM_MAX 256
void statistics_holm(double p[], size_t count);

#endif
