/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/exposition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expose/family.h"
#include "expose/kind.h"
#include "expose/prometheus.h"
#include "util/array.h"

/* The rows of one kind, with their labels. */
struct table {
	struct family_list families;
	struct prometheus_row *rows; /* owned */
	size_t count;
	size_t room;
};

struct exposition {
	struct expose_settings settings;
	struct table tables[EXPOSE_KINDS];
	struct buf labels; /* owned: each ends with NUL */
};

static bool is_wanted(const struct expose_settings *settings, enum expose_kind kind)
{
	switch (kind) {
	case EXPOSE_MACHINE:
		return settings->has_machine || settings->names == EXPOSE_NAMES_PSUTIL;
	case EXPOSE_DISK:
	case EXPOSE_INTERFACE:
	case EXPOSE_FILESYSTEM:
		return settings->has_machine;
	case EXPOSE_COMMAND:
		return settings->has_commands;
	default:
		return true;
	}
}

static int open_tables(struct exposition *exposition)
{
	const struct expose_settings *settings = &exposition->settings;
	int r = 0;

	for (unsigned int i = 0; i < EXPOSE_KINDS && !r; i++)
		if (is_wanted(settings, (enum expose_kind)i))
			r = family_list_make(&exposition->tables[i].families, (enum expose_kind)i,
					     (enum expose_names)settings->names);
	return r;
}

int exposition_new(const struct expose_settings *settings, struct exposition **ret_exposition)
{
	struct exposition *exposition = calloc(1, sizeof(*exposition));
	int r;

	if (!exposition)
		return -ENOMEM;
	exposition->settings = *settings;
	r = open_tables(exposition);
	if (r) {
		exposition_free(exposition);
		return r;
	}
	*ret_exposition = exposition;
	return 0;
}

void exposition_free(struct exposition *exposition)
{
	if (!exposition)
		return;
	for (unsigned int i = 0; i < EXPOSE_KINDS; i++) {
		family_list_done(&exposition->tables[i].families);
		free(exposition->tables[i].rows);
	}
	buf_done(&exposition->labels);
	free(exposition);
}

static int add(struct table *table, const void *figures)
{
	if (table->count == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		struct prometheus_row *rows = array_resize(table->rows, room, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		table->rows = rows;
		table->room = room;
	}
	table->rows[table->count++] = (struct prometheus_row){ figures, "", "" };
	return 0;
}

static int sort_rows(struct exposition *exposition, const struct view *view)
{
	int r = 0;

	for (size_t i = 0; i < view->count && !r; i++) {
		const struct view_row *row = &view->rows[i];
		enum expose_kind kind;

		if (row->record == DENET_RECORD_CONTAINER || !kind_of(row, &kind))
			continue;
		if (exposition->tables[kind].families.count)
			r = add(&exposition->tables[kind], row->figures);
	}
	return r;
}

/* Their places are known when all are written, as the text moves when it grows. */
static int write_labels(struct exposition *exposition)
{
	const struct expose_settings *settings = &exposition->settings;
	struct buf *labels = &exposition->labels;
	const char *at;

	buf_reset(labels);
	for (unsigned int i = 0; i < EXPOSE_KINDS; i++) {
		for (size_t k = 0; k < exposition->tables[i].count; k++) {
			const void *figures = exposition->tables[i].rows[k].figures;

			kind_append_labels(labels, (enum expose_kind)i, figures,
					   (enum expose_names)settings->names);
			buf_append_char(labels, '\0');
			if (settings->names == EXPOSE_NAMES_DENET)
				kind_append_facts(labels, (enum expose_kind)i, figures);
			buf_append_char(labels, '\0');
		}
	}
	at = labels->data;
	for (unsigned int i = 0; i < EXPOSE_KINDS && !labels->error; i++) {
		for (size_t k = 0; k < exposition->tables[i].count; k++) {
			exposition->tables[i].rows[k].labels = at;
			at += strlen(at) + 1;
			exposition->tables[i].rows[k].facts = at;
			at += strlen(at) + 1;
		}
	}
	return labels->error;
}

int exposition_take(struct exposition *exposition, const struct view *view)
{
	int r;

	for (unsigned int i = 0; i < EXPOSE_KINDS; i++)
		exposition->tables[i].count = 0;
	r = sort_rows(exposition, view);
	if (!r)
		r = write_labels(exposition);
	for (unsigned int i = 0; i < EXPOSE_KINDS && r; i++)
		exposition->tables[i].count = 0;
	return r;
}

void exposition_append(struct exposition *exposition, struct buf *buf, enum exposition_form form)
{
	bool is_openmetrics = form == EXPOSITION_OPENMETRICS;

	for (unsigned int i = 0; i < EXPOSE_KINDS; i++) {
		const struct table *table = &exposition->tables[i];

		prometheus_append_facts(buf, (enum expose_kind)i, table->rows, table->count,
					is_openmetrics);
		prometheus_append_rows(buf, &table->families, table->rows, table->count,
				       is_openmetrics);
	}
	prometheus_append_end(buf, is_openmetrics);
}
