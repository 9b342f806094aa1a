/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What the BPF programs cost before they run: for each object a line with its name and the median time in ns
 * until it is loaded and attached, then one with name and verified instructions of each of its programs.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "probe/probe_internal.h"
#include "util/clock.h"

#define ROUNDS 5

enum { TREE, EDGES, MEMBERS, OBJECTS };

static int open_tree(struct probe *probe)
{
	const struct probe_options options = { .force_members = true };

	return probe_load(probe, &options);
}

static int open_edges(struct probe *probe)
{
	int r = probe_prepare_edges(probe);

	return r ? r : object_attach(&probe->edges.object);
}

/* As from the third sample on. */
static int open_members(struct probe *probe)
{
	probe->members.walks = 3;
	if (members_ready(&probe->members, &probe->members_tree))
		return 0;
	return probe->members.error ? probe->members.error : -EOPNOTSUPP;
}

static int time_of(int (*open)(struct probe *), struct probe *probe, uint64_t *ret_ns)
{
	uint64_t started_ns = clock_mono_ns();
	int r = open(probe);

	*ret_ns = clock_mono_ns() - started_ns;
	return r;
}

static int by_size(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return *x < *y ? -1 : *x > *y;
}

static void print(const struct object *object, uint64_t costs_ns[ROUNDS])
{
	qsort(costs_ns, ROUNDS, sizeof(costs_ns[0]), by_size);
	printf("object %s %llu\n", object->kind->name, (unsigned long long)costs_ns[ROUNDS / 2]);
	for (size_t i = 0; i < object->kind->programs_count; i++) {
		struct bpf_prog_info info = { 0 };
		__u32 size = sizeof(info);

		if (bpf_obj_get_info_by_fd(object->program_fds[i], &info, &size))
			continue;
		printf("program %s %u\n", object->kind->programs[i].name, info.verified_insns);
	}
}

static int measure(size_t round, uint64_t costs_ns[OBJECTS][ROUNDS])
{
	struct probe *probe = calloc(1, sizeof(*probe));
	int r = probe ? 0 : -ENOMEM;

	if (!r)
		r = time_of(open_tree, probe, &costs_ns[TREE][round]);
	if (!r)
		r = time_of(open_edges, probe, &costs_ns[EDGES][round]);
	if (!r)
		r = time_of(open_members, probe, &costs_ns[MEMBERS][round]);
	if (!r && round == ROUNDS - 1) {
		print(&probe->tree, costs_ns[TREE]);
		print(&probe->edges.object, costs_ns[EDGES]);
		print(&probe->members.object, costs_ns[MEMBERS]);
	}
	probe_free(probe);
	return r;
}

int main(void)
{
	uint64_t costs_ns[OBJECTS][ROUNDS];

	for (size_t round = 0; round < ROUNDS; round++) {
		int r = measure(round, costs_ns);

		if (r) {
			fprintf(stderr, "programs: %s\n", strerror(-r));
			return 1;
		}
	}
	return 0;
}
