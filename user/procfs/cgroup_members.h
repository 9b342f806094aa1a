/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who is in a cgroup. */
#ifndef DENET_PROCFS_CGROUP_MEMBERS_H
#define DENET_PROCFS_CGROUP_MEMBERS_H

#include "procfs/children.h"

/*
 * Appends the processes in the folder and in those below it; of one that is gone, nobody. What is moved
 * meanwhile may come twice, or not at all.
 */
int cgroup_members_list(const char *folder, struct pid_list *list);

#endif
