/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/prometheus.h"

#include <string.h>

#include "format/figure.h"
#include "format/scale.h"
#include "util/decimal.h"
#include "util/units.h"

static const char *const units[] = { "seconds", "bytes", "ratio" }; /* base units, of OpenMetrics */

static const char *suffix_of(enum prometheus_type type)
{
	static const char *const suffixes[] = {
		[PROMETHEUS_COUNTER] = "_total",
		[PROMETHEUS_GAUGE] = "",
		[PROMETHEUS_INFO] = "_info",
	};

	return suffixes[type];
}

static const char *word_of(enum prometheus_type type, bool is_openmetrics)
{
	if (type == PROMETHEUS_COUNTER)
		return "counter";
	return type == PROMETHEUS_INFO && is_openmetrics ? "info" : "gauge";
}

/* OpenMetrics calls a family without what its samples end in. */
static void append_family(struct buf *buf, const char *what, const struct prometheus_head *head,
			  bool is_openmetrics)
{
	buf_append_text(buf, what);
	buf_append_text(buf, head->name);
	if (!is_openmetrics)
		buf_append_text(buf, suffix_of(head->type));
	buf_append_char(buf, ' ');
}

static void append_unit(struct buf *buf, const struct prometheus_head *head)
{
	const char *last = strrchr(head->name, '_');

	for (size_t i = 0; last && i < sizeof(units) / sizeof(units[0]); i++) {
		if (strcmp(last + 1, units[i]) == 0) {
			append_family(buf, "# UNIT ", head, true);
			buf_append_text(buf, units[i]);
			buf_append_char(buf, '\n');
		}
	}
}

/* Texts of ours: nothing in them has to be escaped. */
void prometheus_append_head(struct buf *buf, const struct prometheus_head *head,
			    bool is_openmetrics)
{
	append_family(buf, "# HELP ", head, is_openmetrics);
	buf_append_text(buf, head->help);
	if (head->bound) {
		buf_append_text(buf, " Bound: ");
		buf_append_text(buf, head->bound);
		buf_append_char(buf, '.');
	}
	buf_append_char(buf, '\n');
	append_family(buf, "# TYPE ", head, is_openmetrics);
	buf_append_text(buf, word_of(head->type, is_openmetrics));
	buf_append_char(buf, '\n');
	if (is_openmetrics && head->type != PROMETHEUS_INFO)
		append_unit(buf, head);
}

void prometheus_append_name(struct buf *buf, const struct prometheus_head *head, const char *labels,
			    const char *pair)
{
	bool has_labels = labels && *labels;

	buf_append_text(buf, head->name);
	buf_append_text(buf, suffix_of(head->type));
	if (has_labels || pair) {
		buf_append_char(buf, '{');
		buf_append_text(buf, has_labels ? labels : "");
		buf_append_text(buf, has_labels && pair ? "," : "");
		buf_append_text(buf, pair ? pair : "");
		buf_append_char(buf, '}');
	}
	buf_append_char(buf, ' ');
}

static void append_u64(struct buf *buf, uint64_t value)
{
	char text[DECIMAL_MAX_BYTES];

	buf_append(buf, text, decimal_from_u64(value, text));
}

void prometheus_append_single(struct buf *buf, const struct prometheus_head *head, uint64_t value,
			      bool is_ns, bool is_openmetrics)
{
	prometheus_append_head(buf, head, is_openmetrics);
	prometheus_append_name(buf, head, NULL, NULL);
	if (is_ns)
		scale_append_ns(buf, value);
	else
		append_u64(buf, value);
	buf_append_char(buf, '\n');
}

static void append_value(struct buf *buf, const struct expose_family *family,
			 const struct figure_value *value)
{
	const char *unit = family->is_scaled ? family->metric->unit : "";

	if (value->is_whole && strcmp(unit, "ns") == 0)
		scale_append_ns(buf, value->whole);
	else if (value->is_whole)
		append_u64(buf, value->whole);
	else
		scale_append(buf, scale_of(unit), value->real);
}

static void append_row(struct buf *buf, const struct expose_family *family,
		       const struct prometheus_head *head, const struct prometheus_row *row,
		       const struct figure_value *value)
{
	prometheus_append_name(buf, head, row->labels, family->pair);
	append_value(buf, family, value);
	buf_append_char(buf, '\n');
}

static bool is_in_same(const struct family_list *families, size_t index)
{
	return index && strcmp(families->items[index].name, families->items[index - 1].name) == 0;
}

void prometheus_append_rows(struct buf *buf, const struct family_list *families,
			    const struct prometheus_row *rows, size_t count, bool is_openmetrics)
{
	bool has_head = false;

	for (size_t i = 0; i < families->count; i++) {
		const struct expose_family *family = &families->items[i];
		const struct prometheus_head head = {
			.name = family->name,
			.type = family->is_counter ? PROMETHEUS_COUNTER : PROMETHEUS_GAUGE,
			.help = family->metric->help,
			.bound = family->metric->bound,
		};

		has_head = has_head && is_in_same(families, i);
		for (size_t k = 0; k < count; k++) {
			struct figure_value value;

			if (!figure_read(family->metric,
					 (const char *)rows[k].figures + family->offset, &value))
				continue;
			if (!has_head)
				prometheus_append_head(buf, &head, is_openmetrics);
			has_head = true;
			append_row(buf, family, &head, &rows[k], &value);
		}
	}
}

void prometheus_append_facts(struct buf *buf, enum expose_kind kind,
			     const struct prometheus_row *rows, size_t count, bool is_openmetrics)
{
	const struct prometheus_head head = { kind_prefix(kind), PROMETHEUS_INFO,
					      "What is known of it beside its figures.", NULL };
	bool has_head = false;

	for (size_t i = 0; i < count; i++) {
		if (!*rows[i].facts)
			continue;
		if (!has_head)
			prometheus_append_head(buf, &head, is_openmetrics);
		has_head = true;
		prometheus_append_name(buf, &head, rows[i].facts, NULL);
		buf_append_text(buf, "1\n");
	}
}

void prometheus_append_end(struct buf *buf)
{
	buf_append_text(buf, "# EOF\n");
}
