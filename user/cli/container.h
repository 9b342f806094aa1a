/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From the name of a container to its cgroup: denet-bpf-host knows, and is asked. */
#ifndef DENET_CLI_CONTAINER_H
#define DENET_CLI_CONTAINER_H

#include <limits.h>
#include <stddef.h>

#include "cli/options.h"

/*
 * The first of the container's folders that is there. Before signals are taken: the program that is
 * asked ends by what ends us. What went wrong is told in one line.
 */
int container_find(const struct options *options, char ret_folder[PATH_MAX]);

/* The same of its answer. -EBADMSG for what is none, -ENOENT when none of the folders is there. */
int container_read(const char *answer, size_t len, char ret_folder[PATH_MAX]);

#endif
