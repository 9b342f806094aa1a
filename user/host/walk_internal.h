/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Through the folders of the hierarchies: which of them is a group. */
#ifndef DENET_HOST_WALK_INTERNAL_H
#define DENET_HOST_WALK_INTERNAL_H

struct cgroups;

/* Adds what came, and marks what is still there with the pass. What fails is in groups->error. */
void walk_all(struct cgroups *groups);

#endif
