/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What goes on around the tree: the network of the root's namespace, memory pressure, the limit of memory. */
#ifndef DENET_FOLLOW_AROUND_H
#define DENET_FOLLOW_AROUND_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "denet/denet.h"
#include "follow/limits.h"
#include "procfs/cpu_group.h"
#include "procfs/memory_group.h"
#include "procfs/netdev.h"

struct procfs;
struct source;

struct around {
	int netdev_fd; /* owned, as the next; -1 */
	int pressure_fd; /* the machine's */
	struct memory_group group; /* the root's */
	struct cpu_group cpu; /* its as well, as far as files tell */
	struct limits limits; /* as the source tells, which may be more or less */
	uint64_t stall_before_us;
	uint64_t stall_ns; /* since the start; DENET_UNKNOWN */
	bool is_stall_of_group; /* or the machine's */
	bool is_net_known; /* stays when the descriptors go */
	struct netdev_totals net_before;
	uint64_t net_rx_bytes;
	uint64_t net_tx_bytes;
};

void around_init(struct around *around);

/* Before the root can leave its namespace; and, the rest, when nothing can fail any more. */
void around_open_net(struct around *around, const struct procfs *procfs, pid_t pid);
/* source: may be NULL. */
void around_open(struct around *around, const struct procfs *procfs, struct source *source,
		 pid_t pid);

/* At the end, before the root is waited for: limits may have been changed meanwhile. */
void around_read_again(struct around *around, struct source *source);

/* The lower one of what files and the source know; NaN without one. First: when it was opened. */
double around_cpu_limit_cores(const struct around *around);
double around_first_cpu_limit_cores(const struct around *around);
uint64_t around_throttled_ns(const struct around *around);
/* Likewise the lower one; DENET_UNKNOWN without one. */
uint64_t around_memory_limit_kb(const struct around *around);
uint64_t around_first_memory_limit_kb(const struct around *around);

/* Closes the descriptors. */
void around_close(struct around *around);

/* has_net: what was received since the start is what was asked for. */
void around_fill(struct around *around, bool has_net, struct denet_sample *sample);

#endif
