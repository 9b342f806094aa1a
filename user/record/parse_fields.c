/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/parse_fields.h"

#include <errno.h>
#include <string.h>

#define TEXTS_MAX 32 /* of one record */
#define EXIT_CODE_LARGEST 255
#define SIGNAL_LARGEST 64

/* Strings that may still move: where each is to be pointed to, and its place. */
struct texts {
	struct buf *strings;
	const char **ends[TEXTS_MAX];
	size_t offsets[TEXTS_MAX];
	size_t count;
};

static int parse_int(const struct scan_value *value, int largest, int *ret_number)
{
	uint64_t number;

	if (scan_u64(value, &number) || number > (uint64_t)largest)
		return -EINVAL;
	*ret_number = (int)number;
	return 0;
}

static int parse_u32(const struct scan_value *value, uint32_t *ret_number)
{
	uint64_t number;

	if (scan_u64(value, &number) || number > UINT32_MAX)
		return -EINVAL;
	*ret_number = (uint32_t)number;
	return 0;
}

static int parse_bool(const struct scan_value *value, bool *ret_truth)
{
	if (value->type != SCAN_BOOL)
		return -EINVAL;
	*ret_truth = value->len == strlen("true");
	return 0;
}

int parse_fields_figure(const struct metric_use *use, const struct scan_value *value, void *base)
{
	void *to = (char *)base + use->offset;

	switch (use->metric->shown.form) {
	case DENET_FORM_U64:
		return scan_u64(value, to);
	case DENET_FORM_I64:
		return scan_i64(value, to);
	case DENET_FORM_U32:
		return parse_u32(value, to);
	case DENET_FORM_FLOAT:
	case DENET_FORM_DOUBLE:
		return scan_double(value, to);
	case DENET_FORM_BOOL:
		return parse_bool(value, to);
	default:
		return -EINVAL;
	}
}

/* False for one too many, which only repeats others. */
static bool point_to(struct texts *texts, const char **end)
{
	if (texts->count == TEXTS_MAX)
		return false;
	texts->ends[texts->count] = end;
	texts->offsets[texts->count++] = texts->strings->len;
	return true;
}

static void parse_args(const struct scan_value *array, struct denet_command *command,
		       struct texts *texts)
{
	size_t begin = texts->strings->len;
	struct scan_value arg;
	struct scan scan;

	if (array->type != SCAN_ARRAY || !point_to(texts, &command->args))
		return;
	scan_enter(array, &scan);
	while (scan_next(&scan, NULL, &arg)) {
		if (arg.type == SCAN_STRING)
			scan_append_string(&arg, texts->strings);
		buf_append_char(texts->strings, '\0');
	}
	command->args_len = texts->strings->len - begin;
}

static void parse_text(const struct scan_value *value, const char **end, struct texts *texts)
{
	if (value->type != SCAN_STRING || !point_to(texts, end))
		return;
	scan_append_string(value, texts->strings);
	buf_append_char(texts->strings, '\0');
}

static void parse_accounting(const struct scan_value *name, enum denet_accounting *ret_accounting)
{
	if (scan_is(name, "bpf"))
		*ret_accounting = DENET_ACCOUNTING_BPF;
	else if (scan_is(name, "proc"))
		*ret_accounting = DENET_ACCOUNTING_PROC;
	else if (scan_is(name, "none"))
		*ret_accounting = DENET_ACCOUNTING_NONE;
}

/* Of a record with both, the signal is true. What no process can end with is not known. */
static void parse_end(const struct metric_use *use, const struct scan_value *value,
		      struct denet_end *end)
{
	if (use->metric->shown.form == DENET_FORM_SIGNAL) {
		if (parse_int(value, SIGNAL_LARGEST, &end->signal))
			return;
		end->exit_code = -1;
	} else if (end->signal || parse_int(value, EXIT_CODE_LARGEST, &end->exit_code)) {
		return;
	}
	end->known = true;
}

static void parse_field(const struct metric_use *use, const struct scan_value *value, void *base,
			struct texts *texts)
{
	void *to = (char *)base + use->offset;

	switch (use->metric->shown.form) {
	case DENET_FORM_TEXT:
		parse_text(value, to, texts);
		break;
	case DENET_FORM_ARGS:
		parse_args(value, to, texts);
		break;
	case DENET_FORM_ACCOUNTING:
		parse_accounting(value, to);
		break;
	case DENET_FORM_EXIT_CODE:
	case DENET_FORM_SIGNAL:
		parse_end(use, value, to);
		break;
	default:
		(void)parse_fields_figure(use, value, base);
		break;
	}
}

void parse_fields_group(enum denet_record record, const struct scan_value *key,
			const struct scan_value *object, void *base)
{
	struct metric_list list = metric_list(record);
	struct scan_value inner;
	struct scan_value value;
	struct scan scan;
	const char *group = NULL;

	for (size_t i = 0; i < list.count && !group; i++)
		if (list.uses[i].metric->shown.group &&
		    scan_is(key, list.uses[i].metric->shown.group))
			group = list.uses[i].metric->shown.group;
	if (!group)
		return;
	scan_enter(object, &scan);
	while (scan_next(&scan, &inner, &value)) {
		const struct metric_use *use =
			metric_find(record, group, inner.text + 1, inner.len - 2);

		if (use)
			(void)parse_fields_figure(use, &value, base);
	}
}

void parse_fields(enum denet_record record, const struct scan_value *object, void *base,
		  struct buf *strings)
{
	struct texts texts = { .strings = strings };
	struct scan_value key;
	struct scan_value value;
	struct scan scan;

	scan_enter(object, &scan);
	while (scan_next(&scan, &key, &value)) {
		const struct metric_use *use = metric_find(record, NULL, key.text + 1, key.len - 2);

		if (use)
			parse_field(use, &value, base, &texts);
		else if (value.type == SCAN_OBJECT)
			parse_fields_group(record, &key, &value, base);
	}
	for (size_t i = 0; i < texts.count && !strings->error; i++)
		*texts.ends[i] = buf_text(strings) + texts.offsets[i];
}
