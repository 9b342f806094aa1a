/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/leftover.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "host/cgroups.h"
#include "util/array.h"

void leftover_done(struct leftover *leftover)
{
	free(leftover->rows);
	free(leftover->endings);
	*leftover = (struct leftover){ 0 };
}

static void drop_strangers(struct leftover *leftover, const struct cgroups *groups)
{
	size_t count = 0, endings_count = 0;

	for (size_t i = 0; i < leftover->count; i++)
		if (cgroups_owner(groups, leftover->rows[i].key.cgroup_id))
			leftover->rows[count++] = leftover->rows[i];
	for (size_t i = 0; i < leftover->endings_count; i++)
		if (cgroups_owner(groups, leftover->endings[i].key.cgroup_id))
			leftover->endings[endings_count++] = leftover->endings[i];
	leftover->count = count;
	leftover->endings_count = endings_count;
}

/* Room for so many more. */
static int reserve(struct leftover *leftover, size_t rows, size_t endings)
{
	struct hostprobe_row *more_rows =
		array_resize(leftover->rows, leftover->count + rows + 1, sizeof(*more_rows));
	struct hostprobe_ending *more_endings;

	if (!more_rows)
		return -ENOMEM;
	leftover->rows = more_rows;
	more_endings = array_resize(leftover->endings, leftover->endings_count + endings + 1,
				    sizeof(*more_endings));
	if (!more_endings)
		return -ENOMEM;
	leftover->endings = more_endings;
	return 0;
}

int leftover_join(struct leftover *leftover, const struct cgroups *groups,
		  const struct leftover_look *look, struct leftover_look *ret_look)
{
	int r;

	*ret_look = *look;
	drop_strangers(leftover, groups);
	if (!leftover->count && !leftover->endings_count)
		return 0;
	r = reserve(leftover, look->count, look->endings_count);
	if (r)
		return r;
	if (look->count)
		memcpy(leftover->rows + leftover->count, look->rows,
		       look->count * sizeof(*look->rows));
	if (look->endings_count)
		memcpy(leftover->endings + leftover->endings_count, look->endings,
		       look->endings_count * sizeof(*look->endings));
	*ret_look = (struct leftover_look){ leftover->rows, leftover->count + look->count,
					    leftover->endings,
					    leftover->endings_count + look->endings_count };
	return 0;
}

static void add_row(struct hostprobe_row *to, const struct hostprobe_row *row)
{
	const __u64 *from = (const __u64 *)&row->ended;
	__u64 *sum = (__u64 *)&to->ended;

	for (size_t i = 0; i < sizeof(to->ended) / sizeof(*sum); i++)
		sum[i] += from[i];
}

static void keep_row(struct leftover *leftover, uint64_t owner_id, const struct hostprobe_row *row)
{
	struct hostprobe_row own = { .key = row->key, .ended = row->ended };

	own.key.cgroup_id = owner_id;
	for (size_t i = 0; i < leftover->count; i++)
		if (memcmp(&leftover->rows[i].key, &own.key, sizeof(own.key)) == 0) {
			add_row(&leftover->rows[i], &own);
			return;
		}
	leftover->rows[leftover->count++] = own;
}

static void keep_ending(struct leftover *leftover, uint64_t owner_id,
			const struct hostprobe_ending *ending)
{
	struct hostprobe_ending own = { .key = ending->key, .count = ending->count };

	own.key.cgroup_id = owner_id;
	for (size_t i = 0; i < leftover->endings_count; i++)
		if (memcmp(&leftover->endings[i].key, &own.key, sizeof(own.key)) == 0) {
			leftover->endings[i].count += own.count;
			return;
		}
	leftover->endings[leftover->endings_count++] = own;
}

int leftover_add(struct leftover *leftover, const struct cgroups *groups, uint64_t cgroup_id,
		 const struct leftover_look *look)
{
	const struct cgroup *owner = cgroups_owner(groups, cgroup_id);
	int r;

	if (!owner)
		return 0;
	if (leftover->count >= LEFTOVER_MAX || leftover->endings_count >= LEFTOVER_MAX)
		return -ENOSPC;
	r = reserve(leftover, look->count, look->endings_count);
	if (r)
		return r;
	for (size_t i = 0; i < look->count; i++)
		if (look->rows[i].key.cgroup_id == cgroup_id)
			keep_row(leftover, owner->id, &look->rows[i]);
	for (size_t i = 0; i < look->endings_count; i++)
		if (look->endings[i].key.cgroup_id == cgroup_id)
			keep_ending(leftover, owner->id, &look->endings[i]);
	return 0;
}
