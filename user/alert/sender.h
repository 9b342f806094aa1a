/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Requests to one server, one at a time: when the next may be sent, and what is told of an outage. */
#ifndef DENET_ALERT_SENDER_H
#define DENET_ALERT_SENDER_H

#include <stdbool.h>
#include <stdint.h>

#include "alert/settings.h"
#include "util/buf.h"

#define SENDER_NEVER UINT64_MAX

struct http_call;
struct http_client;

enum sender_result { SENDER_TAKEN, SENDER_REFUSED, SENDER_AGAIN };

/* What became of the request. */
typedef void (*sender_done_fn)(void *context, enum sender_result result);

struct sender {
	struct http_client *client; /* borrowed */
	char *url; /* owned, as the next two */
	char *ca_file; /* NULL for the system's */
	char *authorization; /* NULL without a token; secret */
	uint64_t timeout_ns;
	struct http_call *call; /* NULL without one under way */
	sender_done_fn done;
	void *context;
	unsigned int failures; /* one after the other */
	uint64_t next_ns; /* not before */
	bool is_out; /* which was told, as the next */
	bool is_refused;
};

/* The path is put behind the target's URL. Tells what is wrong; to be done in any case. */
int sender_init(struct sender *sender, const struct settings_target *target, const char *path,
		struct http_client *client, sender_done_fn done, void *context);

/* Forgets what is under way. */
void sender_done(struct sender *sender);

/* Whether one may be sent now. */
bool sender_is_free(const struct sender *sender, uint64_t now_ns);

/* When it may be, where one waits; SENDER_NEVER while one is under way. */
uint64_t sender_due_ns(const struct sender *sender);

/* The body is borrowed until done is called. */
void sender_send(struct sender *sender, const struct buf *body);

#endif
