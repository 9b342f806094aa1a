/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/connections.h"

#include <errno.h>
#include <stdlib.h>

static struct host_connections figures_of(const struct socket_counts *counts)
{
	const uint64_t *of = counts->of;

	return (struct host_connections){
		.established = of[SOCKET_ESTABLISHED],
		.syn_sent = of[SOCKET_SYN_SENT],
		.syn_recv = of[SOCKET_SYN_RECV],
		.fin_wait = of[SOCKET_FIN_WAIT1] + of[SOCKET_FIN_WAIT2],
		.time_wait = of[SOCKET_TIME_WAIT],
		.close_wait = of[SOCKET_CLOSE_WAIT],
		.last_ack = of[SOCKET_LAST_ACK],
		.closing = of[SOCKET_CLOSING],
		.listeners = of[SOCKET_LISTEN],
	};
}

int connections_new(const struct sockets *sockets, uint64_t mono_ns, uint64_t ts_ms,
		    struct connections **ret_connections)
{
	size_t count = 1 + sockets->count;
	struct connections *connections =
		calloc(1, sizeof(*connections) + count * sizeof(connections->rows[0]));

	if (!connections)
		return -ENOMEM;
	connections->mono_ns = mono_ns;
	connections->count = count;
	for (size_t i = 0; i < count; i++) {
		const struct socket_listener *listener = i ? &sockets->listeners[i - 1] : NULL;
		struct connections_row *row = &connections->rows[i];

		row->figures = figures_of(listener ? &listener->counts : &sockets->all);
		row->figures.ts_ms = ts_ms;
		row->figures.counted = sockets->is_cut ? "at_least" : "exact";
		if (!listener)
			continue;
		sockets_format(&listener->address, row->listening);
		row->figures.listening = row->listening;
	}
	connections->rows[0].figures.listeners_omitted = sockets->omitted;
	*ret_connections = connections;
	return 0;
}

void connections_free(struct connections *connections)
{
	free(connections);
}

void connections_name(struct connections *connections, const char *group, const char *cgroup)
{
	for (size_t i = 0; i < connections->count; i++) {
		connections->rows[i].figures.group = group;
		connections->rows[i].figures.cgroup = cgroup;
	}
}
