/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/lives.h"

#include <limits.h>
#include <string.h>

#include "denet/system.h"
#include "host/files.h"
#include "host/folders.h"
#include "host/network.h"
#include "host/reading.h"
#include "host/store_internal.h"
#include "host/walk_internal.h"
#include "util/units.h"

/*
 * The kernel calls a cgroup empty before the last switch of the last task in it, whose slice is not counted
 * until then: a fast reader was short in most of 300 cases, by a tenth of a millisecond at most.
 */
#define SETTLE_NS (3 * NS_PER_MS)

/*
 * runc moves its process through the hierarchies of version 1 one by one: it took 2 ms. Each time that has passed
 * twice as long its folders are looked for again, since what lives for 20 ms has no member to be asked later.
 */
#define COMPLETE_FIRST_NS (2 * NS_PER_MS)
#define COMPLETE_NS (20 * NS_PER_MS)

static struct cgroup *find(const struct cgroups *groups, uint64_t id)
{
	return idmap_get(&groups->by_id, store_key_of(store_main_mount(groups), id));
}

static void unsettle(struct cgroups *groups, struct cgroup *group)
{
	if (group->settle_mono_ns)
		groups->settling--;
	group->settle_mono_ns = 0;
}

/* One of the same name may be used again; what no look has seen began now. */
static int go_on(struct cgroups *groups, struct cgroup *group, uint64_t ts_ms)
{
	unsettle(groups, group);
	group->figures.is_final = false;
	group->has_last_peak = false;
	group->figures.ended_ms = DENET_UNKNOWN;
	/* Who has come into it may never run there. */
	group->cheap_mono_ns = 0;
	if (!group->read_mono_ns && group->figures.started_ms == DENET_UNKNOWN)
		group->figures.started_ms = ts_ms;
	if (group->is_complete)
		return 0;
	return folders_complete(group, groups->procfs, &groups->mounts);
}

static void begin(struct cgroups *groups, struct cgroup *group, uint64_t mono_ns, uint64_t ts_ms)
{
	group->figures.started_ms = ts_ms;
	group->born_mono_ns = mono_ns;
	group->complete_mono_ns = mono_ns + COMPLETE_FIRST_NS;
	groups->settling++;
}

int lives_populated(struct cgroups *groups, uint64_t id, const char *path, uint64_t mono_ns,
		    uint64_t ts_ms)
{
	struct cgroup *group = find(groups, id);
	char folder[PATH_MAX];

	if (group)
		return go_on(groups, group, ts_ms);
	if (!mounts_folder(&groups->mounts, store_main_mount(groups), path, strlen(path),
			   sizeof(folder), folder))
		return 0;
	groups->error = 0;
	walk_to(groups, folder, id);
	group = find(groups, id);
	if (group && !groups->error)
		begin(groups, group, mono_ns, ts_ms);
	return groups->error;
}

/* Of the kernel itself, when the last one left: its runtime may have removed it before we looked. */
static void take_peak(struct cgroup *group, uint64_t memory_peak_bytes)
{
	uint64_t *known = &group->figures.memory_peak_bytes;

	if (memory_peak_bytes && (*known == DENET_UNKNOWN || *known < memory_peak_bytes))
		*known = memory_peak_bytes;
	group->has_last_peak = memory_peak_bytes != 0;
}

/* Its end was heard of first, and no look has told of it. */
static struct cgroup *find_ended(const struct cgroups *groups, uint64_t id)
{
	for (size_t i = groups->ended_count; i > groups->ended_told; i--) {
		struct cgroup *group = groups->ended[i - 1];

		if (group->id == id && group->found_in == store_main_mount(groups))
			return group;
	}
	return NULL;
}

void lives_emptied(struct cgroups *groups, uint64_t id, uint64_t memory_peak_bytes,
		   uint64_t mono_ns, uint64_t ts_ms)
{
	struct cgroup *group = find(groups, id);

	if (!group) {
		group = find_ended(groups, id);
		if (group)
			take_peak(group, memory_peak_bytes);
		return;
	}
	reading_take_last(group);
	take_peak(group, memory_peak_bytes);
	network_read(group, groups->procfs);
	network_close(group);
	group->figures.ended_ms = ts_ms;
	unsettle(groups, group);
	group->settle_mono_ns = mono_ns + SETTLE_NS;
	groups->settling++;
}

static int end(struct cgroups *groups, struct cgroup *group, uint64_t ts_ms)
{
	for (size_t i = 0; group && i < groups->count; i++)
		if (groups->items[i] == group) {
			groups->items[i] = groups->items[--groups->count];
			return store_end(groups, group, ts_ms);
		}
	return 0;
}

int lives_removed(struct cgroups *groups, uint64_t id, uint64_t ts_ms)
{
	struct cgroup *group = find(groups, id);

	return group ? end(groups, group, ts_ms) : store_remove_folder(groups, id);
}

static struct cgroup *find_at(const struct cgroups *groups, const char *folder)
{
	enum mount mount = store_main_mount(groups);

	for (size_t i = 0; i < groups->count; i++)
		if (groups->items[i]->found_in == mount &&
		    strcmp(groups->items[i]->folders[mount], folder) == 0)
			return groups->items[i];
	return NULL;
}

int lives_born_at(struct cgroups *groups, const char *folder, uint64_t mono_ns, uint64_t ts_ms)
{
	struct cgroup *group = find_at(groups, folder);

	if (group)
		return 0;
	groups->error = 0;
	walk_to(groups, folder, 0);
	group = find_at(groups, folder);
	if (!group || groups->error)
		return groups->error;
	begin(groups, group, mono_ns, ts_ms);
	group->is_watched = true;
	return 0;
}

void lives_emptied_at(struct cgroups *groups, const char *folder, uint64_t mono_ns, uint64_t ts_ms)
{
	const struct cgroup *group = find_at(groups, folder);

	if (group)
		lives_emptied(groups, group->id, 0, mono_ns, ts_ms);
}

int lives_gone_at(struct cgroups *groups, const char *folder, uint64_t ts_ms)
{
	return end(groups, find_at(groups, folder), ts_ms);
}

/* Each of its folders may have come since. Where memory is short they are looked for with the next look. */
static void complete(struct cgroups *groups, struct cgroup *group, uint64_t mono_ns)
{
	uint64_t age_ns = mono_ns - group->born_mono_ns;
	bool is_unread = group->is_watched && !group->read_mono_ns;

	group->complete_mono_ns = age_ns < COMPLETE_NS || is_unread ? mono_ns + age_ns : 0;
	if (!group->complete_mono_ns)
		groups->settling--;
	(void)folders_complete(group, groups->procfs, &groups->mounts);
	if (is_unread) {
		(void)files_read_cpu(group);
		(void)files_read_cheap(group);
		(void)files_read_dear(group);
	}
}

static bool is_due(uint64_t at_ns, uint64_t mono_ns)
{
	return at_ns && at_ns <= mono_ns;
}

static uint64_t sooner(uint64_t a_ns, uint64_t b_ns)
{
	return b_ns && b_ns < a_ns ? b_ns : a_ns;
}

uint64_t lives_settle(struct cgroups *groups, uint64_t mono_ns)
{
	uint64_t next_ns = LIVES_NEVER;

	for (size_t i = 0; groups->settling && i < groups->count; i++) {
		struct cgroup *group = groups->items[i];

		if (is_due(group->complete_mono_ns, mono_ns))
			complete(groups, group, mono_ns);
		if (is_due(group->settle_mono_ns, mono_ns)) {
			reading_take_last(group);
			unsettle(groups, group);
		}
		next_ns = sooner(next_ns, group->complete_mono_ns);
		next_ns = sooner(next_ns, group->settle_mono_ns);
	}
	return next_ns;
}

size_t lives_ended_count(const struct cgroups *groups)
{
	return groups->ended_told;
}

struct cgroup *lives_ended(const struct cgroups *groups, size_t index)
{
	return groups->ended[index];
}

size_t lives_waiting(const struct cgroups *groups)
{
	return groups->ended_count - groups->ended_told;
}
