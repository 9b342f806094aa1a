/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Memory nodes. */
#ifndef DENET_PROCFS_NUMA_H
#define DENET_PROCFS_NUMA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "util/parse.h"

struct procfs;

struct numa_node {
	uint32_t id;
	uint64_t size_mb; /* MiB, as denet has it */
	uint32_t *distances; /* owned; to the nodes in order */
	size_t distances_count;
};

/* No nodes when not known. */
struct numa {
	struct numa_node *nodes; /* owned; by id */
	size_t nodes_count;
};

int numa_read(const struct procfs *procfs, struct numa *ret_numa);

/* Accepts zeros. */
void numa_done(struct numa *numa);

/* "10 21 21"; the caller frees the numbers. */
int numa_parse_distances(struct parse_span text, uint32_t **ret_distances, size_t *ret_count);

/* "Node 0 MemTotal: 65814528 kB" gives 64272. False when no line has it. */
bool numa_parse_size(struct parse_span meminfo, uint64_t *ret_mb);

#endif
