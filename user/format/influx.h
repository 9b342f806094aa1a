/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * InfluxDB's line protocol: fields have the keys and units of the records, and each keeps its type. Times are in
 * nanoseconds, its default. start may be NULL.
 */
#ifndef DENET_FORMAT_INFLUX_H
#define DENET_FORMAT_INFLUX_H

#include "denet/denet.h"
#include "util/buf.h"

/* A line of denet_sample; nothing when none of its figures is known. */
void influx_append_sample(struct buf *buf, const struct denet_start *start,
			  const struct denet_tree *tree);

/* A line of denet_run, and one of denet_program for each of those that used most CPU, at the end of the run. */
void influx_append_run(struct buf *buf, const struct denet_start *start,
		       const struct denet_summary *summary, uint64_t end_ms);

#endif
