/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Bytes through a network namespace, loopback left out. */
#ifndef DENET_PROCFS_NETDEV_H
#define DENET_PROCFS_NETDEV_H

#include <stdint.h>
#include <sys/types.h>

#include "util/parse.h"

struct procfs;

struct netdev_totals {
	uint64_t rx_bytes;
	uint64_t tx_bytes;
};

/*
 * Returns a descriptor for the namespace that the process is in now. It holds the namespace, and
 * so can be read when the process has ended or has moved to another.
 */
int netdev_open(const struct procfs *procfs, pid_t pid);

/* Sums over the interfaces there are now: they fall when one goes away. */
int netdev_read(int fd, struct netdev_totals *ret_totals);

/* Adds one line of the file, if it is that of an interface that counts. */
void netdev_add_line(struct netdev_totals *totals, struct parse_span line);

#endif
