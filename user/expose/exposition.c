/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/exposition.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "expose/exposition_internal.h"
#include "expose/fold.h"
#include "util/array.h"
#include "util/clock.h"

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

static int open_table(struct exposition *exposition, enum expose_kind kind)
{
	enum expose_names names = (enum expose_names)exposition->settings.names;
	struct exposition_table *table = &exposition->tables[kind];
	int r;

	if (!is_wanted(&exposition->settings, kind))
		return 0;
	r = family_list_make(&table->families, kind, names);
	if (r || !kind_has_rest(kind) || !table->families.count)
		return r;
	table->rest = calloc(1, kind_size(kind));
	if (!table->rest)
		return -ENOMEM;
	kind_name_rest(kind, table->rest);
	fold_clear(&table->families, table->rest);
	return 0;
}

static int open_tables(struct exposition *exposition)
{
	struct buf *labels = &exposition->rest_labels;
	int r = 0;

	for (unsigned int i = 0; i < EXPOSE_KINDS && !r; i++) {
		r = open_table(exposition, (enum expose_kind)i);
		if (exposition->tables[i].rest)
			kind_append_labels(labels, (enum expose_kind)i, exposition->tables[i].rest,
					   (enum expose_names)exposition->settings.names);
		buf_append_char(labels, '\0');
	}
	return r ? r : labels->error;
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
		free(exposition->tables[i].rest);
	}
	known_done(&exposition->known);
	buf_done(&exposition->scratch);
	buf_done(&exposition->rest_labels);
	free(exposition);
}

int exposition_add_row(struct exposition_table *table, const void *figures, const char *labels,
		       const char *facts)
{
	if (table->count == table->room) {
		size_t room = table->room ? 2 * table->room : 64;
		struct prometheus_row *rows = array_resize(table->rows, room, sizeof(*rows));

		if (!rows)
			return -ENOMEM;
		table->rows = rows;
		table->room = room;
	}
	table->rows[table->count++] = (struct prometheus_row){ figures, labels, facts };
	return 0;
}

void exposition_set_sinks(struct exposition *exposition, exposition_sinks_fn sinks, void *context)
{
	exposition->sinks = sinks;
	exposition->sinks_context = context;
}

void exposition_served(struct exposition *exposition)
{
	exposition->served++;
}

static void append_duration(struct buf *buf, uint64_t begun_ns, bool is_openmetrics)
{
	static const struct prometheus_head head = {
		.name = "denet_scrape_duration_seconds",
		.type = PROMETHEUS_GAUGE,
		.help = "How long it took to make this text.",
	};

	prometheus_append_single(buf, &head, clock_mono_ns() - begun_ns, true, is_openmetrics);
}

void exposition_append(struct exposition *exposition, struct buf *buf, enum exposition_form form)
{
	bool is_openmetrics = form == EXPOSITION_OPENMETRICS;
	uint64_t begun_ns = clock_mono_ns();

	for (unsigned int i = 0; i < EXPOSE_KINDS; i++) {
		const struct exposition_table *table = &exposition->tables[i];

		prometheus_append_facts(buf, (enum expose_kind)i, table->rows, table->count,
					is_openmetrics);
		prometheus_append_rows(buf, &table->families, table->rows, table->count,
				       is_openmetrics);
	}
	exposition_append_self(exposition, buf, is_openmetrics);
	if (form != EXPOSITION_FILE)
		exposition_append_process(buf, is_openmetrics);
	append_duration(buf, begun_ns, is_openmetrics);
	if (is_openmetrics)
		prometheus_append_end(buf);
}
