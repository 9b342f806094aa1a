/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/host_record.h"

#include <math.h>
#include <string.h>

#include "metrics/host_records.h"
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

void host_record_write(struct json *json, enum denet_record record, const void *figures)
{
	const struct fields fields = {
		.record = record, .base = figures, .write_other = write_other, .context = figures
	};

	fields_write(json, &fields);
}

void host_record_append(struct buf *buf, enum denet_record record, const void *figures)
{
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	json_string(&json, "kind", denet_record_name(record));
	host_record_write(&json, record, figures);
	json_object_end(&json);
}
