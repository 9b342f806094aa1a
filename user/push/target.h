/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A server that takes figures by HTTP: what waits for it, and one request under way at most. */
#ifndef DENET_PUSH_TARGET_H
#define DENET_PUSH_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "http/client.h"
#include "push/queue.h"

struct target;

struct target_options {
	const char *name; /* what it is called where something is told */
	struct http_request request; /* without a body; nothing of it is copied */
	bool gzip;
	size_t limit_bytes;
	uint64_t age_ns;
	uint64_t seed; /* of when it tries again */
};

/* Client and pool are borrowed, and outlive it. -EINVAL, -ENOMEM. */
int target_new(const struct target_options *options, struct http_client *client,
	       struct queue_pool *pool, struct target **ret_target);

/* What waits is gone, which is told. Accepts NULL. */
void target_free(struct target *target);

/* Packed, if it should be: the text stays the caller's. Lack of memory is a drop. */
void target_add(struct target *target, const struct buf *text, size_t points, uint64_t now_ns);

/* Sends what is due. */
void target_run(struct target *target, uint64_t now_ns);
uint64_t target_due_ns(const struct target *target);

/* At the end: once more at once, however long it should wait. */
void target_hurry(struct target *target);

/* Nothing waits, or it failed once more since the hurry. */
bool target_is_done(const struct target *target);

/* Lines that were dropped, for any reason. */
uint64_t target_dropped(const struct target *target);

#endif
