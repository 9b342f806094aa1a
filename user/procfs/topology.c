/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/topology.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "procfs/cpulist.h"
#include "procfs/numbered.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/parse.h"

#define CPU_PATH "devices/system/cpu"
#define NAME_BYTES 96
#define SMALL_FILE_BYTES 4096

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
