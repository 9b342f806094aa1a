/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The living threads as they were last told, and what those of one account have used together. */
#ifndef DENET_HOSTPROBE_LIVING_H
#define DENET_HOSTPROBE_LIVING_H

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "kernel/host.h"
#include "util/idmap.h"

struct living_row {
	struct host_key key;
	struct host_used used;
	uint64_t threads;
	uint64_t processes;
	uint64_t forked; /* of these: first told at this look, and yet to execute anything */
	struct living_row *next; /* owned: whose keys have the same hash */
};

/* All zeros is an empty one. */
struct living {
	struct idmap threads; /* owned, as are they: by the address of the task */
	struct idmap rows; /* owned, as are they: by a hash of the key */
	uint64_t listing; /* of all of them, counted */
	uint64_t look; /* counted */
};

void living_done(struct living *living);

void living_begin_look(struct living *living);

/* Who is not taken between these two is no more. */
void living_begin_listing(struct living *living);
void living_end_listing(struct living *living);

/* In the place of what was told of it before. -ENOMEM. */
int living_take(struct living *living, const struct host_living *told);

/* Of one that nobody has told of it says nothing. -ENOMEM. */
int living_change(struct living *living, const struct host_change *change);

/* Ends with the first that is not 0. */
int living_each(const struct living *living,
		int (*on_row)(void *context, const struct living_row *row), void *context);

#endif
