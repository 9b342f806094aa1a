/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Prometheus' text of a run that is over, as its textfile collector reads it: without timestamps. */
#ifndef DENET_FORMAT_PROMETHEUS_H
#define DENET_FORMAT_PROMETHEUS_H

#include "denet/denet.h"
#include "util/buf.h"

/*
 * Every figure that is known, and the programs that used most CPU. A run with a label has it as `run`, so that
 * the files of several can stand beside each other. start may be NULL.
 */
void prometheus_append_run(struct buf *buf, const struct denet_start *start,
			   const struct denet_summary *summary);

#endif
