/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Names of cgroups tell whose they are, so that those of monitors that were killed can be removed. */
#ifndef DENET_FOLLOW_GROUP_NAME_H
#define DENET_FOLLOW_GROUP_NAME_H

#include <limits.h>
#include <stdbool.h>

struct procfs;

#define GROUP_NAME_BYTES (NAME_MAX + 1)

/* Of one that this process is about to make; never the same twice. */
void group_name(const struct procfs *procfs, char name[GROUP_NAME_BYTES]);

/* True of the name of one that a monitor has made which is no more. Of another pid namespace, whose
 * pids say nothing here, it is never known. */
bool group_name_is_left_behind(const struct procfs *procfs, const char *name);

/* Removes those of the folder that were left behind and are empty. */
void group_name_clean_up(const struct procfs *procfs, const char *path);

#endif
