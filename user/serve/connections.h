/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Who is connected: until when each may take its time, and who goes when there are too many. An idle timeout
 * alone is none: a byte now and then would keep a connection for ever.
 */
#ifndef DENET_SERVE_CONNECTIONS_H
#define DENET_SERVE_CONNECTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/units.h"

#define CONNECTIONS_MAX 64
#define CONNECTIONS_EVICT 56 /* with more the one that has waited longest goes */
#define CONNECTIONS_REQUEST_NS \
	(10 * NS_PER_S) /* from accept, and for each request from its head on */
#define CONNECTIONS_NUDGE_NS (50 * NS_PER_MS)
#define CONNECTIONS_REST_NS (120 * NS_PER_S) /* between two requests */

struct connection {
	int fd; /* borrowed */
	bool is_gone; /* it has said all, and maybe hears no more */
	uint64_t since_ns; /* it waits, or is served */
	uint64_t due_ns; /* it is shut down then; UINT64_MAX once it was */
	struct connection *next;
	struct connection **link; /* what points to this one */
};

/* All zeros is none. */
struct connections {
	struct connection *first;
	size_t count;
	uint64_t evicted;
	uint64_t overdue;
};

/* Makes room for it, if need be. NULL without memory. */
struct connection *connections_add(struct connections *connections, int fd, uint64_t now_ns);

/* Frees it. */
void connections_remove(struct connections *connections, struct connection *connection);

/* A request has come; it was answered. */
void connections_begin(struct connection *connection, uint64_t now_ns);
void connections_rest(struct connection *connection, uint64_t now_ns);

/* Shuts down those whose time is over. */
void connections_sweep(struct connections *connections, uint64_t now_ns);

/*
 * Shows the end of those that are gone once more to who reads them: for reading alone, since one that has said all
 * may wait for the answer. False where none is.
 */
bool connections_nudge(const struct connections *connections);

/* When these or those are due next; UINT64_MAX for never. */
uint64_t connections_due_ns(const struct connections *connections, uint64_t nudged_ns);

#endif
