/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Records as one compact JSON object each, without newline. Every function appends to buf and
 * returns false, with nothing written, when the style has no record of that kind. Lack of memory
 * shows in buf->error.
 */
#ifndef DENET_RECORD_RECORD_H
#define DENET_RECORD_RECORD_H

#include <stdbool.h>

#include "denet/denet.h"
#include "util/buf.h"

struct record_style {
	bool compat_denet; /* denet's kinds and keys only */
};

bool record_metadata(const struct record_style *style, const struct denet_start *start,
		     struct buf *buf);
bool record_child(const struct record_style *style, const struct denet_arrival *arrival,
		  struct buf *buf);
bool record_tree(const struct record_style *style, const struct denet_tree *tree, struct buf *buf);

/* The root alone, as with --exclude-children. */
bool record_sample(const struct record_style *style, const struct denet_tree *tree,
		   struct buf *buf);

bool record_process(const struct record_style *style, const struct denet_process *process,
		    struct buf *buf);
bool record_exit(const struct record_style *style, const struct denet_exit *exit, struct buf *buf);
bool record_summary(const struct record_style *style, const struct denet_summary *summary,
		    struct buf *buf);
/* The same of what was followed beside a run. */
bool record_beside(const struct record_style *style, const struct denet_summary *summary,
		   struct buf *buf);

#endif
