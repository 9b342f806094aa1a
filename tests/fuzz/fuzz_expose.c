/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * libFuzzer: whatever containers, groups and commands are called, come and go, each line of the text is one series, none
 * is there twice, and counters of what is told together never fall.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "denet/denet.h"
#include "expose/exposition.h"
#include "metrics/host_records.h"
#include "util/cleanup.h"
#include "util/idmap.h"
#include "util/units.h"

#define ROWS_MAX 16
#define TEXT_BYTES 4
#define SERIES_LEAST 150 /* so that some are told together */
#define REST "denet_container_cpu_time_seconds_total{name=\"other\"} "

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The library's lies beside all of it. */
const char *denet_version(void)
{
	return "fuzz";
}

struct input {
	const uint8_t *at;
	size_t left;
};

struct made_row {
	char name[TEXT_BYTES];
	char path[TEXT_BYTES];
	union {
		struct host_group group;
		struct host_class class;
		struct host_command command;
		struct host_processes processes;
	} figures;
};

static unsigned int take(struct input *input)
{
	if (!input->left)
		return 0;
	input->left--;
	return *input->at++;
}

static void take_text(struct input *input, char text[TEXT_BYTES])
{
	size_t len = take(input) % TEXT_BYTES;

	memset(text, 0, TEXT_BYTES);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)take(input);
}

static void make_group(struct made_row *row, bool is_container, uint64_t used)
{
	struct host_group *group = &row->figures.group;

	group->type = is_container ? "container" : "unit";
	group->name = group->image = row->name;
	group->id = group->cgroup = row->path;
	group->runtime = group->parent = group->pod = group->pod_name = NULL;
	group->pod_namespace = group->container = group->project = group->service = NULL;
	group->class_name = row->name;
	group->cpu_time_ns = used;
	group->memory_bytes = used;
}

/* Of the figures those that are not set are unknown. */
static enum denet_record make_row(struct input *input, struct made_row *row)
{
	unsigned int kind = take(input);
	uint64_t used = take(input) * NS_PER_MS;

	take_text(input, row->name);
	take_text(input, row->path);
	memset(&row->figures, 0xff, sizeof(row->figures));
	switch (kind % 6) {
	case 0:
		row->figures.class.class_name = row->name;
		row->figures.class.cpu_time_ns = used;
		return DENET_RECORD_CLASS;
	case 1:
		row->figures.command.group = row->figures.command.comm = row->name;
		row->figures.command.cgroup = row->path;
		row->figures.command.uid = used;
		row->figures.command.cpu_time_ns = used;
		return DENET_RECORD_COMMAND;
	case 2:
		row->figures.processes.name = row->name;
		row->figures.processes.accounting = "exact";
		row->figures.processes.cpu_time_ns = used;
		return DENET_RECORD_PROCESSES;
	default:
		make_group(row, kind % 6 != 5, used);
		return kind % 6 == 4 ? DENET_RECORD_CONTAINER : DENET_RECORD_GROUP;
	}
}

static void require(bool is_so)
{
	if (!is_so)
		abort();
}

static const char *skip_word(const char *at)
{
	require(isalpha((unsigned char)*at) || *at == '_');
	while (isalnum((unsigned char)*at) || *at == '_')
		at++;
	return at;
}

static const char *skip_labels(const char *at)
{
	do {
		at = skip_word(at + 1);
		require(at[0] == '=' && at[1] == '"');
		for (at += 2; *at != '"'; at++) {
			require((unsigned char)*at >= ' ');
			if (*at == '\\')
				require(*++at == '\\' || *at == '"' || *at == 'n');
		}
		at++;
	} while (*at == ',');
	require(*at == '}');
	return at + 1;
}

static void check_series(const char *line, struct idmap *seen)
{
	const char *at = skip_word(line);
	uint64_t hash = 0xcbf29ce484222325u;
	char *end;

	if (*at == '{')
		at = skip_labels(at);
	for (const char *byte = line; byte < at; byte++)
		hash = (hash ^ (unsigned char)*byte) * 0x100000001b3u;
	require(!idmap_get(seen, hash | 1));
	(void)idmap_put(seen, hash | 1, seen);
	require(*at++ == ' ');
	(void)strtod(at, &end);
	require(end > at && *end == '\n');
}

static double check_text(const struct buf *text)
{
	struct idmap seen = { 0 };
	const char *rest = strstr(buf_text(text), REST), *end;

	require(!text->error && text->data[text->len - 1] == '\n');
	for (const char *line = text->data; *line; line = end + 1) {
		end = strchr(line, '\n');
		require(end);
		if (*line != '#')
			check_series(line, &seen);
	}
	idmap_done(&seen);
	return rest ? strtod(rest + strlen(REST), NULL) : 0;
}

static void look(struct input *input, struct exposition *exposition, double *rest)
{
	static struct made_row made[ROWS_MAX];
	static uint64_t now_ns;
	struct view_row rows[ROWS_MAX];
	struct view view = { .rows = rows };
	AUTO(buf) struct buf text = { 0 };
	size_t count = take(input) % ROWS_MAX;
	double after;

	for (; view.count < count && input->left; view.count++) {
		struct made_row *row = &made[view.count];

		rows[view.count] = (struct view_row){ make_row(input, row), &row->figures };
	}
	now_ns += 100 * NS_PER_S;
	view.mono_ns = now_ns;
	if (exposition_take(exposition, &view))
		return;
	/* What is told of a process is read of /proc, and would be most of the time. */
	exposition_append(exposition, &text, EXPOSITION_FILE);
	after = check_text(&text);
	require(after >= *rest);
	*rest = after;
	if (count % 3 == 0)
		exposition_served(exposition);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct input input = { data, size };
	const struct expose_settings settings = { .names = take(&input) % EXPOSE_NAMES_COUNT,
						  .has_commands = true,
						  .max_series = SERIES_LEAST + 2 * take(&input) };
	struct exposition *exposition;
	double rest = 0;

	if (exposition_new(&settings, &exposition))
		return 0;
	while (input.left)
		look(&input, exposition, &rest);
	exposition_free(exposition);
	return 0;
}
