/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the wall time waited for, as a chart that GitHub and GitLab draw from Markdown. */
#ifndef DENET_OUTPUT_REPORT_GANTT_H
#define DENET_OUTPUT_REPORT_GANTT_H

#include "denet/denet.h"
#include "util/buf.h"

/* Nothing where it is not known. Bounded, and of a command the name alone. */
void report_gantt_append(struct buf *buf, const struct denet_waited *waited);

#endif
