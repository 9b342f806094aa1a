/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* All cgroups of this machine that are worth a row: containers, units, and others that hold processes. */
#ifndef DENET_HOST_CGROUPS_H
#define DENET_HOST_CGROUPS_H

#include <stddef.h>
#include <stdint.h>

#include "host/cgroup.h"

struct cgroups;
struct procfs;

/* procfs and cgroup_root, which may be NULL, are borrowed. */
int cgroups_new(const struct procfs *procfs, const char *cgroup_root, struct cgroups **ret_groups);

/* Accepts NULL. */
void cgroups_free(struct cgroups *groups);
static inline void cgroups_freep(struct cgroups **groups)
{
	cgroups_free(*groups);
}

/* Finds those that came, forgets those that went, and reads all: see reading_take(). -ENOMEM. */
int cgroups_look(struct cgroups *groups, uint64_t mono_ns, uint64_t ts_ms, uint64_t slow_ns);

/*
 * Events tell from now on what comes and goes in the main hierarchy: a look walks through all of them once in so
 * long, and when something says that it should.
 */
void cgroups_walk_seldom(struct cgroups *groups);
void cgroups_walk_next(struct cgroups *groups);

size_t cgroups_count(const struct cgroups *groups);

/* In the order of their paths; valid until the next look. */
const struct cgroup *cgroups_get(const struct cgroups *groups, size_t index);

/* The one with that path; NULL for none. */
const struct cgroup *cgroups_at(const struct cgroups *groups, const char *path);
/* The same, to be labelled. */
struct cgroup *cgroups_edit(const struct cgroups *groups, size_t index);

/* How many of the last look were too many. */
uint64_t cgroups_omitted(const struct cgroups *groups);

/* Whether there is a hierarchy at all. */
bool cgroups_has_cgroups(const struct cgroups *groups);

/* Whether what the kernel tells of its cgroups is told of these: they may be another machine's. */
bool cgroups_are_kernels(const struct cgroups *groups);

/* The one that accounts of processes go by: version 1's cpuacct where there is one. */
enum mount cgroups_key(const struct cgroups *groups);

/* Where that is mounted; NULL without one. */
const char *cgroups_point(const struct cgroups *groups);

/* The innermost group that this cgroup of that hierarchy is in, at the last look; NULL for none. */
struct cgroup *cgroups_owner(const struct cgroups *groups, uint64_t id);

/* That was in one which lives, and had gone at the look before: it has no owner at the next. */
bool cgroups_is_gone(const struct cgroups *groups, uint64_t id);

#endif
