/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_ANALYSIS_INTERNAL_H
#define DENET_ANALYSIS_INTERNAL_H

#include "analysis/crowd.h"
#include "analysis/family.h"
#include "analysis/parallel.h"
#include "analysis/series.h"
#include "denet/denet.h"

struct denet_analysis {
	struct denet_observer observer;
	struct crowd crowd;
	int failure; /* of keeping a process: what is there is not all */

	enum denet_accounting accounting; /* AUTO: nobody said */
	uint32_t root_pid; /* 0: nobody said */
	bool has_summary;
	uint64_t wall_ns; /* of the summary */
	uint64_t processes_total; /* the same; DENET_UNKNOWN when it does not tell */
	bool has_lost; /* the same: not every process has a record */

	struct series series;
	double cores[SERIES_COLUMNS_MAX]; /* of it, as it was asked for */

	bool is_linked; /* what follows is made of the crowd as it is */
	int link_error;
	struct family family;
	bool is_waited;
	struct denet_waited waited; /* its arrays are owned */
	bool is_counted;
	struct parallel parallel;
	struct denet_rollup_row **rows; /* owned, as are they; of each roll-up so far */
	size_t rows_count;
};

/* Why nothing can be told that needs all processes and their times; NULL when it can. Links the crowd. */
const char *analysis_unknown(struct denet_analysis *analysis);

/* The same of what needs all processes, and with needs_tree who was whose child, but no times. */
const char *analysis_unknown_rows(struct denet_analysis *analysis, bool needs_tree);

#endif
