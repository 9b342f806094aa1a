/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The cgroup that bounds the memory of a process: its limit, and how often that was hit; its pressure. */
#ifndef DENET_PROCFS_MEMORY_GROUP_H
#define DENET_PROCFS_MEMORY_GROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "procfs/cgroup_folder.h"

struct procfs;

struct memory_group {
	uint64_t limit_kb; /* the least up the tree, as read last; UINT64_MAX without one */
	uint64_t first_limit_kb; /* as it was at first */
	int hits_fd; /* owned: where the group that has it counts them; -1 */
	bool is_v2;
	uint64_t hits_before;
	int kills_fd; /* owned: where its own group, if that is not the root, counts whom it lost; -1 */
	uint64_t kills_before;
	/* As they were when it was read again. */
	bool was_hit;
	uint64_t kills; /* UINT64_MAX when not known */
	int pressure_fd; /* owned: of its v2 group, if that is not the root; -1 */
	struct cgroup_folder places[2]; /* of v1 and v2; without a path where there is none */
};

#define MEMORY_GROUP_NONE                                     \
	((struct memory_group){ .limit_kb = UINT64_MAX,       \
				.first_limit_kb = UINT64_MAX, \
				.kills = UINT64_MAX,          \
				.hits_fd = -1,                \
				.kills_fd = -1,               \
				.pressure_fd = -1 })

/* What is to be looked for before it begins, so that several are found by one reading. */
struct cgroup_search memory_group_search(struct memory_group *group);
void memory_group_begin(struct memory_group *group);

/* All of that. As far as it can be known: what cannot is absent. */
void memory_group_open(struct memory_group *group, const struct procfs *procfs, pid_t pid);

/* Whether the limit was hit since; false when it cannot be told. */
bool memory_group_was_hit(const struct memory_group *group);

/* At the end: the limit may have been changed meanwhile, or hit. */
void memory_group_read_again(struct memory_group *group);

/* Keeps the limit. */
void memory_group_close(struct memory_group *group);

#endif
