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
void cgroup_folder_find_both(const struct procfs *procfs, pid_t pid, const char *controller,
			     struct cgroup_folder places[2]);

/* The hierarchy may be mounted more than once, each time another part of it: the first that is such. */
typedef bool (*cgroup_folder_fn)(void *context, const struct cgroup_folder *place,
				 const struct mountinfo *mount);
bool cgroup_folder_find_such(const struct procfs *procfs, pid_t pid, const char *controller,
			     bool is_v2, cgroup_folder_fn is_such, void *context,
			     struct cgroup_folder *place);

/* False above the mount. */
bool cgroup_folder_go_up(struct cgroup_folder *place);

#endif
