/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What an analysis adds to the summary: what the wall time waited for, how many ran at once, who used most. */
#ifndef DENET_OUTPUT_WAITED_VIEW_H
#define DENET_OUTPUT_WAITED_VIEW_H

#include <stdbool.h>

#include "denet/denet.h"
#include "output/layout.h"

/* Those that are NULL are not shown. */
struct waited_context {
	const struct denet_waited *waited;
	const struct denet_parallel *parallel;
	const struct denet_series *series;
	const struct denet_rollup *heaviest; /* by process */
	const struct denet_rollup *rows; /* in the place of the table by command */
	enum denet_rollup_by rows_by;
	const char *records_path; /* NULL when there is no file */
	size_t segments_max; /* of the longest, in the long form */
	bool is_long; /* all of it, and why something is not known */
	bool is_dropped; /* too few processes were kept: the file may have the answer */
};

/* Pieces of the row of the wall time. context may be NULL, as below. */
void waited_view_show_wall(struct layout *layout, const struct waited_context *context);

/* A row of CPU and memory over time, where the characters for it can be shown. */
void waited_view_show_series(struct layout *layout, const struct waited_context *context);

/* The table of context->rows, if there is one. */
void waited_view_append_rows(struct buf *buf, const struct term_style *style,
			     const struct waited_context *context);

/* Tables, each with a blank line behind it. */
void waited_view_append_tables(struct buf *buf, const struct term_style *style,
			       const struct waited_context *context);

/* Rows of the long form. */
void waited_view_show_rest(struct layout *layout, const struct waited_context *context);

#endif
