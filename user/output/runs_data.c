/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/runs_data.h"

#include <math.h>
#include <string.h>

#include "metrics/keys.h"
#include "output/runs_row.h"
#include "util/cleanup.h"
#include "util/decimal.h"
#include "util/json.h"
#include "util/utf8.h"

static const char *accounting_of(const struct runs_row *row)
{
	static const char *const names[] = {
		[DENET_ACCOUNTING_AUTO] = NULL,
		[DENET_ACCOUNTING_BPF] = "bpf",
		[DENET_ACCOUNTING_PROC] = "proc",
	};
	size_t at = (size_t)row->accounting;

	return at < sizeof(names) / sizeof(names[0]) ? names[at] : NULL;
}

static void append_json_end(struct json *json, const struct runs_row *row)
{
	if (row->end.known && row->end.signal)
		json_i64(json, "signal", row->end.signal);
	else if (row->end.known)
		json_i64(json, KEY_EXIT_CODE, row->end.exit_code);
}

void runs_data_append_json(struct buf *buf, const struct runs_row *row)
{
	const char *accounting = accounting_of(row);
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	for (size_t i = 0; i < RUNS_TEXTS; i++)
		if (row->texts[i])
			json_string(&json, runs_row_text_name((enum runs_text)i), row->texts[i]);
	if (row->t0_ms != DENET_UNKNOWN)
		json_u64(&json, KEY_T0_MS, row->t0_ms);
	if (accounting)
		json_string(&json, "accounting", accounting);
	append_json_end(&json, row);
	if (row->is_incomplete)
		json_bool(&json, "incomplete", true);
	if (row->is_cut)
		json_bool(&json, "truncated", true);
	for (size_t i = 0; i < RUNS_FIGURES; i++)
		if (row->figures[i] != DENET_UNKNOWN)
			json_u64(&json, runs_row_metric((enum runs_figure)i)->key, row->figures[i]);
	json_object_end(&json);
}

/* The five numbers of a spread, by their names in the records of `diff`. */
static const struct {
	const char *name;
	size_t offset;
} parts[] = {
	{ "median", offsetof(struct denet_spread, median) },
	{ "lower_quartile", offsetof(struct denet_spread, lower) },
	{ "upper_quartile", offsetof(struct denet_spread, upper) },
	{ "min", offsetof(struct denet_spread, min) },
	{ "max", offsetof(struct denet_spread, max) },
};

#define PARTS (sizeof(parts) / sizeof(parts[0]))

static double part_of(const struct denet_spread *spread, size_t part)
{
	double value;

	memcpy(&value, (const char *)spread + parts[part].offset, sizeof(value));
	return value;
}

void runs_data_append_group_json(struct buf *buf, enum runs_text what,
				 const struct runs_group *group)
{
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	json_string(&json, runs_row_text_name(what), group->name);
	json_u64(&json, "runs", group->runs);
	json_u64(&json, "failed", group->failed);
	json_u64(&json, "whole", group->whole);
	for (size_t i = 0; i < RUNS_FIGURES; i++) {
		const struct denet_spread *spread = &group->figures[i];

		if (!spread->count)
			continue;
		json_object_begin(&json, runs_row_metric((enum runs_figure)i)->key);
		json_u64(&json, "runs", spread->count);
		for (size_t p = 0; p < PARTS; p++)
			json_double(&json, parts[p].name, part_of(spread, p));
		json_object_end(&json);
	}
	json_object_end(&json);
}

static void append_comma(struct buf *buf)
{
	buf_append_char(buf, ',');
}

/* In quotes where it has to be; a quote within is doubled. */
static void append_field(struct buf *buf, const char *text)
{
	AUTO(buf) struct buf valid = { 0 };

	if (!text)
		return;
	utf8_append(&valid, text, strlen(text));
	if (!strpbrk(buf_text(&valid), ",\"\r\n")) {
		buf_append_text(buf, buf_text(&valid));
		return;
	}
	buf_append_char(buf, '"');
	for (const char *at = buf_text(&valid); *at; at++)
		buf_append_repeated(buf, *at, *at == '"' ? 2 : 1);
	buf_append_char(buf, '"');
	if (valid.error)
		buf->error = valid.error;
}

static void append_u64(struct buf *buf, uint64_t value)
{
	char text[DECIMAL_MAX_BYTES];

	if (value != DENET_UNKNOWN)
		buf_append(buf, text, decimal_from_u64(value, text));
}

static void append_double(struct buf *buf, double value)
{
	char text[DECIMAL_MAX_BYTES];

	if (!isnan(value))
		buf_append(buf, text, decimal_from_double(value, text));
}

/* The last comma is none. */
static void end_line(struct buf *buf)
{
	if (buf->error)
		return;
	buf->len--;
	buf_append_text(buf, "\r\n");
}

void runs_data_append_csv_header(struct buf *buf)
{
	for (size_t i = 0; i < RUNS_TEXTS; i++)
		buf_printf(buf, "%s,", runs_row_text_name((enum runs_text)i));
	buf_printf(buf, "%s,accounting,%s,signal,incomplete,truncated,", KEY_T0_MS, KEY_EXIT_CODE);
	for (size_t i = 0; i < RUNS_FIGURES; i++)
		buf_printf(buf, "%s,", runs_row_metric((enum runs_figure)i)->key);
	end_line(buf);
}

static void append_csv_state(struct buf *buf, const struct runs_row *row)
{
	append_u64(buf, row->t0_ms);
	append_comma(buf);
	append_field(buf, accounting_of(row));
	append_comma(buf);
	if (row->end.known && !row->end.signal)
		buf_printf(buf, "%d", row->end.exit_code);
	append_comma(buf);
	if (row->end.known && row->end.signal)
		buf_printf(buf, "%d", row->end.signal);
	buf_printf(buf, ",%s,%s,", row->is_incomplete ? "true" : "false",
		   row->is_cut ? "true" : "false");
}

void runs_data_append_csv(struct buf *buf, const struct runs_row *row)
{
	for (size_t i = 0; i < RUNS_TEXTS; i++) {
		append_field(buf, row->texts[i]);
		append_comma(buf);
	}
	append_csv_state(buf, row);
	for (size_t i = 0; i < RUNS_FIGURES; i++) {
		append_u64(buf, row->figures[i]);
		append_comma(buf);
	}
	end_line(buf);
}

void runs_data_append_group_csv_header(struct buf *buf, enum runs_text what)
{
	buf_printf(buf, "%s,runs,failed,whole,", runs_row_text_name(what));
	for (size_t i = 0; i < RUNS_FIGURES; i++)
		for (size_t p = 0; p < PARTS; p++)
			buf_printf(buf, "%s_%s,", runs_row_metric((enum runs_figure)i)->key,
				   parts[p].name);
	end_line(buf);
}

void runs_data_append_group_csv(struct buf *buf, const struct runs_group *group)
{
	append_field(buf, group->name);
	buf_printf(buf, ",%zu,%zu,%zu,", group->runs, group->failed, group->whole);
	for (size_t i = 0; i < RUNS_FIGURES; i++)
		for (size_t p = 0; p < PARTS; p++) {
			append_double(buf, part_of(&group->figures[i], p));
			append_comma(buf);
		}
	end_line(buf);
}
