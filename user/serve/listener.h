/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * libmicrohttpd in the loop of the service, with what it lacks: it sees who has gone, ends who takes too long,
 * makes room for others, and does not spin.
 */
#ifndef DENET_SERVE_LISTENER_H
#define DENET_SERVE_LISTENER_H

#include <stdbool.h>
#include <stdint.h>
#include <microhttpd.h>

struct listener;

/* One request. */
struct exchange {
	struct MHD_Connection *connection; /* borrowed */
	char *uri; /* owned: as on the request line */
	bool is_head_read;
	bool wants_body; /* GET, not HEAD */
	void *check; /* of who answers, NULL at first */
};

struct listener_setup {
	int fd; /* borrowed: it listens, and never waits */
	int other_fd; /* borrowed: what becomes readable there wakes us, too; -1 for none */
	const char *cert; /* as PEM, as the next: NULL for no TLS */
	const char *key;
	const char *client_ca; /* NULL: nobody is asked for a certificate */
	/* Queues a response or suspends the connection; the method is GET or HEAD, and there is no body. */
	enum MHD_Result (*answer)(void *self, struct exchange *exchange);
	/* The exchange is over, answered or not. */
	void (*forget)(void *self, struct exchange *exchange);
	void *self; /* borrowed */
};

/* -EINVAL where certificate and key are none, -ENOMEM, or another errno. */
int listener_new(const struct listener_setup *setup, struct listener **ret_listener);

/* What is under way is cut off; the socket goes on listening. Accepts NULL. */
void listener_free(struct listener *listener);

/* As of an observer. */
int listener_fd(const struct listener *listener);
uint64_t listener_due_ns(const struct listener *listener);
void listener_run(struct listener *listener);

#endif
