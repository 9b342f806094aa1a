/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What `doctor` shows to a person. */
#ifndef DENET_OUTPUT_DOCTOR_VIEW_H
#define DENET_OUTPUT_DOCTOR_VIEW_H

#include "denet/denet.h"
#include "output/term.h"
#include "util/buf.h"

void doctor_view_append(struct buf *buf, const struct term_style *style,
			const struct denet_examination *examination);

#endif
