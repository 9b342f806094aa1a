/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/records.h"

#include <math.h>
#include <string.h>

#include "metrics/keys.h"
#include "record/fields.h"
#include "util/json.h"

static void write_array(struct json *json, const char *key, const double *values, size_t count)
{
	json_array_begin(json, key);
	for (size_t i = 0; i < count; i++)
		json_double(json, NULL, values[i]);
	json_array_end(json);
}

/* What the struct holds as an array. */
static void write_other(struct json *json, const char *key, const void *context)
{
	const struct host_machine *figures = context;

	if (strcmp(key, KEY_LOAD_AVG) == 0 && isfinite(figures->load_avg[0]))
		write_array(json, key, figures->load_avg, 3);
	if (strcmp(key, KEY_CPU_PER_CORE) == 0 && figures->cores)
		write_array(json, key, figures->cpu_per_core, figures->cores);
}

static void append(struct buf *buf, enum denet_record record, const void *base)
{
	const struct fields fields = {
		.record = record, .base = base, .write_other = write_other, .context = base
	};
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	json_string(&json, "kind", denet_record_name(record));
	fields_write(&json, &fields);
	json_object_end(&json);
}

void records_append_machine(struct buf *buf, const struct host_machine *figures)
{
	append(buf, DENET_RECORD_MACHINE, figures);
}

void records_append_group(struct buf *buf, const struct host_group *figures)
{
	append(buf, DENET_RECORD_GROUP, figures);
}

void records_append_processes(struct buf *buf, const struct host_processes *figures)
{
	append(buf, DENET_RECORD_PROCESSES, figures);
}

void records_append_heavy(struct buf *buf, const struct host_heavy *figures)
{
	append(buf, DENET_RECORD_HEAVY, figures);
}

void records_append_history(struct buf *buf, const struct host_history *figures)
{
	append(buf, DENET_RECORD_HISTORY, figures);
}

void records_append_disk(struct buf *buf, const struct host_disk *figures)
{
	append(buf, DENET_RECORD_DISK, figures);
}

void records_append_interface(struct buf *buf, const struct host_interface *figures)
{
	append(buf, DENET_RECORD_INTERFACE, figures);
}

void records_append_filesystem(struct buf *buf, const struct host_filesystem *figures)
{
	append(buf, DENET_RECORD_FILESYSTEM, figures);
}

void records_append_container(struct buf *buf, const struct host_group *figures)
{
	append(buf, DENET_RECORD_CONTAINER, figures);
}

void records_append_class(struct buf *buf, const struct host_class *figures)
{
	append(buf, DENET_RECORD_CLASS, figures);
}

void records_append_command(struct buf *buf, const struct host_command *figures)
{
	append(buf, DENET_RECORD_COMMAND, figures);
}
