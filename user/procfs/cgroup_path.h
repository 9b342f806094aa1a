/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Paths of cgroups by the ids that the kernel gives in its accounts. */
#ifndef DENET_PROCFS_CGROUP_PATH_H
#define DENET_PROCFS_CGROUP_PATH_H

#include <stdint.h>

struct procfs;
struct cgroup_paths; /* the mounted hierarchies, and what was asked for lately */

/*
 * Works without rights too, slower: without CAP_DAC_READ_SEARCH an unknown id costs a walk through
 * the hierarchy. A hierarchy that is not mounted is no error: its paths are not known.
 */
int cgroup_paths_new(const struct procfs *procfs, struct cgroup_paths **ret_paths);

/* Accepts NULL. */
void cgroup_paths_free(struct cgroup_paths *paths);
static inline void cgroup_paths_freep(struct cgroup_paths **paths)
{
	cgroup_paths_free(*paths);
}

/*
 * The path relative to the hierarchy's mount: the v2 one, unless that is "/" or not known and the
 * v1 memory one is known. NULL when neither is: a cgroup that was removed before it was first
 * asked for has none. Valid until the next call. An id of 0 means none.
 */
const char *cgroup_paths_find(struct cgroup_paths *paths, uint64_t v2_id, uint64_t v1_memory_id);

#endif
