/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/queue.h"

#include <errno.h>
#include <stdlib.h>

#include "util/units.h"

#define WAIT_MIN_NS NS_PER_S
#define WAIT_MAX_NS (60 * NS_PER_S)
#define RETRY_AFTER_MAX_S 300
#define DOUBLINGS_MAX 6
#define JITTER 4 /* a quarter more or less */

#define STATUS_OK 200
#define STATUS_OTHER 300
#define STATUS_TIMEOUT 408
#define STATUS_TOO_MANY 429
#define STATUS_SERVER 500

void queue_init(struct queue *queue, struct queue_pool *pool, size_t limit_bytes, uint64_t age_ns,
		uint64_t seed)
{
	*queue = (struct queue){
		.pool = pool,
		.limit_bytes = limit_bytes,
		.age_ns = age_ns,
		.random = seed | 1,
	};
}

/* What lies in memory for it. */
static size_t size_of(const struct queue_batch *batch)
{
	return sizeof(*batch) + batch->data.capacity;
}

/* The one behind before, or the first. */
static void drop(struct queue *queue, struct queue_batch *before)
{
	struct queue_batch **at = before ? &before->next : &queue->first;
	struct queue_batch *batch = *at;

	*at = batch->next;
	if (queue->last == batch)
		queue->last = before;
	queue->bytes -= size_of(batch);
	queue->pool->bytes -= size_of(batch);
	buf_done(&batch->data);
	free(batch);
}

void queue_done(struct queue *queue)
{
	while (queue->first)
		drop(queue, NULL);
}

/* The oldest that may go; NULL for none. */
static const struct queue_batch *oldest(const struct queue *queue)
{
	return queue->is_under_way ? queue->first->next : queue->first;
}

static void drop_oldest(struct queue *queue, uint64_t *count)
{
	*count += oldest(queue)->points;
	drop(queue, queue->is_under_way ? queue->first : NULL);
}

static void drop_old(struct queue *queue, uint64_t now_ns)
{
	while (oldest(queue) && now_ns - oldest(queue)->taken_ns > queue->age_ns)
		drop_oldest(queue, &queue->counts.points_old);
}

static bool has_room(const struct queue *queue, size_t bytes)
{
	return bytes <= queue->limit_bytes && queue->bytes <= queue->limit_bytes - bytes &&
	       bytes <= queue->pool->limit_bytes &&
	       queue->pool->bytes <= queue->pool->limit_bytes - bytes;
}

static void append(struct queue *queue, struct queue_batch *batch)
{
	if (queue->last)
		queue->last->next = batch;
	else
		queue->first = batch;
	queue->last = batch;
	queue->bytes += size_of(batch);
	queue->pool->bytes += size_of(batch);
}

int queue_add(struct queue *queue, struct buf *data, size_t points, uint64_t now_ns)
{
	struct queue_batch *batch = calloc(1, sizeof(*batch));

	if (!batch) {
		queue->counts.points_full += points;
		return -ENOMEM;
	}
	batch->data = *data;
	batch->points = points;
	batch->taken_ns = now_ns;
	*data = (struct buf){ 0 };
	drop_old(queue, now_ns);
	while (!has_room(queue, size_of(batch)) && oldest(queue))
		drop_oldest(queue, &queue->counts.points_full);
	if (has_room(queue, size_of(batch))) {
		append(queue, batch);
		return 0;
	}
	queue->counts.points_full += points;
	buf_done(&batch->data);
	free(batch);
	return 0;
}

const struct queue_batch *queue_start(struct queue *queue, uint64_t now_ns)
{
	if (queue->is_under_way)
		return NULL;
	drop_old(queue, now_ns);
	if (!queue->first || now_ns < queue->next_ns)
		return NULL;
	queue->is_under_way = true;
	return queue->first;
}

uint64_t queue_due_ns(const struct queue *queue)
{
	return queue->is_under_way || !queue->first ? QUEUE_NEVER : queue->next_ns;
}

/* Marsaglia's xorshift: spread is all that is wanted. */
static uint64_t next_random(struct queue *queue)
{
	queue->random ^= queue->random << 13;
	queue->random ^= queue->random >> 7;
	queue->random ^= queue->random << 17;
	return queue->random;
}

static uint64_t wait_ns(struct queue *queue, uint64_t retry_after_s)
{
	unsigned int doublings = queue->failures < DOUBLINGS_MAX ? queue->failures : DOUBLINGS_MAX;
	uint64_t ns = WAIT_MIN_NS << doublings, spread;

	if (retry_after_s)
		return (retry_after_s < RETRY_AFTER_MAX_S ? retry_after_s : RETRY_AFTER_MAX_S) *
		       NS_PER_S;
	ns = ns < WAIT_MAX_NS ? ns : WAIT_MAX_NS;
	spread = ns / JITTER;
	return ns - spread + next_random(queue) % (2 * spread + 1);
}

static enum queue_news again(struct queue *queue, uint64_t retry_after_s, uint64_t now_ns)
{
	bool is_first = !queue->outage_ns;

	queue->next_ns = now_ns + wait_ns(queue, retry_after_s);
	queue->failures++;
	queue->counts.retries++;
	if (!is_first)
		return QUEUE_SILENT;
	queue->outage_ns = now_ns ? now_ns : 1;
	queue->outage_dropped = queue_dropped(queue);
	return QUEUE_OUTAGE;
}

static enum queue_news refused(struct queue *queue)
{
	bool is_first = !queue->is_refusing;

	queue->counts.points_refused += queue->first->points;
	queue->is_refusing = true;
	return is_first ? QUEUE_REFUSED : QUEUE_SILENT;
}

static enum queue_news sent(struct queue *queue)
{
	queue->counts.batches_sent++;
	queue->counts.points_sent += queue->first->points;
	queue->is_refusing = false;
	return QUEUE_SILENT;
}

static bool is_worth_a_retry(unsigned int status)
{
	return !status || status == STATUS_TIMEOUT || status == STATUS_TOO_MANY ||
	       status >= STATUS_SERVER;
}

enum queue_news queue_end(struct queue *queue, unsigned int status, uint64_t retry_after_s,
			  uint64_t now_ns)
{
	enum queue_news news;
	bool was_out = queue->outage_ns;

	queue->is_under_way = false;
	if (is_worth_a_retry(status))
		return again(queue, retry_after_s, now_ns);
	news = status >= STATUS_OK && status < STATUS_OTHER ? sent(queue) : refused(queue);
	queue->failures = 0;
	queue->next_ns = 0;
	queue->outage_ns = 0;
	drop(queue, NULL);
	return news == QUEUE_SILENT && was_out ? QUEUE_BACK : news;
}

uint64_t queue_waiting(const struct queue *queue)
{
	uint64_t points = 0;

	for (const struct queue_batch *batch = queue->first; batch; batch = batch->next)
		points += batch->points;
	return points;
}

uint64_t queue_dropped(const struct queue *queue)
{
	const struct queue_counts *counts = &queue->counts;

	return counts->points_full + counts->points_old + counts->points_refused;
}
