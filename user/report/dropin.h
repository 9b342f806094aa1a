/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A run in the place of what other tools measure: with their columns, units and words for what is not known. */
#ifndef DENET_REPORT_DROPIN_H
#define DENET_REPORT_DROPIN_H

#include <stdint.h>

#include "denet/denet.h"
#include "report/nextflow.h"
#include "util/buf.h"

struct dropin_run {
	const struct denet_start *start; /* NULL when the file does not say */
	const struct denet_summary *summary;
	uint64_t peak_vms_kb; /* of the samples; DENET_UNKNOWN when not known */
	const struct nextflow *nextflow; /* finished; NULL when nobody has looked for tasks */
};

/* A benchmark file of Snakemake's: a header and one row, memory and I/O in MiB, NA for what is not known. */
void dropin_append_snakemake(struct buf *buf, const struct dropin_run *run);

/*
 * A raw trace file of Nextflow's: milliseconds and bytes, '-' for what is not known. A row for each
 * task, or for the run when it has none.
 */
void dropin_append_nextflow(struct buf *buf, const struct dropin_run *run);

/* What GNU time -v prints, without the lines that are not known. */
void dropin_append_time(struct buf *buf, const struct dropin_run *run);

#endif
