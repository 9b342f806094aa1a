/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the parts share that find the cgroups and keep them. */
#ifndef DENET_HOST_STORE_INTERNAL_H
#define DENET_HOST_STORE_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/cgroup.h"
#include "host/mounts.h"
#include "util/idmap.h"

struct procfs;

struct cgroups {
	const struct procfs *procfs; /* borrowed */
	struct mounts mounts;
	struct cgroup **items; /* owned, as are they */
	size_t count;
	size_t room;
	struct idmap by_id; /* of a hierarchy and an inode in it */
	struct idmap
		claimed; /* folders that belong to a group which was found in another hierarchy */
	struct idmap owners; /* of folders of the key's hierarchy: the group that each is in */
	struct idmap
		removed; /* folders of living groups that went since the last look, as owners */
	struct idmap gone; /* those that this look found gone */
	struct idmap gone_before; /* and the look before: nobody adds to their accounts any more */
	struct cgroup **ended; /* owned, as are they: since the look before the last */
	size_t ended_count;
	size_t ended_room;
	size_t ended_told; /* how many of these came with the last look: they go with the next */
	size_t settling; /* times of groups that are to come: settle_mono_ns, complete_mono_ns */
	uint64_t omitted;
	uint64_t pass;
	uint64_t walked_mono_ns; /* all of them; 0: never */
	uint64_t others_mono_ns; /* those of other hierarchies than the main one */
	bool has_events;
	bool is_walk_due;
	int error; /* of this look */
};

/* Ids of two hierarchies may be the same. */
static inline uint64_t store_key_of(enum mount mount, uint64_t inode)
{
	return inode ^ (uint64_t)(mount + 1) << 60;
}

/* It is among those that ended, and keeps what was in it until they are told; the caller takes it from the items. -ENOMEM. */
int store_end(struct cgroups *groups, struct cgroup *group, uint64_t ts_ms);

/*
 * With the owners of the look before: those that ended and were told go, and what was in one that ended since stays
 * its own: accounts of it come with this look. The others have been found anew by a walk, or stay. -ENOMEM.
 */
int store_keep_owners(struct cgroups *groups, const struct idmap *before, bool was_walked);

/* A folder that is no group, and is no more. -ENOMEM. */
int store_remove_folder(struct cgroups *groups, uint64_t id);

/* A look begins: before anything of it is found, and before those go that were told. -ENOMEM. */
int store_turn_gone(struct cgroups *groups);

/* The hierarchy that accounts of processes go by. */
static inline enum mount store_main_mount(const struct cgroups *groups)
{
	return groups->mounts.points[MOUNT_CPUACCT] ? MOUNT_CPUACCT : MOUNT_V2;
}

#endif
