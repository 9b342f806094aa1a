/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the wall time waited for: backwards from the root's end, always to whom the process had to wait
 * for last. Steps adjoin and cover the root's life exactly.
 */
#ifndef DENET_ANALYSIS_PATH_H
#define DENET_ANALYSIS_PATH_H

#include "analysis/family.h"

struct path_step {
	uint32_t member;
	int64_t from_ns;
	int64_t to_ns;
};

struct path {
	struct path_step *steps; /* owned; in the order of time */
	size_t count;
	size_t room;
};

int path_walk(const struct family *family, struct path *ret_path);
void path_done(struct path *path);

/* Whether less than a fifth of its life that it did not wait for a CPU was CPU time. */
bool path_is_idle(const struct family *family, uint32_t member);

#endif
