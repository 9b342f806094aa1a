/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/alert.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "alert/kind.h"
#include "alert/template.h"
#include "metrics/keys.h"
#include "util/cleanup.h"
#include "util/utf8.h"

#define SUMMARY "summary"
#define SUMMARY_TEXT "{metric} of {name} is {value}, {when} {threshold}"
#define OWN_LABELS 12 /* beside those of the rule */
#define TIME_BYTES 40
#define MS_PER_S 1000

static const char *const states[] = { "pending", "firing", "resolved" };

static char *copy_plain(const char *text)
{
	struct buf buf = { 0 };

	utf8_append(&buf, text, strlen(text));
	buf_append(&buf, "", 0);
	if (buf.error)
		buf_done(&buf);
	return buf.data;
}

/* Sorted; what is empty says nothing. */
static int add_label(struct alert *alert, const char *name, const char *value)
{
	size_t at = alert->labels_count;
	AUTO_FREE char *name_copy = strdup(name);
	AUTO_FREE char *copy = value ? copy_plain(value) : NULL;

	if (!value || !*value)
		return 0;
	if (!copy || !name_copy)
		return -ENOMEM;
	for (; at && strcmp(alert->labels[at - 1].name, name) > 0; at--)
		alert->labels[at] = alert->labels[at - 1];
	alert->labels[at] = (struct alert_label){ TAKE(name_copy), TAKE(copy) };
	alert->labels_count++;
	return 0;
}

static int add_labels(struct alert *alert, enum denet_record record, const void *figures)
{
	const struct settings_rule *said = alert->rule->said;
	const struct config_pair *pairs = said->labels.items;
	const char *name, *value;
	int r = add_label(alert, "alertname", said->name.text);

	if (!r)
		r = add_label(alert, "severity", settings_levels[alert->level]);
	if (!r)
		r = add_label(alert, "instance", alert->instance);
	for (unsigned int i = 0; !r && kind_label(record, figures, i, &name, &value); i++)
		r = add_label(alert, name, value);
	for (size_t i = 0; i < said->labels.count && !r; i++)
		r = add_label(alert, pairs[i].key, pairs[i].value);
	return r;
}

int alert_new(const struct rule *rule, enum alert_level level, const char *instance,
	      enum denet_record record, const void *figures, struct alert **ret_alert)
{
	AUTO(alert) struct alert *alert = calloc(1, sizeof(*alert));
	const char *name = kind_name(record, figures);

	if (!alert)
		return -ENOMEM;
	*alert = (struct alert){ .rule = rule, .level = level, .instance = instance };
	alert->labels = calloc(OWN_LABELS + rule->said->labels.count, sizeof(*alert->labels));
	alert->name = copy_plain(name ? name : instance);
	if (!alert->labels || !alert->name || add_labels(alert, record, figures))
		return -ENOMEM;
	*ret_alert = TAKE(alert);
	return 0;
}

void alert_free(struct alert *alert)
{
	if (!alert)
		return;
	for (size_t i = 0; i < alert->labels_count; i++) {
		free(alert->labels[i].name);
		free(alert->labels[i].value);
	}
	free(alert->labels);
	free(alert->name);
	free(alert);
}

const char *alert_label(const struct alert *alert, const char *name)
{
	for (size_t i = 0; i < alert->labels_count; i++)
		if (strcmp(alert->labels[i].name, name) == 0)
			return alert->labels[i].value;
	return NULL;
}

uint64_t alert_starts_ms(const struct alert *alert, uint64_t now_ms)
{
	return alert->starts_ms < now_ms ? alert->starts_ms : now_ms;
}

/* FNV-1a of 64 bits, each text with a byte behind it that no UTF-8 has. */
static uint64_t hash(uint64_t sum, const char *text)
{
	for (; *text; text++)
		sum = (sum ^ (unsigned char)*text) * 1099511628211u;
	return (sum ^ 0xff) * 1099511628211u;
}

uint64_t alert_fingerprint(const struct alert *alert)
{
	uint64_t sum = 14695981039346656037u;

	for (size_t i = 0; i < alert->labels_count; i++)
		sum = hash(hash(sum, alert->labels[i].name), alert->labels[i].value);
	return sum;
}

static void append_template(struct buf *buf, const struct alert *alert, const char *text)
{
	const struct rule *rule = alert->rule;
	AUTO(buf) struct buf value = { 0 };
	AUTO(buf) struct buf threshold = { 0 };
	struct template_values values = { 0 };

	unit_append(&value, &rule->unit, alert->value);
	unit_append(&threshold, &rule->unit, rule->levels[alert->level].threshold);
	values.texts[TEMPLATE_VALUE] = buf_text(&value);
	values.texts[TEMPLATE_NAME] = alert->name;
	values.texts[TEMPLATE_METRIC] = rule->said->metric.text;
	values.texts[TEMPLATE_THRESHOLD] = buf_text(&threshold);
	values.texts[TEMPLATE_SEVERITY] = settings_levels[alert->level];
	values.texts[TEMPLATE_WHEN] = rule->said->when == WHEN_BELOW ? "below" : "above";
	values.texts[TEMPLATE_INSTANCE] = alert->instance;
	template_append(buf, text, &values);
}

static const char *summary_of(const struct alert *alert)
{
	const struct config_items *annotations = &alert->rule->said->annotations;
	const struct config_pair *pairs = annotations->items;

	for (size_t i = 0; i < annotations->count; i++)
		if (strcmp(pairs[i].key, SUMMARY) == 0)
			return pairs[i].value;
	return SUMMARY_TEXT;
}

void alert_append_summary(struct buf *buf, const struct alert *alert)
{
	buf_printf(buf, "%s (%s) %s: ", alert->rule->said->name.text, settings_levels[alert->level],
		   states[alert->state]);
	append_template(buf, alert, summary_of(alert));
}

void alert_write_labels(struct json *json, const char *key, const struct alert *alert)
{
	json_object_begin(json, key);
	for (size_t i = 0; i < alert->labels_count; i++)
		json_string(json, alert->labels[i].name, alert->labels[i].value);
	json_object_end(json);
}

static void write_annotation(struct json *json, const struct alert *alert, const char *name,
			     const char *template)
{
	AUTO(buf) struct buf text = { 0 };

	append_template(&text, alert, template);
	json_string(json, name, buf_text(&text));
	if (text.error)
		json->buf->error = text.error;
}

void alert_write_annotations(struct json *json, const char *key, const struct alert *alert)
{
	const struct config_items *annotations = &alert->rule->said->annotations;
	const struct config_pair *pairs = annotations->items;

	json_object_begin(json, key);
	write_annotation(json, alert, SUMMARY, summary_of(alert));
	for (size_t i = 0; i < annotations->count; i++)
		if (strcmp(pairs[i].key, SUMMARY) != 0)
			write_annotation(json, alert, pairs[i].key, pairs[i].value);
	json_object_end(json);
}

void alert_write_time(struct json *json, const char *key, uint64_t wall_ms)
{
	time_t seconds = (time_t)(wall_ms / MS_PER_S);
	char text[TIME_BYTES] = "", whole[TIME_BYTES];
	struct tm tm;

	if (gmtime_r(&seconds, &tm) && strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%S", &tm))
		(void)snprintf(whole, sizeof(whole), "%.24s.%03uZ", text,
			       (unsigned int)(wall_ms % MS_PER_S));
	json_string(json, key, *text ? whole : NULL);
}

static void write_figures(struct json *json, const struct alert *alert)
{
	const struct rule *rule = alert->rule;

	json_string(json, "alert", rule->said->name.text);
	json_string(json, "severity", settings_levels[alert->level]);
	json_string(json, "state", states[alert->state]);
	json_string(json, "of", kind_names[rule->kind]);
	json_string(json, "name", alert->name);
	json_string(json, "metric", rule->said->metric.text);
	json_double(json, "value", alert->value);
	json_double(json, "threshold", rule->levels[alert->level].threshold);
}

void alert_append(struct buf *buf, const struct alert *alert, uint64_t ts_ms)
{
	struct json json;

	json_init(&json, buf);
	json_object_begin(&json, NULL);
	json_string(&json, "kind", "alert");
	json_u64(&json, KEY_TS_MS, ts_ms);
	write_figures(&json, alert);
	if (alert->state != ALERT_PENDING)
		alert_write_time(&json, "startsAt", alert->starts_ms);
	if (alert->state == ALERT_RESOLVED)
		alert_write_time(&json, "endsAt", alert->ends_ms);
	alert_write_labels(&json, "labels", alert);
	alert_write_annotations(&json, "annotations", alert);
	json_object_end(&json);
}
