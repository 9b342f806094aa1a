/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/kind.h"

#include <stddef.h>
#include <string.h>

#include "metrics/host_records.h"

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

const char *const kind_names[] = { "auto", "machine",	"group",      "container", "pod",
				   "vm",   "job",	"unit",	      "class",	   "processes",
				   "disk", "interface", "filesystem", NULL };

/* Of what has a type, its name is the kind's. */
static const struct {
	enum denet_record record;
	bool has_type;
} kinds[] = {
	[KIND_AUTO] = { DENET_RECORD_MACHINE, false },
	{ DENET_RECORD_MACHINE, false },
	{ DENET_RECORD_GROUP, false },
	{ DENET_RECORD_GROUP, true },
	{ DENET_RECORD_GROUP, true },
	{ DENET_RECORD_GROUP, true },
	{ DENET_RECORD_GROUP, true },
	{ DENET_RECORD_GROUP, true },
	{ DENET_RECORD_CLASS, false },
	{ DENET_RECORD_PROCESSES, false },
	{ DENET_RECORD_DISK, false },
	{ DENET_RECORD_INTERFACE, false },
	{ DENET_RECORD_FILESYSTEM, false },
};

_Static_assert(ARRAY_LEN(kinds) + 1 == ARRAY_LEN(kind_names), "a name for each");

enum labels { LABELS_MAX = 8 };

/* The first is its name, and the last what no other has. */
static const struct {
	enum denet_record record;
	struct {
		const char *name;
		size_t offset;
	} labels[LABELS_MAX];
} labels[] = {
#define TEXT(struct_, member_, name_)                           \
	{                                                       \
		name_, offsetof(struct host_##struct_, member_) \
	}
	{ DENET_RECORD_GROUP,
	  { TEXT(group, name, "name"), TEXT(group, type, "type"), TEXT(group, class_name, "class"),
	    TEXT(group, pod_namespace, "namespace"), TEXT(group, pod_name, "pod"),
	    TEXT(group, container, "container"), TEXT(group, cgroup, "cgroup") } },
	{ DENET_RECORD_CLASS, { TEXT(class, class_name, "class") } },
	{ DENET_RECORD_PROCESSES, { TEXT(processes, name, "name") } },
	{ DENET_RECORD_DISK, { TEXT(disk, device, "device") } },
	{ DENET_RECORD_INTERFACE, { TEXT(interface, interface, "interface") } },
	{ DENET_RECORD_FILESYSTEM,
	  { TEXT(filesystem, source, "source"), TEXT(filesystem, mount, "mount") } },
};

enum denet_record kind_to_record(unsigned int kind)
{
	return kinds[kind].record;
}

/* What has ended is a group as it was. */
static enum denet_record like(enum denet_record record)
{
	return record == DENET_RECORD_CONTAINER ? DENET_RECORD_GROUP : record;
}

bool kind_has(unsigned int kind, enum denet_record record, const void *figures)
{
	const struct host_group *group = figures;

	if (kinds[kind].record != like(record))
		return false;
	return !kinds[kind].has_type || (group->type && strcmp(group->type, kind_names[kind]) == 0);
}

bool kind_label(enum denet_record record, const void *figures, unsigned int index,
		const char **ret_label, const char **ret_value)
{
	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		if (labels[i].record != like(record))
			continue;
		if (index >= LABELS_MAX || !labels[i].labels[index].name)
			return false;
		*ret_label = labels[i].labels[index].name;
		*ret_value = *(const char *const *)((const char *)figures +
						    labels[i].labels[index].offset);
		return true;
	}
	return false;
}

const char *kind_name(enum denet_record record, const void *figures)
{
	const char *label, *name = NULL;

	if (record == DENET_RECORD_FILESYSTEM)
		return ((const struct host_filesystem *)figures)->mount;
	(void)kind_label(record, figures, 0, &label, &name);
	return name;
}

const char *kind_identity(enum denet_record record, const void *figures)
{
	const char *label, *identity = NULL;

	for (unsigned int i = 0; kind_label(record, figures, i, &label, &identity); i++)
		;
	return identity;
}

void kind_set_name(unsigned int kind, void *figures, const char *name)
{
	struct host_group *group = figures;

	for (size_t i = 0; i < ARRAY_LEN(labels); i++) {
		if (labels[i].record != kinds[kind].record)
			continue;
		for (size_t k = 0; k < LABELS_MAX && labels[i].labels[k].name; k++)
			if (!k || k + 1 == LABELS_MAX || !labels[i].labels[k + 1].name)
				*(const char **)((char *)figures + labels[i].labels[k].offset) =
					name;
	}
	if (kinds[kind].record == DENET_RECORD_GROUP)
		group->type = kinds[kind].has_type ? kind_names[kind] : "cgroup";
}
