/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where the cgroup of this process is, as a folder. */
#ifndef DENET_PROCFS_CGROUP_PLACE_H
#define DENET_PROCFS_CGROUP_PLACE_H

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct procfs;

struct cgroup_place {
	char path[PATH_MAX];
	bool is_root; /* of the whole hierarchy, not of what a namespace shows of it */
	bool has_cpu; /* a hierarchy of v1 that divides the CPU as well */
};

/*
 * Of v1's controller, or of v2 for NULL. False when there is none, or when the folder that the path
 * leads to does not list this process: what is mounted may be another part of the hierarchy. Of a root
 * that is not asked, as its list may be that of the whole machine.
 */
bool cgroup_place_find(const struct procfs *procfs, const char *controller,
		       struct cgroup_place *ret_place);

bool cgroup_place_lists_us(const char *path);

/* Whether all processes of the group are such. False also when they cannot be listed. */
typedef bool (*cgroup_place_fn)(const void *context, pid_t pid);
bool cgroup_place_holds_only(const char *path, cgroup_place_fn is_such, const void *context);

/* The number that a file of the group is, or that follows the key in it. */
bool cgroup_place_read(const char *path, const char *name, const char *key, uint64_t *ret_number);

#endif
