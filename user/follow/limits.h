/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the source knows of the limits of the root, where not all of their files can be seen. */
#ifndef DENET_FOLLOW_LIMITS_H
#define DENET_FOLLOW_LIMITS_H

#include <sys/types.h>

#include "source/source.h"

struct limits {
	pid_t pid; /* whose */
	double first_cores; /* the least up the tree; NaN without one, or when it is not known */
	double cores; /* as it was told last */
	uint64_t throttled_ns; /* the most of one group; UINT64_MAX without a quota, or not known */
	uint64_t first_memory_kb; /* likewise the least; UINT64_MAX */
	uint64_t memory_kb;
	struct source_limits first;
};

void limits_init(struct limits *limits);

/* source: may be NULL. */
void limits_open(struct limits *limits, struct source *source, pid_t pid);

/* At the end, before the root is waited for. */
void limits_read_again(struct limits *limits, struct source *source);

#endif
