/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A cgroup by what a user calls it. */
#ifndef DENET_PROCFS_CGROUP_TARGET_H
#define DENET_PROCFS_CGROUP_TARGET_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct denet_error;
struct procfs;

struct cgroup_target {
	char folder[PATH_MAX];
	const char *controller; /* of version 1; "" for version 2 */
	uint64_t id; /* the kernel's */
	int level; /* below the root of the hierarchy; -1 where a namespace hides that */
};

/*
 * name: a folder of a mounted hierarchy, a path below such a mount, or a line of /proc/PID/cgroup. On
 * failure error says it in words, for one line.
 */
int cgroup_target_find(const struct procfs *procfs, const char *name,
		       struct cgroup_target *ret_target, struct denet_error *error);

/* Whether it is still there. */
bool cgroup_target_exists(const struct cgroup_target *target);

/* A process that is in it, and not below it; 0 when there is none that can be seen. */
pid_t cgroup_target_member(const struct cgroup_target *target);

#endif
