/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/store_internal.h"

#include <errno.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"

static int add_ended(struct cgroups *groups, struct cgroup *group)
{
	if (groups->ended_count == groups->ended_room) {
		size_t room = groups->ended_room ? 2 * groups->ended_room : 64;
		struct cgroup **ended = array_resize(groups->ended, room, sizeof(struct cgroup *));

		if (!ended)
			return -ENOMEM;
		groups->ended = ended;
		groups->ended_room = room;
	}
	groups->ended[groups->ended_count++] = group;
	return 0;
}

int store_end(struct cgroups *groups, struct cgroup *group, uint64_t ts_ms)
{
	if (add_ended(groups, group))
		return -ENOMEM;
	groups->settling -= (group->settle_mono_ns != 0) + (group->complete_mono_ns != 0);
	group->settle_mono_ns = group->complete_mono_ns = 0;
	if (!group->figures.is_final && !group->has_last_peak)
		group->figures.ended_ms = ts_ms;
	group->has_ended = true;
	cgroup_close_files(group);
	(void)idmap_remove(&groups->by_id, store_key_of(group->found_in, group->id));
	return 0;
}

static bool was_told(const struct cgroup *group)
{
	return group->has_ended && group->is_told;
}

/* The end of what was in it may be heard of later than its own. */
static void leave_told(struct cgroup *group)
{
	while (group->around && was_told(group->around))
		group->around = group->around->around;
}

static void forget_told(struct cgroups *groups)
{
	size_t kept = groups->ended_count - groups->ended_told;

	for (size_t i = 0; groups->ended_told && i < groups->count; i++)
		leave_told(groups->items[i]);
	for (size_t i = groups->ended_told; i < groups->ended_count; i++)
		leave_told(groups->ended[i]);
	for (size_t i = 0; i < groups->ended_told; i++)
		cgroup_free(groups->ended[i]);
	if (kept)
		memmove(groups->ended, groups->ended + groups->ended_told,
			kept * sizeof(struct cgroup *));
	groups->ended_count = kept;
	groups->ended_told = 0;
}

int store_remove_folder(struct cgroups *groups, uint64_t id)
{
	struct cgroup *owner = idmap_get(&groups->owners, id);

	/* What was in one that is told goes with it: a look may have found its end before the event came. */
	if (!owner || was_told(owner))
		return 0;
	(void)idmap_remove(&groups->owners, id);
	return idmap_put(&groups->removed, id, owner);
}

int store_turn_gone(struct cgroups *groups)
{
	struct idmap before = groups->gone;
	int r = 0;

	idmap_clear(&groups->gone_before);
	groups->gone = groups->removed;
	groups->removed = (struct idmap){ 0 };
	for (size_t i = 0; i < before.room && !r; i++) {
		struct cgroup *owner = before.slots[i].value;

		/* What was in one that has ended went with it. */
		if (before.slots[i].id && !was_told(owner))
			r = idmap_put(&groups->gone_before, before.slots[i].id, owner);
	}
	idmap_done(&before);
	return r;
}

static int keep_owner(struct cgroups *groups, const struct idmap_slot *slot, bool was_walked)
{
	const struct cgroup *owner = slot->value;

	if (owner->has_ended ? !owner->is_told : !was_walked)
		return idmap_put(&groups->owners, slot->id, slot->value);
	if (owner->has_ended || idmap_get(&groups->owners, slot->id))
		return 0;
	return idmap_put(&groups->gone, slot->id, slot->value);
}

int store_keep_owners(struct cgroups *groups, const struct idmap *before, bool was_walked)
{
	int r = 0;

	for (size_t i = 0; i < before->room && !r; i++)
		if (before->slots[i].id)
			r = keep_owner(groups, &before->slots[i], was_walked);
	forget_told(groups);
	return r;
}
