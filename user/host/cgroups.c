/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/cgroups.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "host/folders.h"
#include "host/store_internal.h"
#include "host/network.h"
#include "host/reading.h"
#include "host/walk_internal.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/units.h"

/*
 * Where events tell of one hierarchy alone, what is in the others is to be found. A walk through all is for what was
 * renamed.
 */
#define OTHERS_NS (5 * NS_PER_S)
#define WALK_NS (30 * NS_PER_S)

enum walk_kind { WALK_NONE, WALK_OTHERS, WALK_ALL };

int cgroups_new(const struct procfs *procfs, const char *cgroup_root, struct cgroups **ret_groups)
{
	AUTO(cgroups) struct cgroups *groups = calloc(1, sizeof(*groups));
	int r;

	if (!groups)
		return -ENOMEM;
	groups->procfs = procfs;
	r = mounts_find(procfs, cgroup_root, &groups->mounts);
	if (r)
		return r;
	*ret_groups = TAKE(groups);
	return 0;
}

void cgroups_free(struct cgroups *groups)
{
	if (!groups)
		return;
	for (size_t i = 0; i < groups->count; i++)
		cgroup_free(groups->items[i]);
	for (size_t i = 0; i < groups->ended_count; i++)
		cgroup_free(groups->ended[i]);
	free(groups->items);
	free(groups->ended);
	idmap_done(&groups->by_id);
	idmap_done(&groups->claimed);
	idmap_done(&groups->owners);
	idmap_done(&groups->removed);
	idmap_done(&groups->gone);
	idmap_done(&groups->gone_before);
	mounts_done(&groups->mounts);
	free(groups);
}

/* One that lies within what was left out is not gone. */
static bool is_there(const struct cgroups *groups, const struct cgroup *group, enum walk_kind kind)
{
	return group->seen_pass == groups->pass ||
	       (kind == WALK_OTHERS && access(group->folders[group->found_in], F_OK) == 0);
}

/* What is gone and no event has told of. */
static int end_gone(struct cgroups *groups, enum walk_kind kind, uint64_t ts_ms)
{
	size_t kept = 0;

	for (size_t i = 0; i < groups->count; i++) {
		struct cgroup *group = groups->items[i];

		if (is_there(groups, group, kind))
			groups->items[kept++] = group;
		else if (store_end(groups, group, ts_ms))
			return -ENOMEM;
	}
	groups->count = kept;
	return 0;
}

static int by_path(const void *a, const void *b)
{
	const struct cgroup *const *one = a;
	const struct cgroup *const *other = b;

	return strcmp((*one)->path, (*other)->path);
}

/* The network is dear, too: a process has to be found, and one has to be asked. */
static void read_group(const struct cgroups *groups, struct cgroup *group, uint64_t mono_ns,
		       uint64_t ts_ms, uint64_t slow_ns)
{
	reading_take(group, mono_ns, ts_ms, slow_ns);
	if (group->slow_mono_ns == mono_ns)
		network_read(group, groups->procfs);
}

void cgroups_walk_seldom(struct cgroups *groups)
{
	groups->has_events = true;
}

void cgroups_walk_next(struct cgroups *groups)
{
	groups->is_walk_due = true;
}

static bool has_others(const struct cgroups *groups)
{
	for (size_t i = 0; i < groups->count; i++)
		if (groups->items[i]->found_in != store_main_mount(groups))
			return true;
	return false;
}

static enum walk_kind what_is_due(const struct cgroups *groups, uint64_t mono_ns)
{
	if (!groups->has_events || groups->is_walk_due || !groups->walked_mono_ns ||
	    groups->omitted || mono_ns - groups->walked_mono_ns >= WALK_NS)
		return WALK_ALL;
	return has_others(groups) && mono_ns - groups->others_mono_ns >= OTHERS_NS ? WALK_OTHERS
										   : WALK_NONE;
}

static void walk(struct cgroups *groups, enum walk_kind kind, uint64_t mono_ns, uint64_t ts_ms)
{
	groups->pass++;
	groups->others_mono_ns = mono_ns;
	idmap_clear(&groups->claimed);
	if (kind == WALK_ALL) {
		groups->omitted = 0;
		groups->walked_mono_ns = mono_ns;
		groups->is_walk_due = false;
		walk_all(groups);
	} else {
		walk_others(groups);
	}
	if (!groups->error)
		groups->error = end_gone(groups, kind, ts_ms);
}

/* Those that had no process when they came are asked again, as by a walk. */
static void complete(struct cgroups *groups)
{
	for (size_t i = 0; i < groups->count && !groups->error; i++)
		if (!groups->items[i]->is_complete)
			groups->error =
				folders_complete(groups->items[i], groups->procfs, &groups->mounts);
}

/* What comes and goes. */
static int find(struct cgroups *groups, uint64_t mono_ns, uint64_t ts_ms)
{
	struct idmap before = groups->owners;
	enum walk_kind kind = what_is_due(groups, mono_ns);

	groups->error = store_turn_gone(groups);
	groups->owners = (struct idmap){ 0 };
	if (kind != WALK_NONE && !groups->error)
		walk(groups, kind, mono_ns, ts_ms);
	if (kind != WALK_ALL)
		complete(groups);
	if (!groups->error)
		groups->error = store_keep_owners(groups, &before, kind == WALK_ALL);
	idmap_done(&before);
	return groups->error;
}

int cgroups_look(struct cgroups *groups, uint64_t mono_ns, uint64_t ts_ms, uint64_t slow_ns)
{
	int r = find(groups, mono_ns, ts_ms);

	if (r)
		return r;
	if (groups->count)
		qsort(groups->items, groups->count, sizeof(struct cgroup *), by_path);
	for (size_t i = 0; i < groups->count; i++) {
		read_group(groups, groups->items[i], mono_ns, ts_ms, slow_ns);
		groups->is_walk_due |= groups->items[i]->is_gone;
	}
	for (size_t i = 0; i < groups->ended_count; i++)
		groups->ended[i]->is_told = true;
	groups->ended_told = groups->ended_count;
	return 0;
}

size_t cgroups_count(const struct cgroups *groups)
{
	return groups->count;
}

const struct cgroup *cgroups_get(const struct cgroups *groups, size_t index)
{
	return groups->items[index];
}

static int compare_path(const void *a, const void *b)
{
	const struct cgroup *const *group = b;

	return strcmp(a, (*group)->path);
}

const struct cgroup *cgroups_at(const struct cgroups *groups, const char *path)
{
	struct cgroup *const *found = groups->count ? bsearch(path, groups->items, groups->count,
							      sizeof(*found), compare_path)
						    : NULL;

	return found ? *found : NULL;
}

struct cgroup *cgroups_edit(const struct cgroups *groups, size_t index)
{
	return groups->items[index];
}

uint64_t cgroups_omitted(const struct cgroups *groups)
{
	return groups->omitted;
}

bool cgroups_has_cgroups(const struct cgroups *groups)
{
	return mounts_has_any(&groups->mounts);
}

bool cgroups_are_kernels(const struct cgroups *groups)
{
	return mounts_is_kernels(&groups->mounts, store_main_mount(groups));
}

enum mount cgroups_key(const struct cgroups *groups)
{
	return store_main_mount(groups);
}

const char *cgroups_point(const struct cgroups *groups)
{
	return groups->mounts.points[store_main_mount(groups)];
}

struct cgroup *cgroups_owner(const struct cgroups *groups, uint64_t id)
{
	struct cgroup *owner = idmap_get(&groups->owners, id);

	if (!owner)
		owner = idmap_get(&groups->gone, id);
	return owner ? owner : idmap_get(&groups->gone_before, id);
}

bool cgroups_is_gone(const struct cgroups *groups, uint64_t id)
{
	return idmap_get(&groups->gone_before, id) && !idmap_get(&groups->owners, id);
}
