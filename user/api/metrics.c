/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_metrics_json(): the table of metrics for a machine. */
#include <stddef.h>

#include "denet/denet.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/json.h"

static const char *const types[] = {
	[DENET_METRIC_COUNTER] = "counter",
	[DENET_METRIC_GAUGE] = "gauge",
	[DENET_METRIC_INFO] = "info",
};

static const char *const forms[] = {
	[DENET_FORM_U64] = "integer",	    [DENET_FORM_I64] = "integer",
	[DENET_FORM_U32] = "integer",	    [DENET_FORM_FLOAT] = "number",
	[DENET_FORM_DOUBLE] = "number",	    [DENET_FORM_BOOL] = "boolean",
	[DENET_FORM_TEXT] = "string",	    [DENET_FORM_ARGS] = "array",
	[DENET_FORM_ACCOUNTING] = "string", [DENET_FORM_EXIT_CODE] = "integer",
	[DENET_FORM_SIGNAL] = "integer",    [DENET_FORM_OTHER] = "any",
};

static void put_text(struct json *json, const char *key, const char *text)
{
	if (text && *text)
		json_string(json, key, text);
}

static void put_metric(struct json *json, const struct denet_metric *metric)
{
	json_object_begin(json, NULL);
	json_string(json, "key", metric->key);
	put_text(json, "group", metric->group);
	put_text(json, "old_key", metric->old_key);
	json_string(json, "type", types[metric->type]);
	json_string(json, "form", forms[metric->form]);
	put_text(json, "unit", metric->unit);
	put_text(json, "label", metric->label);
	json_string(json, "help", metric->help);
	put_text(json, "source", metric->source);
	put_text(json, "bound", metric->bound);
	json_bool(json, "denet", metric->is_denets);
	json_bool(json, "demanded", metric->is_demanded);
	json_object_end(json);
}

static void put_record(struct json *json, enum denet_record record)
{
	const struct denet_metric *metric;

	json_object_begin(json, NULL);
	json_string(json, "record", denet_record_name(record));
	json_string(json, "help", denet_record_help(record));
	json_array_begin(json, "keys");
	for (size_t i = 0; (metric = denet_record_metric(record, i, NULL)); i++)
		put_metric(json, metric);
	json_array_end(json);
	json_object_end(json);
}

static const char *key_at(size_t wanted)
{
	const struct denet_metric *metric;
	size_t offset;

	for (size_t i = 0; (metric = denet_record_metric(DENET_RECORD_PROCESS, i, &offset)); i++)
		if (offset == wanted)
			return metric->key;
	return NULL;
}

/* In the order of the struct, for those who see it from another language. */
static void put_counters(struct json *json)
{
	json_array_begin(json, "counters");
	for (size_t at = 0; at < sizeof(struct denet_counters); at += sizeof(uint64_t))
		json_string(json, NULL, key_at(offsetof(struct denet_process, used) + at));
	json_array_end(json);
}

int denet_metrics_json(char **ret_text)
{
	AUTO(buf) struct buf buf = { 0 };
	struct json json;

	json_init_pretty(&json, &buf);
	json_object_begin(&json, NULL);
	json_array_begin(&json, "records");
	for (enum denet_record record = 0; record < DENET_RECORD_COUNT; record++)
		put_record(&json, record);
	json_array_end(&json);
	put_counters(&json);
	json_object_end(&json);
	if (buf.error)
		return buf.error;
	*ret_text = TAKE(buf.data);
	return 0;
}
