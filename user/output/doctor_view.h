/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What `doctor` shows: a table for a person, one object for a machine. */
#ifndef DENET_OUTPUT_DOCTOR_VIEW_H
#define DENET_OUTPUT_DOCTOR_VIEW_H

#include "denet/denet.h"
#include "output/term.h"
#include "util/buf.h"

void doctor_view_append(struct buf *buf, const struct term_style *style,
			const struct denet_examination *examination);

/* What is not known is left out. Ends without newline. */
void doctor_view_append_json(struct buf *buf, const struct denet_examination *examination);

#endif
