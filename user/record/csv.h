/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One row a sample, RFC 4180: both functions append a whole line with its CR LF. */
#ifndef DENET_RECORD_CSV_H
#define DENET_RECORD_CSV_H

#include <stdbool.h>

#include "denet/denet.h"
#include "util/buf.h"

void csv_append_header(struct buf *buf);

/* From the aggregated sample, or from the root's alone. Unknown values are empty. */
void csv_append_row(struct buf *buf, const struct denet_tree *tree, bool root_alone);

#endif
