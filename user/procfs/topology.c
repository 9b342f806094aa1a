/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/topology.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

#include "procfs/cpulist.h"
#include "procfs/numbered.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"

#define CPU_PATH "devices/system/cpu"
#define NODE_PATH "devices/system/node"
#define NAME_BYTES 96
#define SMALL_FILE_BYTES 4096
#define LARGE_FILE_BYTES 65536

struct core {
	uint64_t package;
	uint64_t core;
};

static int read_number(const struct procfs *procfs, const char *name, uint64_t *ret_value)
{
	char text[SMALL_FILE_BYTES];
	size_t len = 0;
	int err = procfs_read_file(procfs->sys, name, sizeof(text), text, &len);
	struct parse_span span = { text, len };

	if (err)
		return err;
	return parse_take_u64(&span, ret_value) ? 0 : -EBADMSG;
}

static int read_cpu_number(const struct procfs *procfs, uint32_t cpu, const char *file,
			   uint64_t *ret_value)
{
	char name[NAME_BYTES];

	(void)snprintf(name, sizeof(name), CPU_PATH "/cpu%u/topology/%s", cpu, file);
	return read_number(procfs, name, ret_value);
}

/* Of the first CPU that says so; 1 when none does. */
static uint64_t read_threads_per_core(const struct procfs *procfs, const uint32_t *cpus,
				      size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char name[NAME_BYTES];
		char text[SMALL_FILE_BYTES];
		size_t len = 0;
		struct parse_span list = { text, 0 };
		uint64_t threads;

		(void)snprintf(name, sizeof(name), CPU_PATH "/cpu%u/topology/thread_siblings_list",
			       cpus[i]);
		if (procfs_read_file(procfs->sys, name, sizeof(text), text, &len))
			continue;
		list.len = len;
		threads = cpulist_count(list);
		return threads > 0 ? threads : 1;
	}
	return 1;
}

static int compare_cores(const void *left, const void *right)
{
	const struct core *a = left;
	const struct core *b = right;

	if (a->package != b->package)
		return a->package > b->package ? 1 : -1;
	return (a->core > b->core) - (a->core < b->core);
}

/* Cores sorted: packages are runs, and within them equal cores are runs. */
static void count_cores(struct core *cores, size_t count, struct topology *topology)
{
	uint64_t in_package = 0;

	qsort(cores, count, sizeof(*cores), compare_cores);
	for (size_t i = 0; i < count; i++) {
		bool is_new_package = i == 0 || cores[i].package != cores[i - 1].package;

		if (is_new_package) {
			topology->sockets++;
			in_package = 0;
		}
		if (is_new_package || cores[i].core != cores[i - 1].core)
			in_package++;
		if (in_package > topology->cores_per_socket)
			topology->cores_per_socket = in_package;
	}
}

int topology_read(const struct procfs *procfs, struct topology *ret_topology)
{
	struct topology topology = { 0 };
	AUTO_FREE uint32_t *cpus = NULL;
	AUTO_FREE struct core *cores = NULL;
	size_t cpus_count = 0;
	size_t count = 0;
	int err = numbered_list(procfs->sys, CPU_PATH, "cpu", &cpus, &cpus_count);

	if (err)
		return err;
	cores = calloc(cpus_count + 1, sizeof(*cores));
	if (!cores)
		return -ENOMEM;

	/* An offline CPU has no topology. */
	for (size_t i = 0; i < cpus_count; i++) {
		if (!read_cpu_number(procfs, cpus[i], "physical_package_id",
				     &cores[count].package) &&
		    !read_cpu_number(procfs, cpus[i], "core_id", &cores[count].core))
			count++;
	}
	if (count > 0) {
		count_cores(cores, count, &topology);
		topology.threads_per_core = read_threads_per_core(procfs, cpus, cpus_count);
	}

	*ret_topology = topology;
	return 0;
}

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
