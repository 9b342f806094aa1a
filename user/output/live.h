/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One line for each sample, in place on a terminal or one below the other. */
#ifndef DENET_OUTPUT_LIVE_H
#define DENET_OUTPUT_LIVE_H

#include <stdbool.h>
#include <stdint.h>

#include "denet/denet.h"
#include "output/term.h"
#include "util/buf.h"

/* The newest figures, at most style->columns wide and without newline. */
void live_append_compact(struct buf *buf, const struct term_style *style,
			 const struct denet_tree *tree, bool root_alone, uint64_t elapsed_ms);

/* All of it, however wide. */
void live_append_full(struct buf *buf, const struct term_style *style,
		      const struct denet_tree *tree, bool root_alone);

/* A line of its own, rewritten in place, or the title of the terminal's window. */
enum live_place { LIVE_NOWHERE, LIVE_LINE, LIVE_TITLE };

/* All zeros is a valid start: it is shown nowhere. */
struct live {
	enum live_place place;
	int fd; /* owned where it is shown */
	struct term_style style;
	struct buf line;
	bool is_shown;
	size_t shown_columns; /* of the terminal's current line that are ours */
};

/* On the terminal that is stderr; where it is none, nowhere. */
void live_open(struct live *live, enum term_color color);

/*
 * Beside a command that will write to our stdout and stderr, and never inside of what it writes: a
 * line where both lead to files, else the title.
 */
void live_open_beside(struct live *live, enum term_color color);
void live_done(struct live *live);

/* Nothing while another process group has the terminal, or while that takes nothing. */
void live_show(struct live *live, const struct denet_tree *tree, bool root_alone,
	       uint64_t elapsed_ms);

/* Takes it away, for whatever else is to be written. */
void live_clear(struct live *live);

#endif
