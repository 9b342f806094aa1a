/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The network namespaces of the machine, and when the connections of each are counted. A namespace with any costs
 * milliseconds, as the kernel goes through the sockets of all for each: so each is looked at seldom, and all
 * together for a small part of one CPU, in turns.
 */
#ifndef DENET_HOST_SPACES_H
#define DENET_HOST_SPACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/connections.h"
#include "util/idmap.h"

struct cgroups;
struct procfs;

/* All zeros is one that has not looked. */
struct spaces {
	struct connections *own; /* owned: of our own namespace, which no group has; NULL before */
	struct idmap holders; /* a namespace's inode -> the first group that is in it */
	uint64_t rest_mono_ns; /* none is looked at before */
	size_t next; /* the group that is looked at first then */
};

void spaces_done(struct spaces *spaces);

/* With is_all whatever it costs. What a group has lies in its connections. -ENOMEM. */
int spaces_take(struct spaces *spaces, const struct procfs *procfs, const struct cgroups *groups,
		uint64_t mono_ns, uint64_t ts_ms, bool is_all);

#endif
