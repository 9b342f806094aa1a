/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * How many processes ran at once, from their starts and ends. Who has a living child does not count: a
 * shell that waits for its command is no work of its own.
 */
#ifndef DENET_ANALYSIS_PARALLEL_H
#define DENET_ANALYSIS_PARALLEL_H

#include "analysis/family.h"

struct parallel {
	uint64_t *time_ns; /* owned; by how many */
	size_t count;
};

/* Within the root's life; the times add up to it. */
int parallel_count(const struct family *family, struct parallel *ret_parallel);
void parallel_done(struct parallel *parallel);

#endif
