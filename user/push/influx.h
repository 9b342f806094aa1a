/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One InfluxDB, or what takes its line protocol, by HTTP or by UDP: batches of what looks have found. */
#ifndef DENET_PUSH_INFLUX_H
#define DENET_PUSH_INFLUX_H

#include "host/view.h"
#include "http/client.h"
#include "push/queue.h"
#include "push/settings.h"

struct influx;

/* What all targets have together; borrowed. */
struct influx_shared {
	struct http_client *client;
	struct queue_pool *pool;
	const char *host; /* the machine's name */
};

/* number: how many of the same URL there are with this one. The settings are borrowed. Tells what is wrong. */
int influx_new(const struct push_influx *settings, size_t number,
	       const struct influx_shared *shared, struct influx **ret_influx);

/* Accepts NULL. */
void influx_free(struct influx *influx);

void influx_take(struct influx *influx, const struct view *view, uint64_t now_ns);
void influx_run(struct influx *influx, uint64_t now_ns);
uint64_t influx_due_ns(const struct influx *influx);

/* What it is called where something is told of it, as no other is, and how many lines were dropped. */
const char *influx_name(const struct influx *influx);
uint64_t influx_dropped(const struct influx *influx);

/* Nothing waits any more. From the first call on nothing comes. */
bool influx_is_done(struct influx *influx, uint64_t now_ns);

#endif
