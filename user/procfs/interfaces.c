/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>

#include "procfs/lines.h"
#include "procfs/system_internal.h"
#include "util/cleanup.h"

/* Eight columns each: bytes, packets, errors and five more, received and then sent. */
#define COLUMNS 16
#define SENT 8

static bool parse_interface(struct parse_span line, struct parse_span *ret_name,
			    struct denet_interface *ret_interface)
{
	uint64_t columns[COLUMNS];

	/* The two header lines have no colon. */
	if (!parse_take_until(&line, ':', ret_name) || !line.len)
		return false;
	*ret_name = parse_span_trim(*ret_name);
	for (size_t i = 0; i < COLUMNS; i++)
		if (!parse_take_u64(&line, &columns[i]))
			return false;
	*ret_interface = (struct denet_interface){
		.rx_bytes = columns[0],
		.rx_packets = columns[1],
		.rx_errors = columns[2],
		.tx_bytes = columns[SENT],
		.tx_packets = columns[SENT + 1],
		.tx_errors = columns[SENT + 2],
	};
	return true;
}

static void add_to_sum(const struct denet_interface *interface, struct denet_interface *sum)
{
	sum->rx_bytes += interface->rx_bytes;
	sum->tx_bytes += interface->tx_bytes;
	sum->rx_packets += interface->rx_packets;
	sum->tx_packets += interface->tx_packets;
	sum->rx_errors += interface->rx_errors;
	sum->tx_errors += interface->tx_errors;
}

static int add_interface(struct system_store *store, struct denet_system *system,
			 struct parse_span name, struct denet_interface *interface)
{
	void *interfaces = store->interfaces;
	int r = system_grow(&interfaces, system->interfaces_count, sizeof(*interface));

	if (r)
		return r;
	store->interfaces = interfaces;
	system->interfaces = interfaces;
	interface->name = system_keep(store, name);
	if (!interface->name)
		return -ENOMEM;
	if (!parse_span_equals(name, "lo"))
		add_to_sum(interface, &system->net);
	store->interfaces[system->interfaces_count++] = *interface;
	return 0;
}

int system_read_interfaces(const struct procfs *procfs, struct system_store *store,
			   struct denet_system *system)
{
	AUTO_FD int fd = procfs_open(procfs->proc, "net/dev");
	struct denet_interface interface;
	struct parse_span line, name;
	struct lines lines;
	int r = 0;

	if (fd < 0)
		return 0;
	/* Without an interface nothing went through any. */
	system->net = (struct denet_interface){ 0 };
	lines_init(&lines, fd);
	while (!r && lines_next(&lines, &line) > 0)
		if (parse_interface(line, &name, &interface))
			r = add_interface(store, system, name, &interface);
	return r;
}
