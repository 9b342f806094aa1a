/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The cgroups that bound the CPU of a process: the quota in effect, and the time that it was waited for. */
#ifndef DENET_PROCFS_CPU_GROUP_H
#define DENET_PROCFS_CPU_GROUP_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "procfs/cgroup_folder.h"

struct procfs;

#define CPU_GROUP_LEVELS_MAX 8

/* A group counts what its own quota has cost it, so that each that has one is asked. */
struct cpu_group {
	double limit_cores; /* the least up the tree, as it was read last; NaN without one */
	double first_limit_cores; /* as it was at first */
	uint64_t throttled_ns; /* the most of one group so far; UINT64_MAX without a quota */
	int fds[CPU_GROUP_LEVELS_MAX]; /* owned: of all groups up the tree */
	uint64_t before[CPU_GROUP_LEVELS_MAX]; /* in the unit of the file */
	unsigned int v2_levels; /* a bit for each that counts in microseconds */
	unsigned int bound_levels; /* a bit for each with a quota */
	unsigned int count;
	struct cgroup_folder places[2]; /* of v1 and v2; without a path where there is none */
};

void cpu_group_init(struct cpu_group *group);

/* What is to be looked for before it begins, so that several are found by one reading. */
struct cgroup_search cpu_group_search(struct cpu_group *group);
void cpu_group_begin(struct cpu_group *group);

/* All of that. As far as it can be known: what cannot is absent. */
void cpu_group_open(struct cpu_group *group, const struct procfs *procfs, pid_t pid);

/* Brings throttled_ns to now; a group that is gone has told what it could. */
void cpu_group_note(struct cpu_group *group);

/* At the end: the quotas may have been changed meanwhile, and throttled whoever had none. */
void cpu_group_read_again(struct cpu_group *group);

/* Whether the least quota is another than at first. */
bool cpu_group_has_changed(const struct cpu_group *group);

/* Keeps the figures. */
void cpu_group_close(struct cpu_group *group);

#endif
