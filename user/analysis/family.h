/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who of a crowd was whose child. */
#ifndef DENET_ANALYSIS_FAMILY_H
#define DENET_ANALYSIS_FAMILY_H

#include "analysis/crowd.h"
#include "util/idmap.h"

/* Members by their index in the crowd, which may not change from then on. */
struct family {
	const struct crowd *crowd; /* borrowed */
	uint32_t
		*parents; /* owned; CROWD_NONE for the root, and for who does not descend from it */
	uint32_t *children; /* owned; those of one after those of another, each lot by their ends */
	uint32_t *starts; /* owned; of each member's lot; the next one's is its end */
	struct idmap by_id; /* owned; to members */
	uint32_t root;
	int64_t from_ns; /* the root's life, as far as it was watched */
	int64_t to_ns;
};

/*
 * Sorts the crowd. A process whose parent is not known counts as the root's child. root_pid: 0 when it
 * is not known; wall_ns: of a root that goes on. -ENODATA when there is no root, or not its whole time;
 * -EEXIST when an id is there twice.
 */
int family_make(struct crowd *crowd, uint32_t root_pid, uint64_t wall_ns,
		struct family *ret_family);
void family_done(struct family *family);

static inline bool family_has(const struct family *family, uint32_t member)
{
	return member == family->root || family->parents[member] != CROWD_NONE;
}

/*
 * The child of parent that ended last in (from, to] and began before to, but not skipped. The later start
 * wins a tie, then the higher id. CROWD_NONE when there is none.
 */
uint32_t family_last_ended(const struct family *family, uint32_t parent, int64_t from, int64_t to,
			   uint32_t skipped);

/* By its id; CROWD_NONE when it does not descend from the root. */
uint32_t family_find(const struct family *family, uint64_t id);

#endif
