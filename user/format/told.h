/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a file of records tells of its run beside its summary. */
#ifndef DENET_FORMAT_TOLD_H
#define DENET_FORMAT_TOLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "util/buf.h"

#define TOLD_TEXTS 5

struct told {
	struct denet_start start;
	char *texts[TOLD_TEXTS]; /* owned: those of start */
	bool has_start;
	bool has_summary;
	bool is_mixed; /* more than one run */
	uint64_t last_ms; /* of the samples; DENET_UNKNOWN without one, as the next */
	uint64_t peak_vms_kb;
	uint64_t processes;
	int error;
};

void told_init(struct told *told);
void told_done(struct told *told);

void told_take_start(struct told *told, const struct denet_start *start);
void told_take_sample(struct told *told, const struct denet_tree *tree);
void told_take_process(struct told *told, const struct denet_process *process);
void told_take_summary(struct told *told, const struct denet_summary *summary);

/* NULL when the file does not say. */
const struct denet_start *told_start(const struct told *told);

/* When the run ended, since 1970; DENET_UNKNOWN when that is not told. */
uint64_t told_end_ms(const struct told *told, const struct denet_summary *summary);

#endif
