/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Proportional memory. The kernel walks the page tables for it: slow on large processes. */
#ifndef DENET_PROCFS_ROLLUP_H
#define DENET_PROCFS_ROLLUP_H

#include <stdint.h>
#include <sys/types.h>

struct procfs;

/* -EACCES when it is not ours to see, -ESRCH or -ENODATA without an address space. */
int rollup_read_pss(const struct procfs *procfs, pid_t pid, uint64_t *ret_kb);

#endif
