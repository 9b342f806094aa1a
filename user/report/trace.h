/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A run as Chrome's trace events, for Perfetto, speedscope and their like. */
#ifndef DENET_REPORT_TRACE_H
#define DENET_REPORT_TRACE_H

#include <stdbool.h>

#include "denet/denet.h"
#include "report/lives.h"
#include "util/buf.h"

struct trace_run {
	const struct lives *lives; /* finished */
	const struct denet_summary *summary;
	const struct denet_waited *waited;
	const struct denet_series *series;
	bool has_track_each; /* a track for each process, not as few rows as can be */
};

/*
 * One object, times in whole microseconds since the start of the run. First what the wall time waited for, as pid
 * 0, where that is known; then the processes, with the programs of who execs within them. -ENOMEM.
 */
int trace_append(struct buf *buf, const struct trace_run *run);

#endif
