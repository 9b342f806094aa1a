/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The files of a cgroup, of both versions, and what each of them counts. */
#ifndef DENET_HOST_FILES_H
#define DENET_HOST_FILES_H

#include <stdbool.h>

struct cgroup;

/*
 * Into the group's figures. What its last values are read from stays open, the rest is opened anew: each
 * descriptor costs kernel memory. Says is_gone when one of those that stay open is no more; false when none at
 * all could be read.
 */
bool files_read_cpu(struct cgroup *group);
bool files_read_cheap(struct cgroup *group); /* memory and pids */
bool files_read_dear(struct cgroup *group);

/* Of the dear ones those that others change, too, while the group does nothing. */
void files_read_others(struct cgroup *group);

#endif
