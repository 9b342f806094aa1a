/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* v2: whether a group lets those below it count memory. That takes that nobody is in it itself. */
#ifndef DENET_FOLLOW_GROUP_MEMORY_H
#define DENET_FOLLOW_GROUP_MEMORY_H

#include <sys/types.h>

struct cgroup_place;
struct procfs;

/* Writes the pid to the group's list. */
int group_memory_put(const char *path, pid_t pid);

/*
 * Where nobody but this process and its children is in the group and there is none below, so that
 * nobody else is concerned: they step aside into one below, and memory is passed on. Returns that
 * group, to be given to group_memory_take_back(); NULL when nothing was changed.
 */
char *group_memory_pass_on(const struct procfs *procfs, const struct cgroup_place *place);

/* As it was before. Frees the path. */
void group_memory_take_back(char *aside);

#endif
