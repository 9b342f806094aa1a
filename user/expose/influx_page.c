/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/influx_page.h"

#include <stdbool.h>
#include <string.h>

#include "expose/influx.h"
#include "expose/influx_internal.h"
#include "metrics/host_records.h"

static const struct {
	const char *type; /* of a cgroup; NULL for others */
	enum denet_record record;
	enum denet_record also; /* has further figures of the same measurement; itself for none */
	const char *text;
} parts[] = {
	{ NULL, DENET_RECORD_MACHINE, DENET_RECORD_MACHINE, "The machine, at each look." },
	{ "container", DENET_RECORD_GROUP, DENET_RECORD_CONTAINER,
	  "Each container, at each look, and once more when it has ended, with its end as the "
	  "time." },
	{ "unit", DENET_RECORD_GROUP, DENET_RECORD_GROUP,
	  "Each other cgroup, at each look: its `type` says what it is." },
	{ NULL, DENET_RECORD_CLASS, DENET_RECORD_CLASS, "Each class of containers." },
	{ NULL, DENET_RECORD_COMMAND, DENET_RECORD_COMMAND,
	  "With BPF: processes of one name and user in one cgroup." },
	{ NULL, DENET_RECORD_PROCESSES, DENET_RECORD_PROCESSES,
	  "Each group of processes of the configuration." },
	{ NULL, DENET_RECORD_HEAVY, DENET_RECORD_HEAVY, "A process that uses much." },
	{ NULL, DENET_RECORD_DISK, DENET_RECORD_DISK, "Each disk." },
	{ NULL, DENET_RECORD_INTERFACE, DENET_RECORD_INTERFACE, "Each network interface." },
	{ NULL, DENET_RECORD_FILESYSTEM, DENET_RECORD_FILESYSTEM, "Each local file system." },
	{ NULL, DENET_RECORD_CONNECTIONS, DENET_RECORD_CONNECTIONS,
	  "TCP sockets of a network namespace, and those that came to one address." },
};

static const char *const types[] = {
	[INFLUX_INTEGER] = "integer",
	[INFLUX_FLOAT] = "float",
	[INFLUX_TRUTH] = "boolean",
	[INFLUX_TEXT] = "string",
};

static bool is_in(enum denet_record record, const char *key)
{
	const struct denet_metric *metric;

	for (size_t i = 0; (metric = denet_record_metric(record, i, NULL)); i++)
		if (strcmp(metric->key, key) == 0)
			return true;
	return false;
}

/* Of two records those of the second that the first has not. */
static bool is_new(enum denet_record record, enum denet_record before, const char *key)
{
	return record == before || !is_in(before, key);
}

static void append_tags(struct buf *buf, enum denet_record record, enum denet_record before)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(record, i, &offset)); i++)
		if (influx_role_of(record, metric, offset) == INFLUX_TAG &&
		    is_new(record, before, metric->key))
			buf_printf(buf, ", `%s`", metric->key);
}

static void append_fields(struct buf *buf, enum denet_record record, enum denet_record before)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(record, i, &offset)); i++) {
		const char *type = types[influx_role_of(record, metric, offset)];

		if (type && is_new(record, before, metric->key))
			buf_printf(buf, "| `%s` | %s | %s | %s |\n",
				   influx_key_of(record, metric, offset), type, metric->unit,
				   metric->help);
	}
	for (size_t i = 0; record == DENET_RECORD_MACHINE && i < INFLUX_LOADS; i++)
		buf_printf(buf, "| `%s` | float |  | Load average of so many minutes. |\n",
			   influx_loads[i]);
}

void influx_page_append(struct buf *buf)
{
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++) {
		const struct host_group group = { .type = parts[i].type };
		const struct view_row row = { parts[i].record, &group };
		enum denet_record record = parts[i].record, also = parts[i].also;

		buf_printf(buf, "\n## %s\n\n%s Tags: `host`", expose_influx_measurement(&row),
			   parts[i].text);
		append_tags(buf, record, record);
		if (also != record)
			append_tags(buf, also, record);
		buf_append_text(buf,
				"\n\n| field | type | unit | what it is |\n|---|---|---|---|\n");
		append_fields(buf, record, record);
		if (also != record)
			append_fields(buf, also, record);
	}
}
