/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/kind.h"

#include <inttypes.h>
#include <string.h>

#include "format/label.h"
#include "metrics/host_records.h"
#include "metrics/keys.h"

#define ID_DIGITS 12 /* as runtimes show it */
#define TYPE_CONTAINER "container"

#define REST "other"

/* Keys of devices say themselves what they are of. name is where what it is called lies. */
static const struct {
	enum denet_record record;
	const char *prefix;
	size_t size;
	size_t name;
	bool has_rest;
} kinds[EXPOSE_KINDS] = {
#define KIND(record_, prefix_, struct_, name_, has_rest_)                \
	{                                                                \
		DENET_RECORD_##record_, prefix_, sizeof(struct struct_), \
			offsetof(struct struct_, name_), has_rest_       \
	}
	[EXPOSE_MACHINE] = { DENET_RECORD_MACHINE, "denet_machine", sizeof(struct host_machine), 0,
			     false },
	[EXPOSE_CLASS] = KIND(CLASS, "denet_class", host_class, class_name, true),
	[EXPOSE_CONTAINER] = KIND(GROUP, "denet_container", host_group, name, true),
	[EXPOSE_GROUP] = KIND(GROUP, "denet_group", host_group, name, true),
	[EXPOSE_PROCESSES] = KIND(PROCESSES, "denet_processes", host_processes, name, true),
	[EXPOSE_DISK] = KIND(DISK, "denet", host_disk, device, false),
	[EXPOSE_INTERFACE] = KIND(INTERFACE, "denet", host_interface, interface, false),
	[EXPOSE_FILESYSTEM] = KIND(FILESYSTEM, "denet", host_filesystem, mount, false),
	[EXPOSE_COMMAND] = KIND(COMMAND, "denet_command", host_command, comm, true),
};

static bool is_container(const struct view_row *row)
{
	const struct host_group *group = row->figures;

	return group->type && strcmp(group->type, TYPE_CONTAINER) == 0;
}

bool kind_of(const struct view_row *row, enum expose_kind *ret_kind)
{
	if (row->record == DENET_RECORD_CONTAINER || row->record == DENET_RECORD_GROUP) {
		*ret_kind = is_container(row) ? EXPOSE_CONTAINER : EXPOSE_GROUP;
		return true;
	}
	for (unsigned int i = 0; i < EXPOSE_KINDS; i++) {
		if (kinds[i].record == row->record) {
			*ret_kind = (enum expose_kind)i;
			return true;
		}
	}
	return false;
}

enum denet_record kind_record(enum expose_kind kind)
{
	return kinds[kind].record;
}

const char *kind_prefix(enum expose_kind kind)
{
	return kinds[kind].prefix;
}

size_t kind_size(enum expose_kind kind)
{
	return kinds[kind].size;
}

static const char *name_of(enum expose_kind kind, const void *figures)
{
	const char *name = NULL;

	if (kind != EXPOSE_MACHINE)
		memcpy(&name, (const char *)figures + kinds[kind].name, sizeof(name));
	return name ? name : "";
}

void kind_append_key(struct buf *buf, enum expose_kind kind, const void *figures)
{
	const struct host_command *command = figures;
	const struct host_group *group = figures;
	const char *name = name_of(kind, figures);
	const char *path = kind == EXPOSE_COMMAND ? command->cgroup : NULL;

	if (kind == EXPOSE_CONTAINER || kind == EXPOSE_GROUP)
		path = group->cgroup;
	/* With its length, so that no other name and path are the same text. */
	if (kind == EXPOSE_COMMAND)
		buf_printf(buf, "%" PRIu64 " %zu %s", command->uid, strlen(name), name);
	else if (!path)
		buf_append_text(buf, name);
	buf_append_text(buf, path ? path : "");
}

bool kind_has_rest(enum expose_kind kind)
{
	return kinds[kind].has_rest;
}

void kind_name_rest(enum expose_kind kind, void *figures)
{
	static const char *const rest = REST;
	struct host_command *command = figures;
	struct host_group *group = figures;

	memcpy((char *)figures + kinds[kind].name, &rest, sizeof(rest));
	if (kind == EXPOSE_COMMAND) {
		command->group = REST;
		command->uid = DENET_UNKNOWN;
	} else if (kind == EXPOSE_GROUP) {
		group->type = REST;
	}
}

bool kind_is_rest(enum expose_kind kind, const void *figures)
{
	return (kind == EXPOSE_CLASS || kind == EXPOSE_PROCESSES) &&
	       strcmp(name_of(kind, figures), REST) == 0;
}

/* Behind one of the same row. */
static void append_comma(struct buf *buf)
{
	if (!buf->error && buf->len && buf->data[buf->len - 1] == '"')
		buf_append_char(buf, ',');
}

static void append_pair(struct buf *buf, const char *key, const char *value)
{
	if (!value || !*value)
		return;
	append_comma(buf);
	buf_append_text(buf, key);
	buf_append_text(buf, "=\"");
	label_append_quoted(buf, value);
	buf_append_char(buf, '"');
}

static void append_number(struct buf *buf, const char *key, uint64_t value)
{
	if (value == DENET_UNKNOWN)
		return;
	append_comma(buf);
	buf_printf(buf, "%s=\"%" PRIu64 "\"", key, value);
}

/* One without an id may have a name that others have: its path tells it from them. */
static void append_container(struct buf *buf, const struct host_group *group)
{
	char id[ID_DIGITS + 1];

	append_pair(buf, "name", group->name);
	if (!group->id || !*group->id) {
		append_pair(buf, "cgroup", group->cgroup);
		return;
	}
	*stpncpy(id, group->id, ID_DIGITS) = '\0';
	append_pair(buf, "id", id);
}

static void append_cadvisors(struct buf *buf, const struct host_group *group)
{
	append_pair(buf, "id", group->cgroup);
	append_pair(buf, "name", group->name);
	append_pair(buf, "image", group->image);
	append_pair(buf, "namespace", group->pod_namespace);
	append_pair(buf, "pod", group->pod_name);
	append_pair(buf, "container", group->container);
}

static void append_group(struct buf *buf, const struct host_group *group)
{
	append_pair(buf, "name", group->name);
	append_pair(buf, "kind", group->type);
	append_pair(buf, "cgroup", group->cgroup);
}

static void append_command(struct buf *buf, const struct host_command *command)
{
	append_pair(buf, "group", command->group);
	append_pair(buf, "cgroup", command->cgroup);
	append_pair(buf, "comm", command->comm);
	append_number(buf, "uid", command->uid);
}

static void append_filesystem(struct buf *buf, const struct host_filesystem *filesystem)
{
	append_pair(buf, "mount", filesystem->mount);
	append_pair(buf, "source", filesystem->source);
	append_pair(buf, KEY_FS_TYPE, filesystem->fs_type);
}

void kind_append_labels(struct buf *buf, enum expose_kind kind, const void *figures,
			enum expose_names names)
{
	switch (kind) {
	case EXPOSE_CLASS:
		append_pair(buf, "class", ((const struct host_class *)figures)->class_name);
		break;
	case EXPOSE_CONTAINER:
		if (names == EXPOSE_NAMES_CADVISOR)
			append_cadvisors(buf, figures);
		else
			append_container(buf, figures);
		break;
	case EXPOSE_GROUP:
		append_group(buf, figures);
		break;
	case EXPOSE_PROCESSES:
		append_pair(buf, names == EXPOSE_NAMES_PROCESS_EXPORTER ? "groupname" : "name",
			    ((const struct host_processes *)figures)->name);
		break;
	case EXPOSE_DISK:
		append_pair(buf, "device", ((const struct host_disk *)figures)->device);
		break;
	case EXPOSE_INTERFACE:
		append_pair(buf, "interface", ((const struct host_interface *)figures)->interface);
		break;
	case EXPOSE_FILESYSTEM:
		append_filesystem(buf, figures);
		break;
	case EXPOSE_COMMAND:
		append_command(buf, figures);
		break;
	case EXPOSE_MACHINE:
	case EXPOSE_KINDS:
		break;
	}
}

void kind_append_facts(struct buf *buf, enum expose_kind kind, const void *figures)
{
	const struct host_group *group = figures;

	if (kind != EXPOSE_CONTAINER)
		return;
	append_container(buf, group);
	append_pair(buf, "class", group->class_name);
	append_pair(buf, "runtime", group->runtime);
	append_pair(buf, "image", group->image);
	append_pair(buf, "container_id", group->id);
	append_pair(buf, "parent", group->parent);
	append_pair(buf, "namespace", group->pod_namespace);
	append_pair(buf, "pod", group->pod_name);
	append_pair(buf, "container", group->container);
	append_pair(buf, KEY_COMPOSE_PROJECT, group->project);
	append_pair(buf, KEY_COMPOSE_SERVICE, group->service);
}
