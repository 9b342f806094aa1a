/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/netdev.h"

#include "procfs/lines.h"
#include "procfs/procfs.h"

/* Columns between the received and the sent bytes. */
#define COLUMNS_BETWEEN 7

int netdev_open(const struct procfs *procfs, pid_t pid)
{
	return procfs_open_pid(procfs, pid, "net/dev");
}

int netdev_read(int fd, struct netdev_totals *ret_totals)
{
	struct netdev_totals totals = { 0 };
	struct parse_span line;
	struct lines lines;
	int more;

	lines_init(&lines, fd);
	while ((more = lines_next(&lines, &line)) > 0)
		netdev_add_line(&totals, line);
	if (more < 0)
		return more;

	*ret_totals = totals;
	return 0;
}

/* The two header lines have no colon. */
void netdev_add_line(struct netdev_totals *totals, struct parse_span line)
{
	struct parse_span name;
	uint64_t rx_bytes;
	uint64_t tx_bytes;

	if (!parse_take_until(&line, ':', &name) || parse_span_equals(parse_span_trim(name), "lo"))
		return;

	if (!parse_take_u64(&line, &rx_bytes))
		return;
	for (int i = 0; i < COLUMNS_BETWEEN; i++) {
		uint64_t ignored;

		if (!parse_take_u64(&line, &ignored))
			return;
	}
	if (!parse_take_u64(&line, &tx_bytes))
		return;

	totals->rx_bytes += rx_bytes;
	totals->tx_bytes += tx_bytes;
}
