/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A plain line that says that a run goes on. */
#ifndef DENET_OUTPUT_HEARTBEAT_VIEW_H
#define DENET_OUTPUT_HEARTBEAT_VIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "denet/denet.h"
#include "util/buf.h"

/* Without newline. ASCII alone: whoever reads logs of CI may not know more. */
void heartbeat_view_append(struct buf *buf, const struct denet_tree *tree, bool root_alone,
			   uint64_t elapsed_ms);

#endif
