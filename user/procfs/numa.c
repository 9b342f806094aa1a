/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/numa.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include "procfs/numbered.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define NODE_PATH "devices/system/node"
#define NAME_BYTES 96
#define LARGE_FILE_BYTES 65536

int numa_parse_distances(struct parse_span text, uint32_t **ret_distances, size_t *ret_count)
{
	struct parse_span rest = parse_span_trim(text);
	AUTO_FREE uint32_t *distances = NULL;
	uint64_t value;
	size_t count = 0;

	/* Each number but the last takes two bytes at least. */
	distances = calloc(rest.len / 2 + 1, sizeof(*distances));
	if (!distances)
		return -ENOMEM;
	while (parse_take_u64(&rest, &value) && value <= UINT32_MAX)
		distances[count++] = (uint32_t)value;

	*ret_distances = TAKE(distances);
	*ret_count = count;
	return 0;
}

bool numa_parse_size(struct parse_span meminfo, uint64_t *ret_mb)
{
	struct parse_span line;
	struct parse_span word;
	uint64_t kb;

	while (parse_take_line(&meminfo, &line)) {
		while (parse_take_word(&line, &word)) {
			if (!parse_span_equals(word, "MemTotal:"))
				continue;
			if (!parse_take_u64(&line, &kb))
				break;
			*ret_mb = kb / 1024;
			return true;
		}
	}
	return false;
}

static int read_node(const struct procfs *procfs, uint32_t id, struct numa_node *node)
{
	AUTO_FREE char *distances = NULL;
	AUTO_FREE char *meminfo = NULL;
	char name[NAME_BYTES];
	size_t len = 0;

	node->id = id;
	(void)snprintf(name, sizeof(name), NODE_PATH "/node%u/meminfo", id);
	if (!procfs_load(procfs->sys, name, LARGE_FILE_BYTES, &meminfo, &len))
		(void)numa_parse_size((struct parse_span){ meminfo, len }, &node->size_mb);

	(void)snprintf(name, sizeof(name), NODE_PATH "/node%u/distance", id);
	if (procfs_load(procfs->sys, name, LARGE_FILE_BYTES, &distances, &len))
		return 0;
	return numa_parse_distances((struct parse_span){ distances, len }, &node->distances,
				    &node->distances_count);
}

int numa_read(const struct procfs *procfs, struct numa *ret_numa)
{
	AUTO_FREE uint32_t *ids = NULL;
	struct numa numa = { 0 };
	size_t count = 0;
	int err = numbered_list(procfs->sys, NODE_PATH, "node", &ids, &count);

	if (err)
		return err;
	numa.nodes = calloc(count + 1, sizeof(*numa.nodes));
	if (!numa.nodes)
		return -ENOMEM;

	for (; numa.nodes_count < count && !err; numa.nodes_count++)
		err = read_node(procfs, ids[numa.nodes_count], &numa.nodes[numa.nodes_count]);
	if (err) {
		numa_done(&numa);
		return err;
	}

	*ret_numa = numa;
	return 0;
}

void numa_done(struct numa *numa)
{
	for (size_t i = 0; i < numa->nodes_count; i++)
		free(numa->nodes[i].distances);
	free(numa->nodes);
	*numa = (struct numa){ 0 };
}
