/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One mounted cgroup hierarchy. */
#ifndef DENET_PROCFS_HIERARCHY_H
#define DENET_PROCFS_HIERARCHY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct hierarchy {
	char *mount_path; /* owned; NULL when it is not mounted */
	int fd; /* of the mount's root; -1 */
	bool is_handle_refused; /* no right to open by handle: walk */
};

#define HIERARCHY_NONE ((struct hierarchy){ .fd = -1 })

/* Takes hold of what is mounted at the path. */
int hierarchy_open(struct hierarchy *hierarchy, const char *mount_path);

/* Accepts HIERARCHY_NONE, and becomes it. */
void hierarchy_close(struct hierarchy *hierarchy);

/*
 * The path of a cgroup relative to the mount, beginning with '/'. -ESTALE when there is no such
 * cgroup any more, or none that can be seen from here.
 */
int hierarchy_find(struct hierarchy *hierarchy, uint64_t id, size_t size, char *ret_path);

#endif
