/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Sockets, cores and threads. */
#ifndef DENET_PROCFS_TOPOLOGY_H
#define DENET_PROCFS_TOPOLOGY_H

#include <stdint.h>

struct procfs;

/* All 0 when not known. */
struct topology {
	uint64_t sockets;
	uint64_t cores_per_socket; /* of the largest */
	uint64_t threads_per_core;
};

int topology_read(const struct procfs *procfs, struct topology *ret_topology);

#endif
