/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rows of a look as JSON, by the table of metrics. */
#ifndef DENET_SERVE_RECORDS_H
#define DENET_SERVE_RECORDS_H

#include <stddef.h>

#include "host/view.h"
#include "util/json.h"

/* Which of the groups; NULL for all. */
struct records_filter {
	const char *type;
	const char *name; /* or its id, or its cgroup */
	const char *class_name;
};

/* An object: the row, which is a group or a container, and its "commands". */
void records_write_group(struct json *json, const struct view *view, size_t row);

/* An array of these. */
void records_write_groups(struct json *json, const char *key, const struct view *view,
			  const struct records_filter *filter);

/* The first row of that record as an object; nothing where there is none. */
void records_write_first(struct json *json, const char *key, const struct view *view,
			 enum denet_record record);

/* An array of all rows of that record. */
void records_write(struct json *json, const char *key, const struct view *view,
		   enum denet_record record);

/* Of the commands in one group, by the name of that; NULL for all. */
void records_write_commands(struct json *json, const char *key, const struct view *view,
			    const char *group);

#endif
