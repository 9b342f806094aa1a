/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Directories that hold one entry a number: cpu0, cpu1, node0, 4711. */
#ifndef DENET_PROCFS_NUMBERED_H
#define DENET_PROCFS_NUMBERED_H

#include <stddef.h>
#include <stdint.h>

/*
 * The numbers that follow the prefix in the names below root/path, ascending; the caller frees.
 * None when there is no such directory; -E2BIG for more than there can be pids, never a part.
 */
int numbered_list(const char *root, const char *path, const char *prefix, uint32_t **ret_numbers,
		  size_t *ret_count);

/* Ascending. */
void numbered_sort(uint32_t *numbers, size_t count);

#endif
