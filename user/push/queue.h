/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What waits for a target: in order, bounded in bytes and in age, one under way. It knows no socket and no clock:
 * whoever sends tells it how that went, and it says when to send again.
 */
#ifndef DENET_PUSH_QUEUE_H
#define DENET_PUSH_QUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define QUEUE_NEVER UINT64_MAX

/* What the queues of all targets have together. */
struct queue_pool {
	size_t bytes;
	size_t limit_bytes;
};

struct queue_batch {
	struct queue_batch *next;
	struct buf data; /* owned */
	size_t points; /* lines in it */
	uint64_t taken_ns; /* when it came */
};

/* Since the start. */
struct queue_counts {
	uint64_t batches_sent;
	uint64_t points_sent;
	uint64_t points_full; /* dropped, as there was no room */
	uint64_t points_old; /* dropped, as they had waited too long */
	uint64_t points_refused; /* dropped, as the target does not want them */
	uint64_t retries;
};

struct queue {
	struct queue_pool *pool; /* borrowed */
	size_t limit_bytes;
	uint64_t age_ns;
	struct queue_batch *first; /* owned, as all that follow */
	struct queue_batch *last;
	size_t bytes;
	bool is_under_way; /* the first one */
	unsigned int failures; /* one after the other */
	uint64_t next_ns; /* not before */
	uint64_t outage_ns; /* since when it is out; 0: it is not */
	uint64_t outage_dropped; /* what was dropped before it */
	bool is_refusing; /* which was told */
	uint64_t random;
	struct queue_counts counts;
};

/* What somebody should be told. */
enum queue_news { QUEUE_SILENT, QUEUE_OUTAGE, QUEUE_BACK, QUEUE_REFUSED };

/* seed: other agents should try again at other times. */
void queue_init(struct queue *queue, struct queue_pool *pool, size_t limit_bytes, uint64_t age_ns,
		uint64_t seed);
void queue_done(struct queue *queue);

/* Takes the bytes over, which are empty then. The oldest make room, but for the one under way. -ENOMEM. */
int queue_add(struct queue *queue, struct buf *data, size_t points, uint64_t now_ns);

/* The batch to be sent now, which is under way until queue_end(); NULL for none. */
const struct queue_batch *queue_start(struct queue *queue, uint64_t now_ns);

/* When queue_start() may have one. */
uint64_t queue_due_ns(const struct queue *queue);

/* How it went: the status of HTTP; 0 without an answer. retry_after_s: 0 when the target did not say. */
enum queue_news queue_end(struct queue *queue, unsigned int status, uint64_t retry_after_s,
			  uint64_t now_ns);

static inline bool queue_is_empty(const struct queue *queue)
{
	return !queue->first;
}

/* Points that wait, the batch under way included. */
uint64_t queue_waiting(const struct queue *queue);

/* Points that were dropped, for any reason. */
uint64_t queue_dropped(const struct queue *queue);

#endif
