/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where the cgroup hierarchies of this machine are: version 2, and those controllers of version 1 that count. */
#ifndef DENET_HOST_MOUNTS_H
#define DENET_HOST_MOUNTS_H

#include <stdbool.h>
#include <stddef.h>

struct procfs;

enum mount { MOUNT_V2, MOUNT_CPUACCT, MOUNT_CPU, MOUNT_MEMORY, MOUNT_PIDS, MOUNT_COUNT };

struct mounts {
	char *points[MOUNT_COUNT]; /* owned; NULL where it is not mounted */
	char *roots[MOUNT_COUNT]; /* owned: the cgroup that the point shows, "" for the root */
};

/*
 * As self/mountinfo tells; or, with a root, as the folders below it do, which is how a container sees its
 * host's. What is not there is no failure.
 */
int mounts_find(const struct procfs *procfs, const char *root, struct mounts *ret_mounts);

/* Accepts zeros. */
void mounts_done(struct mounts *mounts);

bool mounts_has_any(const struct mounts *mounts);

/* Whether the point is the root of a hierarchy of the running kernel, not a copy, or a part of one. */
bool mounts_is_kernels(const struct mounts *mounts, enum mount mount);

/* The controller's name in /proc/PID/cgroup; empty of version 2. */
const char *mounts_controller(enum mount mount);

/* The folder of a cgroup as /proc/PID/cgroup calls it; false when it cannot be seen from here. */
bool mounts_folder(const struct mounts *mounts, enum mount mount, const char *group, size_t len,
		   size_t size, char *ret_path);

#endif
