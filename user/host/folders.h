/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where one cgroup is in all hierarchies. Each controller may have put it elsewhere: a member tells. */
#ifndef DENET_HOST_FOLDERS_H
#define DENET_HOST_FOLDERS_H

#include <sys/types.h>

#include "host/cgroup.h"

struct procfs;

/* What /proc/PID/cgroup calls the folder with this path below the mount. False when that is too long. */
bool folders_group_of(const struct mounts *mounts, enum mount mount, const char *below, size_t size,
		      char *ret_path);

/*
 * Finds the folders of the group that it does not have yet. Only its own: a controller that counts it in the
 * one around it tells nothing of it. Says is_complete when a member was there to be asked. -ENOMEM.
 */
int folders_complete(struct cgroup *group, const struct procfs *procfs,
		     const struct mounts *mounts);

/* The cgroup was renamed, or one above it: it is called and found as it is now. -ENOMEM. */
int folders_rename(struct cgroup *group, const char *folder, const struct mounts *mounts);

/* A process in it or below; 0 for none that can be seen. */
pid_t folders_member(const struct cgroup *group);

bool folders_has_process(int dir_fd);

bool folders_has_folder(int dir_fd);

#endif
