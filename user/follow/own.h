/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What monitoring itself uses where it is a part of what it watches, as with denet_self(): the CPU of
 * whichever thread drives it, while it does. A thread of ours and a caller may be in it at once, one of
 * them waiting for the other; each call here is for who drives.
 */
#ifndef DENET_FOLLOW_OWN_H
#define DENET_FOLLOW_OWN_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

enum own_driver { OWN_CALLER, OWN_THREAD, OWN_DRIVERS };

/* From when a thread has entered until it has left. */
struct own_stretch {
	unsigned int depth; /* who drives may call what drives */
	clockid_t clock; /* of that thread, for others to read */
	uint64_t entered_ns; /* by that clock */
};

struct own {
	bool is_watched; /* nothing else is kept where it is not */
	struct own_stretch stretches[OWN_DRIVERS];
	uint64_t seeded_ns; /* what of the caller's thread is from before; 0: not known */
	uint64_t left_ns; /* used by all that have driven */
	uint64_t told_ns;
};

void own_enter(struct own *own, enum own_driver driver);
void own_leave(struct own *own, enum own_driver driver);

/* The caller has entered: from where its thread was seeded on, as it did nothing else since. */
void own_include_seeding(struct own *own);

/*
 * What was used since the last call. The kernel has charged the threads with it by then: whoever reads
 * their counters later finds no less there.
 */
uint64_t own_take(struct own *own);

#endif
