/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One recorded run, from its records to what a page shows of it. */
#ifndef DENET_REPORT_HTML_RUN_H
#define DENET_REPORT_HTML_RUN_H

#include "denet/denet.h"
#include "report/html_lives.h"
#include "report/html_processes.h"
#include "report/html_samples.h"
#include "util/buf.h"

/* What the metadata record tells of a run; texts are empty when they are not known. */
struct html_start {
	bool is_known;
	uint64_t t0_ms;
	uint64_t interval_ms;
	uint64_t max_interval_ms;
	struct buf host;
	struct buf cwd;
	struct buf user;
	struct buf label;
	struct buf job;
};

struct html_run {
	struct denet_observer observer;
	const char *path; /* borrowed */
	struct denet_stats *stats; /* owned */
	struct denet_analysis *analysis; /* owned */
	struct html_start start;
	struct html_samples samples;
	struct html_lives lives;
	struct html_processes processes;
	uint64_t starts; /* metadata records: of more than one run when there are several */
	uint64_t untimed; /* processes whose times are of milliseconds */
	int failure;
};

/* A file of records, "-" being stdin. error says what is wrong without its name. */
int html_run_read(const char *path, struct html_run **ret_run, struct denet_error *error);

/* Accepts NULL. */
void html_run_free(struct html_run *run);
static inline void html_run_freep(struct html_run **run)
{
	html_run_free(*run);
}

#endif
