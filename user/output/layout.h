/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rows of a label and pieces, wrapped to the width of the terminal. */
#ifndef DENET_OUTPUT_LAYOUT_H
#define DENET_OUTPUT_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>

#include "output/term.h"
#include "util/buf.h"

struct layout {
	struct buf *buf; /* borrowed */
	const struct term_style *style; /* borrowed */
	const char *label; /* of the open row, not yet written; NULL when none is open */
	size_t label_columns;
	size_t indent;
	size_t width;
	size_t column; /* where the open row stands; 0 when nothing of it is written */
};

/* Blanks before every row; none where each column counts. */
size_t layout_indent(const struct term_style *style);

void layout_init(struct layout *layout, struct buf *buf, const struct term_style *style,
		 size_t label_columns);

/* The label appears with the row's first piece; a row without pieces leaves no trace. */
void layout_row(struct layout *layout, const char *label);
void layout_row_end(struct layout *layout);

/* Set apart by blanks. The text must be plain: no control characters. */
void layout_piece(struct layout *layout, enum term_tone tone, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* One of an enumeration, set apart by a comma. */
void layout_item(struct layout *layout, enum term_tone tone, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
