/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/connections.h"

#include <stdlib.h>
#include <sys/socket.h>

static void cut(struct connection *connection)
{
	(void)shutdown(connection->fd, SHUT_RDWR);
	connection->due_ns = UINT64_MAX;
	connection->since_ns = UINT64_MAX;
}

static struct connection *longest_waiting(const struct connections *connections)
{
	struct connection *longest = connections->first;

	for (struct connection *item = longest; item; item = item->next)
		if (item->since_ns < longest->since_ns)
			longest = item;
	return longest;
}

struct connection *connections_add(struct connections *connections, int fd, uint64_t now_ns)
{
	struct connection *connection = calloc(1, sizeof(*connection)), *longest;

	if (!connection)
		return NULL;
	if (connections->count >= CONNECTIONS_EVICT) {
		longest = longest_waiting(connections);
		if (longest)
			cut(longest);
		connections->evicted++;
	}
	*connection = (struct connection){ .fd = fd,
					   .since_ns = now_ns,
					   .due_ns = now_ns + CONNECTIONS_REQUEST_NS,
					   .next = connections->first,
					   .link = &connections->first };
	if (connection->next)
		connection->next->link = &connection->next;
	connections->first = connection;
	connections->count++;
	return connection;
}

void connections_remove(struct connections *connections, struct connection *connection)
{
	*connection->link = connection->next;
	if (connection->next)
		connection->next->link = connection->link;
	connections->count--;
	free(connection);
}

static void set_due(struct connection *connection, uint64_t now_ns, uint64_t time_ns)
{
	/* What was shut down stays so. */
	if (connection->due_ns == UINT64_MAX)
		return;
	connection->since_ns = now_ns;
	connection->due_ns = now_ns + time_ns;
}

void connections_begin(struct connection *connection, uint64_t now_ns)
{
	set_due(connection, now_ns, CONNECTIONS_REQUEST_NS);
}

void connections_rest(struct connection *connection, uint64_t now_ns)
{
	set_due(connection, now_ns, CONNECTIONS_REST_NS);
}

void connections_sweep(struct connections *connections, uint64_t now_ns)
{
	for (struct connection *item = connections->first; item; item = item->next) {
		if (now_ns < item->due_ns || item->due_ns == UINT64_MAX)
			continue;
		cut(item);
		connections->overdue++;
	}
}

bool connections_nudge(const struct connections *connections)
{
	bool is_any = false;

	for (const struct connection *item = connections->first; item; item = item->next) {
		if (!item->is_gone)
			continue;
		(void)shutdown(item->fd, SHUT_RD);
		is_any = true;
	}
	return is_any;
}

uint64_t connections_due_ns(const struct connections *connections, uint64_t nudged_ns)
{
	uint64_t due_ns = UINT64_MAX;

	for (const struct connection *item = connections->first; item; item = item->next) {
		uint64_t next_ns = item->is_gone ? nudged_ns + CONNECTIONS_NUDGE_NS : item->due_ns;

		if (next_ns < due_ns)
			due_ns = next_ns;
	}
	return due_ns;
}
