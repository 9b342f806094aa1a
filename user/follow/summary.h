/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is left of a monitor that has ended: one copy, which never changes. */
#ifndef DENET_FOLLOW_SUMMARY_H
#define DENET_FOLLOW_SUMMARY_H

#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"

#define SUMMARY_SURVIVORS_MAX 16
#define SUMMARY_NAME_BYTES 17 /* of the kernel's comm */

struct summary {
	struct denet_summary shown;
	uint64_t running_count; /* of whom these are the first */
	struct denet_survivor *survivors; /* owned */
	size_t survivors_count;
	char (*names)[SUMMARY_NAME_BYTES]; /* owned: theirs */
};

void summary_done(struct summary *summary);

/* One that goes on without us. */
void summary_add_survivor(struct summary *summary, const char *comm, uint32_t pid);

/* What shown points to has to stay as long as the summary. */
void summary_keep(struct summary *summary, const struct denet_summary *shown);

#endif
