/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/api.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "metrics/keys.h"
#include "serve/page.h"
#include "serve/past.h"
#include "serve/records.h"
#include "util/cleanup.h"
#include "util/json.h"

#define JSON_TYPE "application/json"

static void begin(struct json *json, struct buf *buf, const struct api *api)
{
	json_init(json, buf);
	json_object_begin(json, NULL);
	json_u64(json, KEY_TS_MS, api->view.ts_ms);
	json_u64(json, "looks", api->view.looks);
}

static int end(struct json *json)
{
	json_object_end(json);
	buf_append_char(json->buf, '\n');
	return json->buf->error;
}

static void write_machine(struct json *json, const struct view *view)
{
	static const struct {
		const char *key;
		enum denet_record record;
	} parts[] = {
		{ "disks", DENET_RECORD_DISK },
		{ "interfaces", DENET_RECORD_INTERFACE },
		{ "filesystems", DENET_RECORD_FILESYSTEM },
		{ "classes", DENET_RECORD_CLASS },
		{ "processes", DENET_RECORD_PROCESSES },
		{ "heavy", DENET_RECORD_HEAVY },
	};

	records_write_first(json, "machine", view, DENET_RECORD_MACHINE);
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		records_write(json, parts[i].key, view, parts[i].record);
}

static int append_health(const struct api *api, const struct query *query, struct buf *buf,
			 char *error)
{
	struct json json;

	(void)query;
	error[0] = '\0';
	begin(&json, buf, api);
	json_string(&json, "status", "ok");
	return end(&json);
}

static int append_snapshot(const struct api *api, const struct query *query, struct buf *buf,
			   char *error)
{
	const struct records_filter all = { 0 };
	struct json json;

	(void)query;
	error[0] = '\0';
	begin(&json, buf, api);
	write_machine(&json, &api->view);
	records_write_groups(&json, KEY_GROUPS, &api->view, &all);
	return end(&json);
}

static int append_filtered(const struct api *api, const struct query *query, const char *key,
			   const char *type, struct buf *buf)
{
	const struct records_filter filter = { .type = type,
					       .name = query_value(query, "name"),
					       .class_name = query_value(query, "class") };
	struct json json;

	begin(&json, buf, api);
	records_write_groups(&json, key, &api->view, &filter);
	return end(&json);
}

static int append_containers(const struct api *api, const struct query *query, struct buf *buf,
			     char *error)
{
	error[0] = '\0';
	return append_filtered(api, query, "containers", "container", buf);
}

static int append_groups(const struct api *api, const struct query *query, struct buf *buf,
			 char *error)
{
	error[0] = '\0';
	return append_filtered(api, query, KEY_GROUPS, NULL, buf);
}

static int append_processes(const struct api *api, const struct query *query, struct buf *buf,
			    char *error)
{
	struct json json;

	error[0] = '\0';
	begin(&json, buf, api);
	records_write(&json, "processes", &api->view, DENET_RECORD_PROCESSES);
	records_write_commands(&json, "commands", &api->view, query_value(query, "group"));
	return end(&json);
}

static int append_heavy(const struct api *api, const struct query *query, struct buf *buf,
			char *error)
{
	struct json json;

	(void)query;
	error[0] = '\0';
	begin(&json, buf, api);
	records_write(&json, "heavy", &api->view, DENET_RECORD_HEAVY);
	return end(&json);
}

static int append_ended(const struct api *api, const struct query *query, struct buf *buf,
			char *error)
{
	struct json json;

	(void)query;
	error[0] = '\0';
	begin(&json, buf, api);
	json_u64(&json, "total", api->ended.total);
	json_array_begin(&json, "ended");
	ended_write(&json, &api->ended);
	json_array_end(&json);
	return end(&json);
}

static int append_alerts(const struct api *api, const struct query *query, struct buf *buf,
			 char *error)
{
	AUTO(buf) struct buf alerts = { 0 };
	struct json json;

	(void)query;
	error[0] = '\0';
	if (api->alerts.append)
		api->alerts.append(&alerts, api->alerts.context);
	else
		buf_append_text(&alerts, "[]");
	begin(&json, buf, api);
	json_raw(&json, "alerts", buf_text(&alerts), alerts.len);
	return alerts.error ? alerts.error : end(&json);
}

static int append_history(const struct api *api, const struct query *query, struct buf *buf,
			  char *error)
{
	struct json json;
	int r;

	begin(&json, buf, api);
	json_array_begin(&json, "history");
	r = past_write(&json, &api->view, query, error);
	json_array_end(&json);
	return r ? r : end(&json);
}

/* The same after each look. */
static int append_page(const struct api *api, const struct query *query, struct buf *buf,
		       char *error)
{
	(void)api;
	(void)query;
	error[0] = '\0';
	buf_append(buf, page_html, page_html_len);
	return buf->error;
}

static const char *const no_params[] = { NULL };
static const char *const group_params[] = { "name", "class", NULL };
static const char *const process_params[] = { "group", NULL };

#define ROUTE(path_, params_, append_, help_, example_)                                       \
	{                                                                                     \
		.path = (path_), .type = JSON_TYPE, .params = (params_), .append = (append_), \
		.help = (help_), .example = (example_)                                        \
	}

static const struct api_route routes[] = {
	ROUTE("/healthz", no_params, append_health,
	      "Whether figures are served: 503 until the first look.", ""),
	ROUTE("/api/v1/snapshot", no_params, append_snapshot,
	      "All of the last look: the machine, its parts, classes, groups with their commands.",
	      ""),
	ROUTE("/api/v1/containers", group_params, append_containers,
	      "The containers, or those that are called so, of that class.", "?name=web"),
	ROUTE("/api/v1/groups", group_params, append_groups,
	      "All cgroups: containers, pods, units, jobs, others.", "?name=web"),
	ROUTE("/api/v1/processes", process_params, append_processes,
	      "Groups of processes by the configuration, and processes by name and user.",
	      "?group=web"),
	ROUTE("/api/v1/history", past_params, append_history,
	      "A figure over the last looks: percentiles, and its values where `points` asks for "
	      "them. Seven digits of each are kept, and memory in whole pages to 64 GiB; no "
	      "counters.",
	      "?metric=" KEY_CPU_USAGE "&group=web&window=10m"),
	ROUTE("/api/v1/heavy", no_params, append_heavy,
	      "Processes that use much, as of the last look at all of them.", ""),
	ROUTE("/api/v1/ended", no_params, append_ended,
	      "The last containers that have ended, the last first, with their commands.", ""),
	{ .path = "/",
	  .type = "text/html; charset=utf-8",
	  .params = no_params,
	  .append = append_page,
	  .help = "A page for people, which asks the others.",
	  .example = "" },
	ROUTE("/api/v1/alerts", no_params, append_alerts, "Alerts that are pending or firing.", ""),
};

#define ROUTES (sizeof(routes) / sizeof(routes[0]))

const struct api_route *api_route(size_t index)
{
	return index < ROUTES ? &routes[index] : NULL;
}

const struct api_route *api_find(const char *path)
{
	for (size_t i = 0; i < ROUTES; i++)
		if (strcmp(routes[i].path, path) == 0)
			return &routes[i];
	return NULL;
}
