/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rows of cgroups that are no more: they go when they have been told. */
#ifndef DENET_AGENT_FORGET_H
#define DENET_AGENT_FORGET_H

#include <stddef.h>
#include <stdint.h>

struct cgroups;
struct hostprobe;
struct hostprobe_row;

/* All zeros is an empty one. */
struct forget {
	uint64_t *ids; /* owned: of cgroups whose groups had ended at the look before */
	size_t count;
	size_t room;
};

void forget_done(struct forget *forget);

/*
 * After a look at both. A last thread may be counted after its cgroup is gone, so that rows go at the look behind
 * the one that told of it. -ENOMEM.
 */
int forget_take(struct forget *forget, struct hostprobe *probe, const struct cgroups *groups,
		const struct hostprobe_row *rows, size_t count);

#endif
