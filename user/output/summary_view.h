/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The summary for a person: how it ended, what it used, who used it, and how exact that is. */
#ifndef DENET_OUTPUT_SUMMARY_VIEW_H
#define DENET_OUTPUT_SUMMARY_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "denet/denet.h"
#include "output/term.h"
#include "output/waited_view.h"
#include "util/buf.h"

/* What the summary itself does not know. */
struct summary_context {
	const char *records_path; /* NULL when no file was written */
	bool are_records_incomplete; /* writing to it failed */
	bool is_cut; /* of records that end before the run did, and tell no end */
	uint32_t attached_pid; /* of the root; 0 when the command was started */
	bool is_verbose;
	const struct waited_context *analysis; /* NULL when there is none */
};

void summary_view_append(struct buf *buf, const struct term_style *style,
			 const struct denet_summary *summary,
			 const struct summary_context *context);

#endif
