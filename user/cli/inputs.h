/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Files that are read one after the other, each of them once: a run that is counted twice is no second run. */
#ifndef DENET_CLI_INPUTS_H
#define DENET_CLI_INPUTS_H

#include "util/names.h"

struct inputs {
	struct names taken; /* what they are, whatever they are called */
	const char *repeated; /* borrowed; the first that was taken before, or NULL */
	size_t repeated_count;
};

/* A zeroed struct has taken none. */
void inputs_done(struct inputs *inputs);
static inline void inputs_freep(struct inputs *inputs)
{
	inputs_done(inputs);
}

/* 1 for a file that is to be read, 0 for one that was taken before; -ENOMEM. Borrows path. */
int inputs_take(struct inputs *inputs, const char *path);

/* Says in one line if there were such. */
void inputs_warn(const struct inputs *inputs);

#endif
