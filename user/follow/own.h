/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What monitoring itself uses where it is a part of what it watches, as with denet_self(): the CPU of
 * whichever thread drives it, while it does. All by one thread at a time.
 */
#ifndef DENET_FOLLOW_OWN_H
#define DENET_FOLLOW_OWN_H

#include <stdbool.h>
#include <stdint.h>

struct own {
	bool is_watched; /* nothing else is kept where it is not */
	unsigned int depth; /* who drives may call what drives */
	uint64_t entered_ns; /* by the clock of the thread that drives */
	uint64_t left_ns; /* used by all that have driven */
	uint64_t told_ns;
};

void own_enter(struct own *own);
void own_leave(struct own *own);

/*
 * What was used since the last call. The kernel has charged the thread with it by then: whoever reads
 * its counters later finds no less there.
 */
uint64_t own_take(struct own *own);

#endif
