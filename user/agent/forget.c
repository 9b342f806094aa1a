/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/forget.h"

#include <errno.h>
#include <stdlib.h>

#include "host/cgroups.h"
#include "hostprobe/hostprobe.h"
#include "util/array.h"

void forget_done(struct forget *forget)
{
	free(forget->ids);
	leftover_done(&forget->leftover);
	*forget = (struct forget){ 0 };
}

static int add(struct forget *forget, uint64_t id)
{
	if (forget->count && forget->ids[forget->count - 1] == id)
		return 0;
	if (forget->count == forget->room) {
		size_t room = forget->room ? 2 * forget->room : 64;
		uint64_t *ids = array_resize(forget->ids, room, sizeof(*ids));

		if (!ids)
			return -ENOMEM;
		forget->ids = ids;
		forget->room = room;
	}
	forget->ids[forget->count++] = id;
	return 0;
}

/* Where there is no room to keep it, it stays where it is. */
static int keep(struct forget *forget, struct hostprobe *probe, const struct cgroups *groups,
		uint64_t id, const struct leftover_look *look)
{
	int r = leftover_add(&forget->leftover, groups, id, look);

	if (!r)
		(void)hostprobe_forget(probe, id);
	return r == -ENOSPC ? 0 : r;
}

int forget_take(struct forget *forget, struct hostprobe *probe, const struct cgroups *groups,
		const struct leftover_look *look)
{
	uint64_t kept_id = 0;
	int r = 0;

	/* One that cannot go now takes room, and does no other harm. */
	for (size_t i = 0; i < forget->count; i++)
		(void)hostprobe_forget(probe, forget->ids[i]);
	forget->count = 0;
	for (size_t i = 0; i < look->count && !r; i++) {
		uint64_t id = look->rows[i].key.cgroup_id;
		const struct cgroup *owner = cgroups_owner(groups, id);

		if (owner && owner->has_ended)
			r = add(forget, id);
		else if (owner && id != kept_id && cgroups_is_gone(groups, id)) {
			kept_id = id;
			r = keep(forget, probe, groups, id, look);
		}
	}
	return r;
}
