/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Texts of host records, kept from look to look: of one in which nothing is new but its time, that alone is
 * written. Beside many that rest, writing them was a third of a look.
 */
#ifndef DENET_RECORD_HOST_REPEAT_H
#define DENET_RECORD_HOST_REPEAT_H

#include <stddef.h>
#include <stdint.h>

#include "denet/denet.h"
#include "util/buf.h"
#include "util/idmap.h"

#define HOST_REPEAT_MAX \
	4096 /* records that are kept, of some 2 kB each; the others are written anew */

/* A zeroed struct has none. */
struct host_repeat {
	struct idmap by_texts; /* to what is kept, which is owned */
	struct buf texts; /* of the record in question, with the next */
	struct buf numbers;
	struct buf text;
	uint64_t look;
};

void host_repeat_done(struct host_repeat *repeat);

/* Who is not asked for within a look is forgotten at its end. */
void host_repeat_begin(struct host_repeat *repeat);
void host_repeat_end(struct host_repeat *repeat);

/* The bytes of host_record_append(), which are valid until the next call. -ENOMEM. */
int host_repeat_text(struct host_repeat *repeat, enum denet_record record, const void *figures,
		     const char **ret_text, size_t *ret_len);

#endif
