/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The machine's counters: processors, memory, disks, file systems, network. */
#ifndef DENET_PROCFS_SYSTEM_H
#define DENET_PROCFS_SYSTEM_H

#include "denet/system.h"

struct procfs;

/*
 * Fills in all but size and the two clocks. What cannot be read is left unknown; fails for want of
 * memory, or without /proc/stat. What was filled in is freed by system_done(), in any case.
 */
int system_read(const struct procfs *procfs, struct denet_system *system);

/* Accepts zeros. */
void system_done(struct denet_system *system);

#endif
