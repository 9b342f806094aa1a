/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One InfluxDB, or what takes its line protocol, by HTTP or by UDP: batches of what looks have found. */
#ifndef DENET_PUSH_INFLUX_H
#define DENET_PUSH_INFLUX_H

#include "host/view.h"
#include "http/client.h"
#include "push/queue.h"
#include "push/settings.h"

struct influx;

/* All but the settings' texts is copied; client and pool are borrowed. Tells what is wrong. */
int influx_new(const struct push_influx *settings, const char *host, struct http_client *client,
	       struct queue_pool *pool, struct influx **ret_influx);

/* Accepts NULL. */
void influx_free(struct influx *influx);

void influx_take(struct influx *influx, const struct view *view, uint64_t now_ns);
void influx_run(struct influx *influx, uint64_t now_ns);
uint64_t influx_due_ns(const struct influx *influx);

/* Nothing waits any more. From the first call on nothing comes. */
bool influx_is_done(struct influx *influx, uint64_t now_ns);

#endif
