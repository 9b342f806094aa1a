/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/rows.h"

#include <errno.h>
#include <stdlib.h>

#include "host/connections.h"
#include "host/lives.h"
#include "util/array.h"

void rows_done(struct rows *rows)
{
	free(rows->items);
	*rows = (struct rows){ 0 };
}

static int add(struct rows *rows, enum denet_record record, const void *figures)
{
	if (rows->count == rows->room) {
		size_t room = rows->room ? 2 * rows->room : 64;
		struct view_row *items = array_resize(rows->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		rows->items = items;
		rows->room = room;
	}
	rows->items[rows->count++] = (struct view_row){ record, figures };
	return 0;
}

/* And what its processes did. */
static int add_group(struct rows *rows, const struct rows_of *of, enum denet_record record,
		     const struct cgroup *group)
{
	size_t count;
	const struct process_group *items = processes_of(of->processes, group, &count);
	int r = add(rows, record, &group->figures);

	for (size_t i = 0; i < count && !r; i++)
		r = add(rows, DENET_RECORD_COMMAND, &items[i].figures);
	return r;
}

static int add_groups(struct rows *rows, const struct rows_of *of)
{
	size_t count = of->choice ? of->choice->count : cgroups_count(of->groups);
	int r = 0;

	for (size_t i = 0; i < count && !r; i++)
		r = add_group(rows, of, DENET_RECORD_GROUP,
			      of->choice ? of->choice->items[i] : cgroups_get(of->groups, i));
	return r;
}

/* Since the look before, whole. */
static int add_ended(struct rows *rows, const struct rows_of *of)
{
	int r = 0;

	for (size_t i = 0; i < lives_ended_count(of->groups) && !r; i++) {
		const struct cgroup *group = lives_ended(of->groups, i);

		if (!of->choice || choice_wants(group, of->options))
			r = add_group(rows, of, DENET_RECORD_CONTAINER, group);
	}
	return r;
}

/* All of them, whatever was asked for: a container's class is there when it is gone. */
static int add_classes(struct rows *rows, const struct classes *classes)
{
	int r = 0;

	for (size_t i = 0; i < classes->count && !r; i++)
		r = add(rows, DENET_RECORD_CLASS, classes->items[i]);
	return r;
}

static int add_devices(struct rows *rows, const struct devices *devices)
{
	int r = 0;

	for (size_t i = 0; i < devices->disks_count && !r; i++)
		r = add(rows, DENET_RECORD_DISK, &devices->disks[i]);
	for (size_t i = 0; i < devices->interfaces_count && !r; i++)
		r = add(rows, DENET_RECORD_INTERFACE, &devices->interfaces[i]);
	for (size_t i = 0; i < devices->filesystems_count && !r; i++)
		r = add(rows, DENET_RECORD_FILESYSTEM, &devices->filesystems[i]);
	return r;
}

/* To files and screens once, at the look that has counted them; NULL is none. */
static int add_connections(struct rows *rows, const struct rows_of *of,
			   const struct connections *connections)
{
	int r = 0;

	if (!connections || (of->choice && connections->mono_ns != of->machine->figures.mono_ns))
		return 0;
	for (size_t i = 0; i < connections->count && !r; i++)
		r = add(rows, DENET_RECORD_CONNECTIONS, &connections->rows[i].figures);
	return r;
}

static int add_spaces(struct rows *rows, const struct rows_of *of)
{
	int r = add_connections(rows, of, of->spaces->own);

	for (size_t i = 0; i < cgroups_count(of->groups) && !r; i++) {
		const struct cgroup *group = cgroups_get(of->groups, i);

		if (!of->choice || choice_wants(group, of->options))
			r = add_connections(rows, of, group->connections);
	}
	return r;
}

static int add_survey(struct rows *rows, const struct rows_of *of)
{
	const struct families *families = &of->survey->families;
	const struct heavy *heavy = &of->survey->heavy;
	int r = 0;

	for (size_t i = 0; i < families->count && !r; i++)
		if (!of->choice || choice_has_family(of->options, &families->items[i]))
			r = add(rows, DENET_RECORD_PROCESSES, &families->items[i].figures);
	if (of->choice && !heavy->is_fresh)
		return r;
	for (size_t i = 0; i < heavy->found_count && !r; i++)
		r = add(rows, DENET_RECORD_HEAVY, &heavy->found[i].figures);
	return r;
}

int rows_make(struct rows *rows, const struct rows_of *of)
{
	int r;

	rows->count = 0;
	r = add(rows, DENET_RECORD_MACHINE, &of->machine->figures);
	if (!r)
		r = add_groups(rows, of);
	if (!r)
		r = add_ended(rows, of);
	if (!r)
		r = add_classes(rows, of->classes);
	if (!r)
		r = add_devices(rows, &of->machine->devices);
	if (!r)
		r = add_spaces(rows, of);
	return r ? r : add_survey(rows, of);
}
