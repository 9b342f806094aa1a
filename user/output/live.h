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

/* A line that is rewritten in place. All zeros but style is a valid start. */
struct live {
	const struct term_style *style; /* borrowed */
	struct buf line;
	size_t shown_columns; /* of the terminal's current line that are ours */
};

void live_done(struct live *live);
/* Nothing while another process group has the terminal. */
void live_show(struct live *live, int fd, const struct denet_tree *tree, bool root_alone,
	       uint64_t elapsed_ms);

/* Takes the line away, for whatever else is to be written. */
void live_clear(struct live *live, int fd);

#endif
