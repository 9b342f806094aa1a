/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/target.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/clock.h"
#include "util/gzip.h"
#include "util/log.h"

#define HEADERS_MAX 8
#define TOLD_BYTES 200 /* of what a server says */

struct target {
	struct target_options options;
	const char *headers[HEADERS_MAX + 2]; /* what is packed says so */
	struct http_client *client; /* borrowed */
	struct http_call *call; /* NULL without one under way */
	struct queue queue;
	bool is_hurried;
	uint64_t hurried_retries; /* so many there had been */
};

static int set_headers(struct target *target)
{
	const char *const *from = target->options.request.headers;
	size_t count = 0;

	for (; from && from[count]; count++) {
		if (count == HEADERS_MAX)
			return -EINVAL;
		target->headers[count] = from[count];
	}
	if (target->options.gzip)
		target->headers[count] = "Content-Encoding: gzip";
	target->options.request.headers = target->headers;
	return 0;
}

int target_new(const struct target_options *options, struct http_client *client,
	       struct queue_pool *pool, struct target **ret_target)
{
	AUTO_FREE struct target *target = calloc(1, sizeof(*target));
	int r;

	if (!target)
		return -ENOMEM;
	target->options = *options;
	target->client = client;
	r = set_headers(target);
	if (r)
		return r;
	queue_init(&target->queue, pool, options->limit_bytes, options->age_ns, options->seed);
	*ret_target = TAKE(target);
	return 0;
}

void target_free(struct target *target)
{
	uint64_t waiting;

	if (!target)
		return;
	waiting = queue_waiting(&target->queue);
	if (waiting)
		log_warning("%s has not taken %" PRIu64 " lines, which are dropped",
			    target->options.name, waiting);
	if (target->call)
		http_client_cancel(target->client, target->call);
	queue_done(&target->queue);
	free(target);
}

static int pack(const struct buf *text, struct buf *packed)
{
	struct gzip *gzip = NULL;
	int r = gzip_new(&gzip);

	if (!r)
		r = gzip_pack(gzip, text->data, text->len, true, packed);
	gzip_free(gzip);
	return r;
}

void target_add(struct target *target, const struct buf *text, size_t points, uint64_t now_ns)
{
	AUTO(buf) struct buf data = { 0 };

	if (!text->len)
		return;
	if (target->options.gzip)
		data.error = pack(text, &data);
	else
		buf_append(&data, text->data, text->len);
	if (data.error)
		target->queue.counts.points_full += points;
	else
		(void)queue_add(&target->queue, &data, points, now_ns);
}

/* Of what it says the first line. */
static void tell_refusal(const struct target *target, const struct http_answer *answer)
{
	size_t len = strcspn(answer->body, "\r\n");

	log_warning("%s refuses figures, which are dropped: status %u: %.*s", target->options.name,
		    answer->status, (int)(len < TOLD_BYTES ? len : TOLD_BYTES), answer->body);
}

static void tell(const struct target *target, enum queue_news news, uint64_t dropped,
		 const struct http_answer *answer)
{
	const char *name = target->options.name;

	switch (news) {
	case QUEUE_OUTAGE:
		if (answer->error)
			log_warning("%s takes no figures, which wait: %s", name, answer->error);
		else
			log_warning("%s takes no figures, which wait: status %u", name,
				    answer->status);
		break;
	case QUEUE_BACK:
		log_warning("%s takes figures again; %" PRIu64 " lines were dropped", name,
			    dropped);
		break;
	case QUEUE_REFUSED:
		tell_refusal(target, answer);
		break;
	default:
		break;
	}
}

static void on_done(void *context, const struct http_answer *answer)
{
	struct target *target = context;
	uint64_t before = target->queue.outage_dropped;
	enum queue_news news =
		queue_end(&target->queue, answer->status, answer->retry_after_s, clock_mono_ns());

	target->call = NULL;
	tell(target, news, queue_dropped(&target->queue) - before, answer);
}

void target_run(struct target *target, uint64_t now_ns)
{
	const struct queue_batch *batch = queue_start(&target->queue, now_ns);
	struct http_request request = target->options.request;
	struct http_answer answer = { .body = "" };
	int r;

	if (!batch)
		return;
	request.body = batch->data.data;
	request.body_len = batch->data.len;
	r = http_client_send(target->client, &request, on_done, target, &target->call);
	if (!r)
		return;
	answer.error = strerror(-r);
	tell(target, queue_end(&target->queue, 0, 0, now_ns), 0, &answer);
}

uint64_t target_due_ns(const struct target *target)
{
	return queue_due_ns(&target->queue);
}

void target_hurry(struct target *target)
{
	if (target->is_hurried)
		return;
	target->is_hurried = true;
	target->hurried_retries = target->queue.counts.retries;
	target->queue.next_ns = 0;
}

bool target_is_done(const struct target *target)
{
	const struct queue *queue = &target->queue;

	return queue_is_empty(queue) ||
	       (target->is_hurried && queue->counts.retries > target->hurried_retries);
}

uint64_t target_dropped(const struct target *target)
{
	return queue_dropped(&target->queue);
}
