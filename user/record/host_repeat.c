/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/host_repeat.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/keys.h"
#include "record/fields.h"
#include "record/host_record.h"
#include "util/decimal.h"

/* What cannot stand within a value: a quote there has a backslash before it. */
#define TIME_QUOTED ",\"" KEY_TS_MS "\":"

struct kept {
	uint64_t look; /* that last asked for it */
	enum denet_record record;
	size_t texts_len;
	size_t numbers_len;
	size_t len; /* of the record's text */
	size_t time_at; /* within that, with the next; 0 for none */
	size_t time_len;
	char bytes[]; /* texts, numbers, the record's text */
};

void host_repeat_done(struct host_repeat *repeat)
{
	for (size_t i = 0; i < repeat->by_texts.room; i++)
		free(repeat->by_texts.slots[i].value);
	idmap_done(&repeat->by_texts);
	buf_done(&repeat->texts);
	buf_done(&repeat->numbers);
	buf_done(&repeat->text);
	*repeat = (struct host_repeat){ 0 };
}

void host_repeat_begin(struct host_repeat *repeat)
{
	repeat->look++;
}

/* Where one is removed another comes into its place. */
void host_repeat_end(struct host_repeat *repeat)
{
	for (size_t i = 0; i < repeat->by_texts.room;) {
		const struct idmap_slot *slot = &repeat->by_texts.slots[i];
		const struct kept *kept = slot->value;

		if (slot->id && kept->look != repeat->look)
			free(idmap_remove(&repeat->by_texts, slot->id));
		else
			i++;
	}
}

static void add_number(struct host_repeat *repeat, uint64_t number)
{
	buf_append(&repeat->numbers, &number, sizeof(number));
}

/* No text and an empty one are two. */
static void add_text(struct host_repeat *repeat, const char *text)
{
	if (text)
		buf_append_char(&repeat->texts, 't');
	buf_append(&repeat->texts, text ? text : "", text ? strlen(text) + 1 : 1);
}

/* False for what only its writer knows how to read. */
static bool add_value(struct host_repeat *repeat, const struct metric_use *use, const void *base)
{
	const void *at = (const char *)base + use->offset;

	switch (use->form) {
	case DENET_FORM_U64:
	case DENET_FORM_I64:
	case DENET_FORM_FLOAT:
	case DENET_FORM_DOUBLE:
		add_number(repeat, *(const uint64_t *)at);
		return true;
	case DENET_FORM_U32:
	case DENET_FORM_ACCOUNTING:
		add_number(repeat, *(const uint32_t *)at);
		return true;
	case DENET_FORM_BOOL:
		add_number(repeat, *(const bool *)at);
		return true;
	case DENET_FORM_TEXT:
		add_text(repeat, *(const char *const *)at);
		return true;
	default:
		return false;
	}
}

static bool is_time(const struct metric_use *use)
{
	return use->key[0] == 't' && strcmp(use->key, KEY_TS_MS) == 0;
}

/* All that the text is made of but its time. */
static bool take_values(struct host_repeat *repeat, enum denet_record record, const void *figures)
{
	struct metric_list list = metric_list(record);
	bool is_known = true;

	buf_reset(&repeat->texts);
	buf_reset(&repeat->numbers);
	for (size_t i = 0; i < list.count && is_known; i++) {
		const struct metric_use *use = &list.uses[i];

		if (!is_time(use))
			is_known = add_value(repeat, use, figures);
		if (use->said_of || is_time(use))
			add_number(repeat, fields_is_known(use, figures));
	}
	return is_known && !repeat->texts.error && !repeat->numbers.error;
}

/* Of what it is called by: its figures may change. */
static uint64_t hash_of(const struct buf *texts, enum denet_record record)
{
	uint64_t hash = (uint64_t)record + 1, part;

	for (size_t i = 0; i < texts->len; i += sizeof(part)) {
		size_t left = texts->len - i;

		part = 0;
		memcpy(&part, texts->data + i, left < sizeof(part) ? left : sizeof(part));
		hash = (hash ^ part) * UINT64_C(0x9E3779B97F4A7C15);
		hash ^= hash >> 29;
	}
	return hash ? hash : 1;
}

static bool is_same(const struct kept *kept, const struct host_repeat *repeat,
		    enum denet_record record)
{
	return kept && kept->record == record && kept->texts_len == repeat->texts.len &&
	       kept->numbers_len == repeat->numbers.len &&
	       memcmp(kept->bytes, buf_text(&repeat->texts), kept->texts_len) == 0 &&
	       memcmp(kept->bytes + kept->texts_len, buf_text(&repeat->numbers),
		      kept->numbers_len) == 0;
}

static char *text_of(struct kept *kept)
{
	return kept->bytes + kept->texts_len + kept->numbers_len;
}

static uint64_t time_of(enum denet_record record, const void *figures)
{
	const struct metric_use *use = metric_find(record, NULL, KEY_TS_MS, sizeof(KEY_TS_MS) - 1);

	return *(const uint64_t *)((const char *)figures + use->offset);
}

/* False where it has another length. */
static bool set_time(struct kept *kept, const void *figures)
{
	char digits[DECIMAL_MAX_BYTES];

	if (!kept->time_at)
		return true;
	if (decimal_from_u64(time_of(kept->record, figures), digits) != kept->time_len)
		return false;
	memcpy(text_of(kept) + kept->time_at, digits, kept->time_len);
	return true;
}

static void find_time(struct kept *kept)
{
	const char *text = text_of(kept);
	const char *quoted = strstr(text, TIME_QUOTED);

	if (!quoted)
		return;
	kept->time_at = (size_t)(quoted - text) + sizeof(TIME_QUOTED) - 1;
	kept->time_len = strspn(text + kept->time_at, "0123456789");
}

/* Without memory, or room, it is written anew each time. */
static void keep(struct host_repeat *repeat, uint64_t id, enum denet_record record)
{
	size_t texts = repeat->texts.len, numbers = repeat->numbers.len, len = repeat->text.len;
	struct kept *kept;

	free(idmap_remove(&repeat->by_texts, id));
	if (repeat->by_texts.count >= HOST_REPEAT_MAX)
		return;
	kept = malloc(sizeof(*kept) + texts + numbers + len + 1);
	if (!kept)
		return;
	*kept = (struct kept){ .look = repeat->look,
			       .record = record,
			       .texts_len = texts,
			       .numbers_len = numbers,
			       .len = len };
	memcpy(kept->bytes, buf_text(&repeat->texts), texts);
	memcpy(kept->bytes + texts, buf_text(&repeat->numbers), numbers);
	memcpy(text_of(kept), repeat->text.data, len + 1);
	find_time(kept);
	if (idmap_put(&repeat->by_texts, id, kept))
		free(kept);
}

int host_repeat_text(struct host_repeat *repeat, enum denet_record record, const void *figures,
		     const char **ret_text, size_t *ret_len)
{
	bool can_repeat = take_values(repeat, record, figures);
	uint64_t id = can_repeat ? hash_of(&repeat->texts, record) : 0;
	struct kept *kept = can_repeat ? idmap_get(&repeat->by_texts, id) : NULL;

	if (is_same(kept, repeat, record) && set_time(kept, figures)) {
		kept->look = repeat->look;
		*ret_text = text_of(kept);
		*ret_len = kept->len;
		return 0;
	}
	buf_reset(&repeat->text);
	host_record_append(&repeat->text, record, figures);
	if (repeat->text.error)
		return repeat->text.error;
	if (can_repeat)
		keep(repeat, id, record);
	*ret_text = repeat->text.data;
	*ret_len = repeat->text.len;
	return 0;
}
