/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* CPU and memory over a whole run, in a fixed number of columns: twice as wide whenever they are full. */
#ifndef DENET_ANALYSIS_SERIES_H
#define DENET_ANALYSIS_SERIES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SERIES_COLUMNS_MAX 64

struct series {
	uint64_t step_ms; /* of a column; 0 before the first sample */
	uint64_t first_ms; /* of the first column's begin; wall clock */
	uint64_t last_ms; /* of the last sample */
	uint64_t last_cpu_ns;
	uint64_t last_memory_kb; /* 0 before any is known */
	double cpu_ns[SERIES_COLUMNS_MAX];
	uint64_t memory_kb[SERIES_COLUMNS_MAX]; /* the most */
	size_t count;
};

/* What all have used until then, and the memory at that time. DENET_UNKNOWN for either is as it was last. */
void series_add(struct series *series, uint64_t ts_ms, uint64_t cpu_time_ns, uint64_t memory_kb);

/* Cores in use in a column. */
double series_cores(const struct series *series, size_t column);

#endif
