/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rows of cgroups that are no more: they go when they have been told. */
#ifndef DENET_AGENT_FORGET_H
#define DENET_AGENT_FORGET_H

#include <stddef.h>
#include <stdint.h>

#include "agent/leftover.h"

struct cgroups;
struct hostprobe;

/* All zeros is an empty one. */
struct forget {
	uint64_t *ids; /* owned: of cgroups whose groups had ended at the look before */
	size_t count;
	size_t room;
	struct leftover leftover; /* of what goes in groups that live */
};

void forget_done(struct forget *forget);

/*
 * After a look at both. A last thread may be counted after its cgroup is gone, so that rows go at the look behind
 * the one that told of it. What was in a group that lives is kept. -ENOMEM.
 */
int forget_take(struct forget *forget, struct hostprobe *probe, const struct cgroups *groups,
		const struct leftover_look *look);

#endif
