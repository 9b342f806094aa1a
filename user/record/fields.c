/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/fields.h"

#include <math.h>
#include <string.h>

#include "util/accounting.h"

#define UNKNOWN_MAX 32 /* keys that denet's reader demands are fewer */

/* A record on its way into an object. */
struct body {
	struct json *json;
	const struct fields *fields;
	const char *unknown[UNKNOWN_MAX];
	size_t unknown_count;
};

static const void *at(const struct metric_use *use, const void *base)
{
	return (const char *)base + use->offset;
}

static uint64_t u64_at(const struct metric_use *use, const void *base)
{
	return *(const uint64_t *)at(use, base);
}

static double double_at(const struct metric_use *use, const void *base)
{
	return *(const double *)at(use, base);
}

static const char *text_at(const struct metric_use *use, const void *base)
{
	return *(const char *const *)at(use, base);
}

static bool is_value_known(const struct metric_use *use, const void *base)
{
	const struct denet_end *end = at(use, base);

	switch (use->form) {
	case DENET_FORM_U64:
		return u64_at(use, base) != DENET_UNKNOWN;
	case DENET_FORM_FLOAT:
		return isfinite((float)double_at(use, base));
	case DENET_FORM_DOUBLE:
		return isfinite(double_at(use, base));
	case DENET_FORM_TEXT:
		return text_at(use, base) != NULL;
	case DENET_FORM_ARGS:
		return ((const struct denet_command *)at(use, base))->args_len > 0;
	case DENET_FORM_EXIT_CODE:
		return end->known && !end->signal;
	case DENET_FORM_SIGNAL:
		return end->known && end->signal;
	default:
		return true;
	}
}

bool fields_is_known(const struct metric_use *use, const void *base)
{
	return is_value_known(use, base) && (!use->said_of || is_value_known(use->said_of, base));
}

static bool is_zero(const struct metric_use *use, const void *base)
{
	switch (use->form) {
	case DENET_FORM_U64:
		return !u64_at(use, base);
	case DENET_FORM_U32:
		return !*(const uint32_t *)at(use, base);
	case DENET_FORM_DOUBLE:
		return double_at(use, base) == 0;
	case DENET_FORM_BOOL:
		return !*(const bool *)at(use, base);
	default:
		return false;
	}
}

/* An array of the arguments, empty ones included. */
static void write_args(struct json *json, const char *key, const struct denet_command *command)
{
	const char *arg = command->args;
	const char *end = arg + command->args_len;

	json_array_begin(json, key);
	while (arg < end) {
		size_t len = strnlen(arg, (size_t)(end - arg));

		json_bytes(json, NULL, arg, len);
		arg += len + 1;
	}
	json_array_end(json);
}

static void write_other(struct body *body, const char *key)
{
	const struct fields *fields = body->fields;

	if (fields->write_other)
		fields->write_other(body->json, key, fields->context);
	if (!body->unknown_count)
		return;
	json_array_begin(body->json, key);
	for (size_t i = 0; i < body->unknown_count; i++)
		json_string(body->json, NULL, body->unknown[i]);
	json_array_end(body->json);
}

/* Of a text or of a truth. */
static void write_word(struct body *body, const struct metric_use *use)
{
	const char *key = use->key;
	const void *base = body->fields->base;
	struct json *json = body->json;

	switch (use->form) {
	case DENET_FORM_BOOL:
		json_bool(json, key, *(const bool *)at(use, base));
		break;
	case DENET_FORM_TEXT:
		json_string(json, key, text_at(use, base));
		break;
	case DENET_FORM_ARGS:
		write_args(json, key, at(use, base));
		break;
	case DENET_FORM_ACCOUNTING:
		json_string(json, key,
			    accounting_name(*(const enum denet_accounting *)at(use, base)));
		break;
	default:
		write_other(body, key);
		break;
	}
}

static void write_value(struct body *body, const struct metric_use *use)
{
	const char *key = use->key;
	const void *base = body->fields->base;
	struct json *json = body->json;

	switch (use->form) {
	case DENET_FORM_U64:
		json_u64(json, key, u64_at(use, base));
		break;
	case DENET_FORM_I64:
		json_i64(json, key, *(const int64_t *)at(use, base));
		break;
	case DENET_FORM_U32:
		json_u64(json, key, *(const uint32_t *)at(use, base));
		break;
	case DENET_FORM_FLOAT:
		json_float(json, key, (float)double_at(use, base));
		break;
	case DENET_FORM_DOUBLE:
		json_double(json, key, double_at(use, base));
		break;
	case DENET_FORM_EXIT_CODE:
		json_i64(json, key, ((const struct denet_end *)at(use, base))->exit_code);
		break;
	case DENET_FORM_SIGNAL:
		json_i64(json, key, ((const struct denet_end *)at(use, base))->signal);
		break;
	default:
		write_word(body, use);
		break;
	}
}

static void note_unknown(struct body *body, const char *key)
{
	if (body->unknown_count < UNKNOWN_MAX)
		body->unknown[body->unknown_count++] = key;
}

/* What denet's reader does not do without. */
static void write_demanded(struct body *body, const struct metric_use *use)
{
	const char *key = use->key;

	if (use->form == DENET_FORM_FLOAT)
		json_float(body->json, key, 0);
	else
		json_u64(body->json, key, 0);
	note_unknown(body, key);
}

/* How denet tells that it does not know. */
static void write_empty(struct body *body, const struct metric_use *use)
{
	if (use->flags & METRIC_NULL_FOR_DENET) {
		json_null(body->json, use->key);
	} else if (use->form == DENET_FORM_ARGS) {
		json_array_begin(body->json, use->key);
		json_array_end(body->json);
	} else {
		json_string(body->json, use->key, "");
	}
}

static void write_field(struct body *body, const struct metric_use *use)
{
	const struct fields *fields = body->fields;
	unsigned int flags = use->flags;

	if (fields->is_compat && !(flags & METRIC_DENETS))
		return;
	if (fields->is_over && flags & METRIC_OF_LIVING && fields_is_known(use, fields->base))
		note_unknown(body, use->key);
	/* Most are. */
	if (use->form == DENET_FORM_U64 && !(flags & METRIC_OMIT_ZERO) && !body->json->is_pretty &&
	    u64_at(use, fields->base) != DENET_UNKNOWN) {
		json_u64_of(body->json, use->quoted, use->quoted_len, u64_at(use, fields->base));
		return;
	}
	if ((flags & METRIC_OMIT_ZERO && is_zero(use, fields->base)) ||
	    (flags & METRIC_IF_ENDED && !fields->is_ended) ||
	    (flags & METRIC_IF_OOM_KNOWN && fields->is_oom_unknown))
		return;
	if (fields_is_known(use, fields->base))
		write_value(body, use);
	else if (fields->has_demands && (flags & METRIC_DEMANDED) == METRIC_DEMANDED)
		write_demanded(body, use);
	else if (fields->is_compat && flags & (METRIC_NULL_FOR_DENET | METRIC_EMPTY_FOR_DENET))
		write_empty(body, use);
}

/* Its figures come whole or not at all. Returns how many uses it is. */
static size_t write_group(struct body *body, const struct metric_use *uses, size_t count)
{
	const char *group = uses[0].group;
	bool is_whole = true;
	size_t len = 0;

	for (; len < count && metric_is_in_group(&uses[len], group); len++)
		if (uses[len].metric->shown.type != DENET_METRIC_INFO)
			is_whole = is_whole && fields_is_known(&uses[len], body->fields->base);
	if (!is_whole)
		return len;
	json_object_begin(body->json, group);
	for (size_t i = 0; i < len; i++)
		write_field(body, &uses[i]);
	json_object_end(body->json);
	return len;
}

void fields_write(struct json *json, const struct fields *fields)
{
	struct metric_list list = metric_list(fields->record);
	struct body body;
	size_t i = 0;

	body.json = json;
	body.fields = fields;
	body.unknown_count = 0;

	while (i < list.count) {
		if (list.uses[i].group) {
			i += write_group(&body, &list.uses[i], list.count - i);
			continue;
		}
		write_field(&body, &list.uses[i]);
		i++;
	}
}
