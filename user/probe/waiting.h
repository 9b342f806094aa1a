/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* News that somebody else has fetched, until they are asked for. */
#ifndef DENET_PROBE_WAITING_H
#define DENET_PROBE_WAITING_H

#include <stddef.h>
#include <stdint.h>

#include "source/source.h"

struct waiting_item;

/* All zeros: none. */
struct waiting {
	struct waiting_item *first; /* owned */
	struct waiting_item *last;
	size_t count;
	uint64_t lost; /* for want of memory, or as nobody asked for so long */
};

void waiting_put_exec(struct waiting *waiting, const struct exec_event *event, const char *text);
void waiting_put_exit(struct waiting *waiting, const struct process_account *account);

/* All of them: what is left is empty, but for what was lost. */
void waiting_take(struct waiting *waiting, struct waiting *ret_taken);

/* In their order, and frees them. */
void waiting_hand_over(struct waiting *waiting, const struct source_events *events);

void waiting_done(struct waiting *waiting);

#endif
