/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the files about a run are made of, and these files. */
#ifndef DENET_OUTPUT_RUN_REPORT_H
#define DENET_OUTPUT_RUN_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "denet/denet.h"
#include "util/buf.h"

struct run_report {
	const struct denet_summary *summary;
	const char *json; /* the summary record */
	const struct denet_budget *budgets;
	size_t budgets_count;
	bool is_strict;
	bool is_cut; /* of records that end before the run did, and tell no end */
	const struct denet_waited *waited; /* NULL when that was not looked at */
};

/* For a page of a CI service: no arguments, which may hold secrets; bounded, and says what is left out. */
void report_markdown_append(struct buf *buf, const struct run_report *report);

/* The summary record with its programs, failures and budgets, as one object. */
void report_json_append(struct buf *buf, const struct run_report *report);

/* Each budget as a test, for whoever reads JUnit's files. */
void report_junit_append(struct buf *buf, const struct run_report *report);

/* Figures as OpenMetrics, in its base units. */
void report_metrics_append(struct buf *buf, const struct run_report *report);

#endif
