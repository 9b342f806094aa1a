/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The folder of a cgroup of a process, and those above it. */
#ifndef DENET_PROCFS_CGROUP_FOLDER_H
#define DENET_PROCFS_CGROUP_FOLDER_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct mountinfo;
struct procfs;

struct cgroup_folder {
	char path[PATH_MAX];
	size_t mount_len; /* of the path: the hierarchy's mount */
};

/* In v1's hierarchy of that controller, and in v2: by is_v2; an empty path where there is none. */
struct cgroup_search {
	const char *controller; /* borrowed, as the next */
	struct cgroup_folder *places; /* two of them, to be filled in */
};

/* How many may be looked for by one reading of the mounts, which costs more than all the rest. */
#define CGROUP_SEARCHES_MAX 2

void cgroup_folder_find(const struct procfs *procfs, pid_t pid,
			const struct cgroup_search *searches, size_t count);

/* The hierarchy may be mounted more than once, each time another part of it: the first that is such. */
typedef bool (*cgroup_folder_fn)(void *context, const struct cgroup_folder *place,
				 const struct mountinfo *mount);
bool cgroup_folder_find_such(const struct procfs *procfs, pid_t pid, const char *controller,
			     bool is_v2, cgroup_folder_fn is_such, void *context,
			     struct cgroup_folder *place);

/* False above the mount. */
bool cgroup_folder_go_up(struct cgroup_folder *place);

#endif
