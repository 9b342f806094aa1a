/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The page of the API: each document as it is written of a made-up look. */
#include "serve/api_page.h"

#include <errno.h>
#include <math.h>

#include "metrics/host_records.h"
#include "metrics/keys.h"
#include "metrics/table.h"
#include "serve/api.h"
#include "serve/records.h"
#include "util/cleanup.h"
#include "util/json.h"

#define TS_MS 1795792007919

struct sample {
	struct host_machine machine;
	struct host_group group;
	struct host_command command;
	struct host_group ended;
	struct host_processes processes;
	struct host_heavy heavy;
	struct host_history history;
};

/* Of a figure that is not known there is no key. */
static void make_unknown(enum denet_record record, void *figures)
{
	struct metric_list list = metric_list(record);

	for (size_t i = 0; i < list.count; i++) {
		void *at = (char *)figures + list.uses[i].offset;

		if (list.uses[i].form == DENET_FORM_U64)
			*(uint64_t *)at = DENET_UNKNOWN;
		else if (list.uses[i].form == DENET_FORM_DOUBLE)
			*(double *)at = NAN;
	}
}

static void fill_groups(struct sample *sample)
{
	struct host_group *group = &sample->group;

	make_unknown(DENET_RECORD_GROUP, group);
	make_unknown(DENET_RECORD_CONTAINER, group);
	group->ts_ms = TS_MS;
	group->type = "container";
	group->name = "web";
	group->runtime = "docker";
	group->cgroup = "/system.slice/docker-0123.scope";
	group->image = "nginx:1.27";
	group->cpu_time_ns = 81250000;
	sample->ended = *group;
	sample->ended.name = "job-17";
	sample->ended.ended_ms = TS_MS - 2000;
	sample->ended.is_final = true;
	group->cpu_usage = 3.5;
	group->memory_bytes = 53243904;
	make_unknown(DENET_RECORD_COMMAND, &sample->command);
	sample->command.ts_ms = TS_MS;
	sample->command.group = "web";
	sample->command.cgroup = group->cgroup;
	sample->command.comm = "nginx";
	sample->command.uid = 33;
	sample->command.cpu_time_ns = 81000000;
}

static void fill_others(struct sample *sample)
{
	make_unknown(DENET_RECORD_MACHINE, &sample->machine);
	sample->machine.timestamp = (double)TS_MS / 1000;
	sample->machine.load_avg[0] = NAN;
	sample->machine.cpu_percent = 12.5;
	sample->machine.memory_percent = 40.25;
	make_unknown(DENET_RECORD_PROCESSES, &sample->processes);
	sample->processes.ts_ms = TS_MS;
	sample->processes.name = "builds";
	sample->processes.cpu_time_ns = 17000000000;
	make_unknown(DENET_RECORD_HEAVY, &sample->heavy);
	sample->heavy.ts_ms = TS_MS;
	sample->heavy.reason = "cpu";
	sample->heavy.pid = 4711;
	sample->heavy.name = "ffmpeg";
	sample->heavy.cpu_percent = 97.5;
	make_unknown(DENET_RECORD_HISTORY, &sample->history);
	sample->history =
		(struct host_history){ TS_MS, KEY_CPU_USAGE, "web", 40,	 585000000000, 0.5,
				       2.25,  1.75,	     8.5,   9.5, 9.5 };
}

static int append_history(const struct api *api, struct buf *buf)
{
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	json_u64(&json, KEY_TS_MS, api->view.ts_ms);
	json_u64(&json, "looks", api->view.looks);
	records_write(&json, "history", &api->view, DENET_RECORD_HISTORY);
	json_object_end(&json);
	return buf->error;
}

static void append_document(struct buf *buf, const struct api *api, const struct api_route *route)
{
	AUTO(buf) struct buf uri = { 0 }, body = { 0 };
	char error[QUERY_ERROR_BYTES];
	struct query query;
	int r;

	buf_printf(&uri, "%s%s", route->path, route->example);
	r = query_parse(buf_text(&uri), &query, error);
	if (!r)
		r = route->append(api, &query, &body, error);
	/* There is nothing that was looked at. */
	if (r) {
		buf_reset(&body);
		(void)append_history(api, &body);
	}
	buf_printf(buf,
		   "\n### %s\n\n%s\n\n```sh\ncurl -s 'http://127.0.0.1:9464%s'\n```\n\n```json\n%s",
		   route->path, route->help, buf_text(&uri), buf_text(&body));
	if (body.len && body.data[body.len - 1] != '\n')
		buf_append_char(buf, '\n');
	buf_append_text(buf, "```\n");
}

static void append_table(struct buf *buf)
{
	const struct api_route *route;

	buf_append_text(buf, "| path | parameters | what it is |\n|---|---|---|\n");
	for (size_t i = 0; (route = api_route(i)); i++) {
		buf_printf(buf, "| `%s` | ", route->path);
		for (const char *const *name = route->params; *name; name++)
			buf_printf(buf, "`%s`%s", *name, name[1] ? ", " : "");
		buf_printf(buf, " | %s |\n", route->help);
	}
}

void api_page_append(struct buf *buf)
{
	struct sample sample = { 0 };
	const struct view_row rows[] = {
		{ DENET_RECORD_MACHINE, &sample.machine },
		{ DENET_RECORD_GROUP, &sample.group },
		{ DENET_RECORD_COMMAND, &sample.command },
		{ DENET_RECORD_CONTAINER, &sample.ended },
		{ DENET_RECORD_PROCESSES, &sample.processes },
		{ DENET_RECORD_HEAVY, &sample.heavy },
		{ DENET_RECORD_HISTORY, &sample.history },
	};
	struct api api = { .view = { .rows = rows,
				     .count = sizeof(rows) / sizeof(rows[0]),
				     .looks = 42,
				     .ts_ms = TS_MS } };
	const struct api_route *route;

	fill_groups(&sample);
	fill_others(&sample);
	if (ended_take(&api.ended, &api.view) && !buf->error)
		buf->error = -ENOMEM;
	append_table(buf);
	for (size_t i = 0; (route = api_route(i)); i++)
		append_document(buf, &api, route);
	ended_done(&api.ended);
}
