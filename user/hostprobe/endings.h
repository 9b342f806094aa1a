/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How the processes of each row ended that did not end with status 0: read of their map, by libbpf. */
#ifndef DENET_HOSTPROBE_ENDINGS_H
#define DENET_HOSTPROBE_ENDINGS_H

#include <linux/types.h>
#include <stddef.h>
#include <stdint.h>

#include "kernel/host.h"

/* Of the processes of a row those that ended in one way that is not status 0. */
struct hostprobe_ending {
	struct host_key key; /* with its end */
	uint64_t count;
	uint64_t added; /* of these since the look before */
};

/* All zeros is an empty one. */
struct endings {
	struct hostprobe_ending *items; /* owned: by row, then by how */
	size_t count;
	uint64_t total; /* of all counts, when they were read */
};

void endings_done(struct endings *endings);

/* Reads them unless none has come since; total is of the moment before. -ENOMEM, or -errno of the kernel. */
int endings_take(struct endings *endings, int map_fd, uint64_t total);

/* Of a cgroup that is no more. -errno of the kernel. */
int endings_forget(struct endings *endings, int map_fd, uint64_t cgroup_id);

#endif
