/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A run as one row among many: little enough that ten thousand fit. */
#ifndef DENET_OUTPUT_RUNS_ROW_H
#define DENET_OUTPUT_RUNS_ROW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"

enum runs_text {
	RUNS_LABEL,
	RUNS_HOST,
	RUNS_JOB,
	RUNS_USER,
	RUNS_COMMAND, /* as it would be typed to a shell */
	RUNS_FILE,
	RUNS_TEXTS
};

enum runs_figure {
	RUNS_WALL,
	RUNS_CPU,
	RUNS_DELAY,
	RUNS_PEAK_PSS,
	RUNS_PEAK_RSS,
	RUNS_PEAK_PROCESS,
	RUNS_MEMORY_LIMIT,
	RUNS_MEMORY_STALL,
	RUNS_THROTTLED,
	RUNS_DISK_READ,
	RUNS_DISK_WRITE,
	RUNS_PROCESSES,
	RUNS_PROCESSES_FAILED,
	RUNS_PROCESSES_PEAK,
	RUNS_FIGURES
};

struct runs_row {
	const char *texts[RUNS_TEXTS]; /* borrowed; NULL when not known */
	uint64_t figures[RUNS_FIGURES]; /* DENET_UNKNOWN when not known */
	uint64_t t0_ms; /* the same */
	struct denet_end end;
	enum denet_accounting accounting; /* AUTO when not known */
	bool is_incomplete; /* the figures are not of the whole run */
	bool is_cut; /* nor is the file whole */
	bool has_skipped; /* something in the file was no record */
};

/* "label": of a row's texts. */
const char *runs_row_text_name(enum runs_text text);

/* What the table of metrics says of it. */
const struct denet_metric *runs_row_metric(enum runs_figure figure);

/* Figures, end and the like; the texts are left as they are. */
void runs_row_take(struct runs_row *row, const struct denet_stats *stats);

/* Shared pages once; where that was not read, and then *ret_is_sum, in each process of the tree. */
uint64_t runs_row_peak(const struct runs_row *row, bool *ret_is_sum);

/* It is known how the run ended, and not well. */
bool runs_row_has_failed(const struct runs_row *row);

/* Its figures are those of the run from its start to its end. */
bool runs_row_is_whole(const struct runs_row *row);

/* What several runs say, figures over the whole ones; of the peak each one's, as runs_row_peak() has it. */
struct runs_group {
	const char *name; /* of all of them; NULL when it is not known */
	size_t runs;
	size_t failed;
	size_t whole;
	size_t sampled; /* from /proc */
	bool peak_is_sum; /* of one of them at least */
	struct denet_spread peak;
	struct denet_spread figures[RUNS_FIGURES];
};

#endif
