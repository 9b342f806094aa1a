/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A table of names, short figures, and what room is left for at the end of each row. */
#ifndef DENET_OUTPUT_GRID_H
#define DENET_OUTPUT_GRID_H

#include <stddef.h>

#include "denet/denet.h"
#include "output/human.h"
#include "output/term.h"
#include "output/text.h"
#include "util/buf.h"

#define GRID_CELLS_MAX 5

struct grid_row {
	struct text_name name;
	struct human cells[GRID_CELLS_MAX];
	struct denet_command
		command; /* behind the figures, without the program's name; or not known */
	const char *text; /* instead, whatever it says; may be NULL */
};

struct grid {
	const char *heading; /* of the names */
	const char *headings[GRID_CELLS_MAX];
	size_t cells;
	const struct grid_row *rows; /* borrowed */
	size_t count;
};

void grid_append(struct buf *buf, const struct term_style *style, const struct grid *grid);

#endif
