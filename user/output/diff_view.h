/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Two sets of runs side by side. */
#ifndef DENET_OUTPUT_DIFF_VIEW_H
#define DENET_OUTPUT_DIFF_VIEW_H

#include <stdbool.h>

#include "denet/denet.h"
#include "util/buf.h"

struct diff_context {
	size_t base_runs;
	size_t head_runs;
	bool is_sampled; /* from /proc: lower bounds */
	bool is_pss_rough; /* a tree changed while it was read */
	bool is_verbose; /* all figures, also those that are equal */
};

void diff_view_append(struct buf *buf, const struct denet_comparison *comparison,
		      const struct diff_context *context, bool is_markdown);

/* An indented object. */
void diff_view_append_json(struct buf *buf, const struct denet_comparison *comparison,
			   const struct diff_context *context);

#endif
