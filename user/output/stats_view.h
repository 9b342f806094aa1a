/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What `stats FILE` shows to a person. */
#ifndef DENET_OUTPUT_STATS_VIEW_H
#define DENET_OUTPUT_STATS_VIEW_H

#include "denet/denet.h"
#include "output/term.h"
#include "output/waited_view.h"
#include "util/buf.h"

/* name is the file's; analysis may be NULL. */
void stats_view_append(struct buf *buf, const struct term_style *style, const char *name,
		       const struct denet_stats *stats, const struct waited_context *analysis,
		       bool is_verbose);

#endif
