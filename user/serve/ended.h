/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The last containers that have ended, as JSON, the oldest going first. */
#ifndef DENET_SERVE_ENDED_H
#define DENET_SERVE_ENDED_H

#include <stddef.h>
#include <stdint.h>

#include "host/view.h"
#include "util/json.h"

#define ENDED_MAX 256
#define ENDED_BYTES_MAX (1024u * 1024)

/* All zeros is none. */
struct ended {
	char *items[ENDED_MAX]; /* owned: an object each, with its commands; a ring */
	size_t first;
	size_t count;
	size_t bytes;
	uint64_t total; /* that have ended since the start */
};

void ended_done(struct ended *ended);

/* -ENOMEM. */
int ended_take(struct ended *ended, const struct view *view);

/* The last first, into an array that is open. */
void ended_write(struct json *json, const struct ended *ended);

#endif
