/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What was counted in folders that are gone, of groups that live: the kernel's rows of them go, so that its map does not
 * fill up, and what these told stays in their group, by name and user.
 */
#ifndef DENET_AGENT_LEFTOVER_H
#define DENET_AGENT_LEFTOVER_H

#include <stddef.h>
#include <stdint.h>

#include "hostprobe/hostprobe.h"

#define LEFTOVER_MAX 16384 /* rows, and those of one cgroup more; as many endings */

struct cgroups;

/* A look at the probe, borrowed. */
struct leftover_look {
	const struct hostprobe_row *rows;
	size_t count;
	const struct hostprobe_ending *endings;
	size_t endings_count;
};

/* All zeros is an empty one. Whatever is in it has its group's id. */
struct leftover {
	struct hostprobe_row *rows; /* owned, with room for those of the last look behind them */
	size_t count;
	struct hostprobe_ending *endings; /* the same */
	size_t endings_count;
};

void leftover_done(struct leftover *leftover);

/* With what is kept of groups that are there; what was of others goes. Valid until the next call. -ENOMEM. */
int leftover_join(struct leftover *leftover, const struct cgroups *groups,
		  const struct leftover_look *look, struct leftover_look *ret_look);

/* All that the look has of one cgroup is its group's from now on. -ENOMEM; -ENOSPC where there is too much. */
int leftover_add(struct leftover *leftover, const struct cgroups *groups, uint64_t cgroup_id,
		 const struct leftover_look *look);

#endif
