/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/records.h"

#include <string.h>

#include "metrics/host_records.h"
#include "record/host_record.h"

static void write_row(struct json *json, const char *key, const struct view_row *row)
{
	json_object_begin(json, key);
	host_record_write(json, row->record, row->figures);
	json_object_end(json);
}

void records_write_group(struct json *json, const struct view *view, size_t row)
{
	json_object_begin(json, NULL);
	host_record_write(json, view->rows[row].record, view->rows[row].figures);
	json_array_begin(json, "commands");
	while (++row < view->count && view->rows[row].record == DENET_RECORD_COMMAND)
		write_row(json, NULL, &view->rows[row]);
	json_array_end(json);
	json_object_end(json);
}

static bool is_same(const char *text, const char *wish)
{
	return text && strcmp(text, wish) == 0;
}

static bool is_wanted(const struct records_filter *filter, const struct host_group *group)
{
	const char *name = filter->name;

	return (!filter->type || is_same(group->type, filter->type)) &&
	       (!name || is_same(group->name, name) || is_same(group->id, name) ||
		is_same(group->cgroup, name)) &&
	       (!filter->class_name || is_same(group->class_name, filter->class_name));
}

void records_write_groups(struct json *json, const char *key, const struct view *view,
			  const struct records_filter *filter)
{
	json_array_begin(json, key);
	for (size_t i = 0; i < view->count; i++)
		if (view->rows[i].record == DENET_RECORD_GROUP &&
		    is_wanted(filter, view->rows[i].figures))
			records_write_group(json, view, i);
	json_array_end(json);
}

void records_write_first(struct json *json, const char *key, const struct view *view,
			 enum denet_record record)
{
	for (size_t i = 0; i < view->count; i++) {
		if (view->rows[i].record != record)
			continue;
		write_row(json, key, &view->rows[i]);
		return;
	}
}

void records_write(struct json *json, const char *key, const struct view *view,
		   enum denet_record record)
{
	json_array_begin(json, key);
	for (size_t i = 0; i < view->count; i++)
		if (view->rows[i].record == record)
			write_row(json, NULL, &view->rows[i]);
	json_array_end(json);
}

/* Those of what has ended since the look before follow a container. */
void records_write_commands(struct json *json, const char *key, const struct view *view,
			    const char *group)
{
	enum denet_record owner = DENET_RECORD_MACHINE;

	json_array_begin(json, key);
	for (size_t i = 0; i < view->count; i++) {
		const struct view_row *row = &view->rows[i];
		const struct host_command *command = row->figures;

		if (row->record != DENET_RECORD_COMMAND)
			owner = row->record;
		else if (owner == DENET_RECORD_GROUP && (!group || is_same(command->group, group) ||
							 is_same(command->cgroup, group)))
			write_row(json, NULL, row);
	}
	json_array_end(json);
}
