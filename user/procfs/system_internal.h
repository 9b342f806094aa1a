/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * The parts of a snapshot: system.c has processors and memory, the others a file each. What they fill
 * is kept by system_store.c.
 */
#ifndef DENET_PROCFS_SYSTEM_INTERNAL_H
#define DENET_PROCFS_SYSTEM_INTERNAL_H

#include "procfs/procfs.h"
#include "procfs/system.h"
#include "util/parse.h"

/* More than any machine has: bounds on what files can make us hold. */
#define SYSTEM_ENTRIES_MAX 65536

/* Behind denet_system.storage. Arrays are owned; so are the texts. */
struct system_store {
	struct system_text *texts;
	struct denet_cpu *cpus;
	struct denet_disk *disks;
	struct denet_filesystem *filesystems;
	struct denet_interface *interfaces;
};

/* A copy that lives as long as the store; NULL for want of memory. */
const char *system_keep(struct system_store *store, struct parse_span text);

/* Room for one more behind count elements of this size; -ENOMEM, -E2BIG above the bound. */
int system_grow(void **array, size_t count, size_t size);

void system_store_free(struct system_store *store);

int system_read_disks(const struct procfs *procfs, struct system_store *store,
		      struct denet_system *system);
int system_read_filesystems(const struct procfs *procfs, struct system_store *store,
			    struct denet_system *system);
int system_read_interfaces(const struct procfs *procfs, struct system_store *store,
			   struct denet_system *system);

#endif
