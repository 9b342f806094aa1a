/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "push/push.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "http/client.h"
#include "push/influx.h"
#include "push/statsd.h"
#include "util/clock.h"
#include "util/log.h"

#define POOL_BYTES (6u << 20)
#define HOST_BYTES (HOST_NAME_MAX + 1)

struct push {
	struct http_client *client; /* owned, as all here */
	struct queue_pool pool;
	struct influx **influx;
	size_t influx_count;
	struct statsd *statsd; /* NULL without one */
	char host[HOST_BYTES];
};

static void take(void *self, const struct view *view)
{
	struct push *push = self;
	uint64_t now_ns = clock_mono_ns();

	for (size_t i = 0; i < push->influx_count; i++)
		influx_take(push->influx[i], view, now_ns);
	if (push->statsd)
		statsd_take(push->statsd, view);
}

static int fd(const void *self)
{
	const struct push *push = self;

	return http_client_fd(push->client);
}

static uint64_t due_ns(const void *self)
{
	const struct push *push = self;
	uint64_t first_ns = http_client_due_ns(push->client);

	for (size_t i = 0; i < push->influx_count; i++) {
		uint64_t next_ns = influx_due_ns(push->influx[i]);

		if (next_ns < first_ns)
			first_ns = next_ns;
	}
	return first_ns;
}

static void run(void *self)
{
	struct push *push = self;
	uint64_t now_ns;

	http_client_run(push->client);
	now_ns = clock_mono_ns();
	for (size_t i = 0; i < push->influx_count; i++)
		influx_run(push->influx[i], now_ns);
}

static bool is_done(void *self)
{
	struct push *push = self;
	uint64_t now_ns = clock_mono_ns();
	bool are_done = true;

	for (size_t i = 0; i < push->influx_count; i++)
		are_done &= influx_is_done(push->influx[i], now_ns);
	return are_done;
}

static void close_push(void *self)
{
	struct push *push = self;

	for (size_t i = 0; i < push->influx_count; i++)
		influx_free(push->influx[i]);
	free(push->influx);
	statsd_free(push->statsd);
	http_client_free(push->client);
	free(push);
}

static const struct observer_ops ops = {
	.take = take,
	.fd = fd,
	.due_ns = due_ns,
	.run = run,
	.is_done = is_done,
	.close = close_push,
};

/* How many of the same URL there are up to this one. */
static size_t number_of(const struct push_influx *items, size_t index)
{
	size_t number = 1;

	for (size_t i = 0; i < index; i++)
		number += strcmp(items[i].url, items[index].url) == 0;
	return number;
}

static int open_influx(struct push *push, const struct push_settings *settings)
{
	const struct influx_shared shared = { push->client, &push->pool, push->host };
	const struct push_influx *items = settings->influx.items;
	int r = 0;

	push->influx = calloc(settings->influx.count + 1, sizeof(struct influx *));
	if (!push->influx)
		return log_error(-ENOMEM, "cannot send figures");
	for (size_t i = 0; i < settings->influx.count && !r; i++) {
		r = influx_new(&items[i], number_of(items, i), &shared, &push->influx[i]);
		push->influx_count += !r;
	}
	return r;
}

static int open_targets(struct push *push, const struct push_settings *settings,
			const char *proc_root)
{
	int r = http_client_new(&push->client);

	if (r)
		return log_error(r, "cannot send figures");
	r = open_influx(push, settings);
	if (!r && settings->statsd.target)
		r = statsd_new(&settings->statsd, push->host, proc_root, &push->statsd);
	return r;
}

size_t push_sinks(void *self, struct exposition_sink *ret_sinks, size_t max)
{
	const struct push *push = self;
	size_t count = 0;

	for (size_t i = 0; i < push->influx_count && count < max; i++)
		ret_sinks[count++] = (struct exposition_sink){ influx_name(push->influx[i]),
							       influx_dropped(push->influx[i]) };
	if (push->statsd && count < max)
		ret_sinks[count++] = (struct exposition_sink){ statsd_name(push->statsd),
							       statsd_dropped(push->statsd) };
	return count;
}

int push_open(const struct push_settings *settings, const char *proc_root,
	      struct observer *ret_observer)
{
	struct push *push;
	int r;

	if (!settings->influx.count && !settings->statsd.target)
		return 0;
	push = calloc(1, sizeof(*push));
	if (!push)
		return log_error(-ENOMEM, "cannot send figures");
	push->pool.limit_bytes = POOL_BYTES;
	(void)gethostname(push->host, sizeof(push->host) - 1);
	r = open_targets(push, settings, proc_root);
	if (r) {
		close_push(push);
		return r;
	}
	*ret_observer = (struct observer){ &ops, push };
	return 0;
}
