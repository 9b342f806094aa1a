/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * What becomes of cgroups between two looks, as an event tells it of the main hierarchy. So that one that lives
 * shorter than the interval is told whole.
 */
#ifndef DENET_HOST_LIVES_H
#define DENET_HOST_LIVES_H

#include <stddef.h>
#include <stdint.h>

struct cgroup;
struct cgroups;

#define LIVES_NEVER UINT64_MAX

/* The first process is in it, or below; the path is from the hierarchy's root on. -ENOMEM. */
int lives_populated(struct cgroups *groups, uint64_t id, const char *path, uint64_t mono_ns,
		    uint64_t ts_ms);

/* The last process went. Its last figures are read now, and by lives_settle() again. */
void lives_emptied(struct cgroups *groups, uint64_t id, uint64_t memory_peak_bytes,
		   uint64_t mono_ns, uint64_t ts_ms);

/* It is no more. -ENOMEM. */
int lives_removed(struct cgroups *groups, uint64_t id, uint64_t ts_ms);

/*
 * The same where folders are all that is heard of. A folder comes before its first process: what it is can be told by
 * its path, and until a look has read it, it is read again and again by lives_settle(), since its end comes when nothing
 * can be read any more. -ENOMEM.
 */
int lives_born_at(struct cgroups *groups, const char *folder, uint64_t mono_ns, uint64_t ts_ms);
void lives_emptied_at(struct cgroups *groups, const char *folder, uint64_t mono_ns, uint64_t ts_ms);
int lives_gone_at(struct cgroups *groups, const char *folder, uint64_t ts_ms);

/* Reads what is due, and tells when it wants to be called again, or LIVES_NEVER. */
uint64_t lives_settle(struct cgroups *groups, uint64_t mono_ns);

/* Those that ended since the last look but one, which the last look has told of; valid until the next. */
size_t lives_ended_count(const struct cgroups *groups);
struct cgroup *lives_ended(const struct cgroups *groups, size_t index);

/* How many ended since the last look. */
size_t lives_waiting(const struct cgroups *groups);

#endif
