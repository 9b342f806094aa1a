/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/influx.h"

#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "expose/influx_internal.h"
#include "format/label.h"
#include "metrics/host_records.h"
#include "metrics/keys.h"
#include "util/decimal.h"
#include "util/units.h"

#define TAGS_MAX 40
#define NUMBER_BYTES 24
#define MEASUREMENT_OF_CONTAINERS "denet_container"

/* A line in the making. */
struct line {
	struct buf *buf;
	enum denet_record record;
	const char *base;
	struct expose_influx_tag tags[TAGS_MAX];
	size_t tag_count;
	char number[NUMBER_BYTES]; /* a tag's value */
	bool has_field;
};

const char *expose_influx_measurement(const struct view_row *row)
{
	static const char *const names[DENET_RECORD_COUNT] = {
		[DENET_RECORD_MACHINE] = "system_metrics",
		[DENET_RECORD_GROUP] = "denet_group",
		[DENET_RECORD_CONTAINER] = MEASUREMENT_OF_CONTAINERS,
		[DENET_RECORD_CLASS] = "denet_class",
		[DENET_RECORD_COMMAND] = "denet_command",
		[DENET_RECORD_PROCESSES] = "denet_processes",
		[DENET_RECORD_HEAVY] = "denet_heavy",
		[DENET_RECORD_DISK] = "denet_disk",
		[DENET_RECORD_INTERFACE] = "denet_interface",
		[DENET_RECORD_FILESYSTEM] = "denet_filesystem",
		[DENET_RECORD_CONNECTIONS] = "denet_connections",
	};
	const struct host_group *group = row->figures;

	/* One that lives, and one that has ended, are told by different records. */
	if (row->record == DENET_RECORD_GROUP && group->type &&
	    strcmp(group->type, "container") == 0)
		return MEASUREMENT_OF_CONTAINERS;
	return names[row->record];
}

/* When it was is no field: of all but the machine it is the first member. */
static bool is_time(enum denet_record record, size_t offset)
{
	return offset ==
	       (record == DENET_RECORD_MACHINE ? offsetof(struct host_machine, timestamp) : 0);
}

/* A number that tells one from another, of which two would become one point. */
static bool is_identity(enum denet_record record, size_t offset)
{
	return (record == DENET_RECORD_COMMAND && offset == offsetof(struct host_command, uid)) ||
	       (record == DENET_RECORD_HEAVY && offset == offsetof(struct host_heavy, pid));
}

/* What becomes another text from look to look would be another series each time. */
static bool is_changing(const struct denet_metric *metric)
{
	static const char *const keys[] = { KEY_FAILED_BY_STATUS, KEY_KILLED_BY_SIGNAL,
					    KEY_OOM_VICTIM };

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(metric->key, keys[i]) == 0)
			return true;
	return false;
}

enum influx_role influx_role_of(enum denet_record record, const struct denet_metric *metric,
				size_t offset)
{
	if (metric->form == DENET_FORM_TEXT)
		return is_changing(metric) ? INFLUX_TEXT : INFLUX_TAG;
	if (is_identity(record, offset))
		return INFLUX_TAG;
	if (is_time(record, offset))
		return INFLUX_NONE;
	switch (metric->form) {
	case DENET_FORM_U64:
		return INFLUX_INTEGER;
	case DENET_FORM_FLOAT:
	case DENET_FORM_DOUBLE:
		return INFLUX_FLOAT;
	case DENET_FORM_BOOL:
		return INFLUX_TRUTH;
	default:
		return INFLUX_NONE;
	}
}

static void add_tag(struct line *line, const char *key, const char *value)
{
	if (!value || !*value || line->tag_count == TAGS_MAX)
		return;
	for (size_t i = 0; i < line->tag_count; i++)
		if (strcmp(line->tags[i].key, key) == 0)
			return;
	line->tags[line->tag_count++] = (struct expose_influx_tag){ key, value };
}

static void add_identity(struct line *line, const char *key, size_t offset)
{
	uint64_t value;

	memcpy(&value, line->base + offset, sizeof(value));
	if (value == DENET_UNKNOWN)
		return;
	(void)snprintf(line->number, sizeof(line->number), "%" PRIu64, value);
	add_tag(line, key, line->number);
}

static void add_tags(struct line *line)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(line->record, i, &offset)); i++) {
		const char *text;

		if (is_identity(line->record, offset))
			add_identity(line, metric->key, offset);
		if (metric->form != DENET_FORM_TEXT || is_changing(metric))
			continue;
		memcpy(&text, line->base + offset, sizeof(text));
		add_tag(line, metric->key, text);
	}
}

/* By their keys, which costs the server least. */
static void append_tags(struct line *line)
{
	for (size_t done = 0; done < line->tag_count; done++) {
		size_t first = done;
		struct expose_influx_tag tag;

		for (size_t i = done + 1; i < line->tag_count; i++)
			if (strcmp(line->tags[i].key, line->tags[first].key) < 0)
				first = i;
		tag = line->tags[first];
		line->tags[first] = line->tags[done];
		buf_append_char(line->buf, ',');
		label_append_tag(line->buf, tag.key);
		buf_append_char(line->buf, '=');
		label_append_tag(line->buf, tag.value);
	}
}

static void begin_field(struct line *line, const char *key)
{
	buf_printf(line->buf, "%c%s=", line->has_field ? ',' : ' ', key);
	line->has_field = true;
}

static void append_double(struct line *line, const char *key, double value)
{
	char text[DECIMAL_MAX_BYTES];

	if (!isfinite(value))
		return;
	begin_field(line, key);
	buf_append(line->buf, text, decimal_from_double(value, text));
}

/* The largest that there is; more is refused. */
static void append_whole(struct line *line, const char *key, uint64_t value)
{
	if (value == DENET_UNKNOWN)
		return;
	begin_field(line, key);
	buf_printf(line->buf, "%" PRIu64 "i", value < INT64_MAX ? value : (uint64_t)INT64_MAX);
}

const char *influx_key_of(enum denet_record record, const struct denet_metric *metric,
			  size_t offset)
{
	/* What writers of the machine's figures by psutil call it there. */
	if (record == DENET_RECORD_MACHINE &&
	    offset == offsetof(struct host_machine, disk_usage_percent))
		return "disk_percent";
	return metric->key;
}

static void append_field(struct line *line, const struct denet_metric *metric, size_t offset)
{
	const char *at = line->base + offset, *key = influx_key_of(line->record, metric, offset);
	uint64_t whole;
	double real;

	switch (influx_role_of(line->record, metric, offset)) {
	case INFLUX_INTEGER:
		memcpy(&whole, at, sizeof(whole));
		append_whole(line, key, whole);
		break;
	case INFLUX_FLOAT:
		memcpy(&real, at, sizeof(real));
		append_double(line, key, real);
		break;
	default:
		break;
	}
}

const char *const influx_loads[INFLUX_LOADS] = { "load1", "load5", "load15" };

static void append_loads(struct line *line)
{
	const struct host_machine *machine;

	if (line->record != DENET_RECORD_MACHINE)
		return;
	machine = (const struct host_machine *)(const void *)line->base;
	for (size_t i = 0; i < INFLUX_LOADS; i++)
		append_double(line, influx_loads[i], machine->load_avg[i]);
}

static void append_word(struct line *line, const struct denet_metric *metric, size_t offset)
{
	enum influx_role role = influx_role_of(line->record, metric, offset);
	const char *at = line->base + offset, *text = NULL;

	if (role == INFLUX_TRUTH) {
		begin_field(line, metric->key);
		buf_append_text(line->buf, *(const bool *)at ? "true" : "false");
	}
	if (role == INFLUX_TEXT)
		memcpy(&text, at, sizeof(text));
	if (!text || !*text)
		return;
	begin_field(line, metric->key);
	buf_append_char(line->buf, '"');
	label_append_quoted(line->buf, text);
	buf_append_char(line->buf, '"');
}

/* Of what has no figure there is nothing to say: truths and texts come behind them. */
static void append_fields(struct line *line)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(line->record, i, &offset)); i++)
		append_field(line, metric, offset);
	append_loads(line);
	for (size_t i = 0;
	     line->has_field && (metric = denet_record_metric(line->record, i, &offset)); i++)
		append_word(line, metric, offset);
}

void expose_influx_append(struct buf *buf, const struct view_row *row,
			  const struct expose_influx_tag *tags, size_t tag_count, uint64_t ts_ms)
{
	const char *measurement = expose_influx_measurement(row);
	struct line line = { .buf = buf, .record = row->record, .base = row->figures };
	size_t start = buf->len;

	if (!measurement)
		return;
	buf_append_text(buf, measurement);
	add_tags(&line);
	for (size_t i = 0; i < tag_count; i++)
		add_tag(&line, tags[i].key, tags[i].value);
	append_tags(&line);
	append_fields(&line);
	if (line.has_field) {
		buf_printf(buf, " %" PRIu64 "\n", (uint64_t)(ts_ms * NS_PER_MS));
	} else if (!buf->error) {
		buf->len = start;
		buf->data[start] = '\0';
	}
}

bool expose_influx_is_key(const char *key)
{
	return *key && *key != '_' && strcmp(key, "time") != 0;
}
