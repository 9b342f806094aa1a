/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_OUTPUT_BENCH_INTERNAL_H
#define DENET_OUTPUT_BENCH_INTERNAL_H

#include "output/bench.h"
#include "output/human.h"

/* In places of a comparison: wall time and CPU are its first figures, and one of two peaks. */
enum bench_first { BENCH_WALL, BENCH_CPU, BENCH_PEAK };

/* Of a field of struct denet_summary; NULL when it has none. */
const struct denet_difference *bench_row(const struct denet_comparison *comparison, size_t offset);

/* Whether the peak has shared pages once. */
bool bench_has_pss(const struct denet_comparison *comparison);

/* Times in the unit that the median has, to two decimals, so that they can be compared. */
struct human bench_amount(const struct denet_difference *row, double amount);

/* Against the first command; NaN where there is none. */
double bench_ratio(const struct denet_difference *row);

/* "less"; empty when it is not judged. */
const char *bench_verdict(const struct denet_difference *row);

/* Far outside of where half of the runs lie. */
bool bench_is_outlier(const struct denet_spread *spread, double value);

/* Of wall time, or else of CPU; NULL when it is none. */
const struct denet_difference *bench_outlying(const struct bench_command *command,
					      const struct bench_run *run);
double bench_value(const struct bench_run *run, const struct denet_difference *row);

/* A sentence for each, with what stands before and behind it. */
void bench_notes_append(struct buf *buf, const struct bench_result *result, const char *before);

#endif
