/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The samples of a run, thinned while they are read: of each column the least and the most of each figure. */
#ifndef DENET_REPORT_HTML_SAMPLES_H
#define DENET_REPORT_HTML_SAMPLES_H

#include <stdbool.h>
#include <stdint.h>

#include "denet/denet.h"
#include "report/html_lanes.h"

enum html_line {
	HTML_LINE_CPU, /* cores; this and the next two since the sample before */
	HTML_LINE_READ, /* bytes a second */
	HTML_LINE_WRITE,
	HTML_LINE_RSS, /* kB, summed over processes */
	HTML_LINE_PSS, /* kB */
	HTML_LINE_PROCESSES,
	HTML_LINE_PRESSURE_SOME, /* percent */
	HTML_LINE_PRESSURE_FULL,
	HTML_LINES,
};

#define HTML_LINE_RATES (HTML_LINE_WRITE + 1) /* the first so many */

/* What a figure was in a column; NaN when it is not known there. */
struct html_span {
	double low;
	double high;
	bool is_falling; /* the most came first */
};

struct html_column {
	int64_t from_ms; /* the sample before the first; times are since the start of the run */
	int64_t first_ms;
	int64_t last_ms;
	double rss_kb; /* of the sample that memory by program is of */
	struct html_span spans[HTML_LINES];
};

struct html_samples {
	struct html_column columns[HTML_COLUMNS];
	size_t count;
	uint64_t each; /* samples in a column, but for the last */
	uint64_t in_last;
	struct html_lanes
		memory; /* kB by program, of the sample of a column with the largest sum */
	char *root_name; /* owned; of the first process */
	uint64_t seen;
	uint64_t set_back; /* of these, older than the one before: not shown */
	uint64_t start_ms; /* wall clock */
	uint64_t last_ms; /* the same, of the last sample */
	uint64_t last[HTML_LINE_RATES]; /* its counters; DENET_UNKNOWN when it did not tell */
	int failure;
};

/* start_ms 0: that of the first sample. */
int html_samples_init(struct html_samples *samples);
void html_samples_done(struct html_samples *samples);

/* Before the first sample. */
void html_samples_start(struct html_samples *samples, const struct denet_start *start);
void html_samples_add(struct html_samples *samples, const struct denet_tree *tree);

#endif
