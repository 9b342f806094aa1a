/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Many runs as a table for people: a row a run, or a row for all that have something in common. */
#ifndef DENET_OUTPUT_RUNS_VIEW_H
#define DENET_OUTPUT_RUNS_VIEW_H

#include "output/runs_row.h"
#include "output/term.h"
#include "util/buf.h"

struct runs_view;

/* With is_long texts are as long as they are, and there are more of them. Borrows style. */
int runs_view_new(const struct term_style *style, bool is_long, struct runs_view **ret_view);
void runs_view_free(struct runs_view *view);
static inline void runs_view_freep(struct runs_view **view)
{
	runs_view_free(*view);
}

/* First all rows are measured, then the heading comes, and then they follow in the same order. */
void runs_view_measure(struct runs_view *view, const struct runs_row *row);
void runs_view_append_heading(struct runs_view *view, struct buf *buf);
void runs_view_append(struct runs_view *view, struct buf *buf, const struct runs_row *row);

/* The same of groups; what is the text that they have in common. */
void runs_view_measure_group(struct runs_view *view, enum runs_text what,
			     const struct runs_group *group);
void runs_view_append_group(struct runs_view *view, struct buf *buf,
			    const struct runs_group *group);

/* How rows and figures are to be read, as far as that is needed; omitted of them had no row. */
void runs_view_append_notes(struct runs_view *view, struct buf *buf, size_t omitted);

#endif
