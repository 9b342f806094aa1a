/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Through the folders of the hierarchies: which of them is a group. */
#ifndef DENET_HOST_WALK_INTERNAL_H
#define DENET_HOST_WALK_INTERNAL_H

#include <stdint.h>

struct cgroups;

/* Adds what came, and marks what is still there with the pass. What fails is in groups->error. */
void walk_all(struct cgroups *groups);

/* The same of other hierarchies than the main one, but for folders of a group that is known there, and what is in them. */
void walk_others(struct cgroups *groups);

/* The same of one folder of the main hierarchy, and of those above it; it had a process, and may be gone. */
void walk_to(struct cgroups *groups, const char *folder, uint64_t id);

#endif
