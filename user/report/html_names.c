/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/html_names.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"
#include "util/cleanup.h"

#define FIRST_ROOM 64

void html_names_done(struct html_names *names)
{
	buf_done(&names->texts);
	free(TAKE(names->ends));
	free(TAKE(names->slots));
	*names = (struct html_names){ 0 };
}

const char *html_names_get(const struct html_names *names, uint32_t number, size_t *ret_len)
{
	size_t start = number ? names->ends[number - 1] : 0;

	*ret_len = names->ends[number] - start;
	return buf_text(&names->texts) + start;
}

/* FNV-1a. */
static uint64_t hash_of(const char *bytes, size_t len)
{
	uint64_t hash = 14695981039346656037ull;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 1099511628211ull;
	return hash;
}

/* The slot of these bytes, or the free one that they would get. */
static uint32_t *slot_of(const struct html_names *names, const char *bytes, size_t len)
{
	size_t mask = names->slots_count - 1;

	for (size_t i = hash_of(bytes, len) & mask;; i = (i + 1) & mask) {
		uint32_t *slot = &names->slots[i];
		const char *text;
		size_t text_len;

		if (!*slot)
			return slot;
		text = html_names_get(names, *slot - 1, &text_len);
		if (text_len == len && !memcmp(text, bytes, len))
			return slot;
	}
}

static int widen_slots(struct html_names *names)
{
	size_t count = names->slots_count ? 2 * names->slots_count : 2 * FIRST_ROOM;

	free(TAKE(names->slots));
	names->slots_count = 0;
	names->slots = calloc(count, sizeof(*names->slots));
	if (!names->slots)
		return -ENOMEM;
	names->slots_count = count;
	for (uint32_t i = 0; i < names->count; i++) {
		size_t len;
		const char *text = html_names_get(names, i, &len);

		*slot_of(names, text, len) = i + 1;
	}
	return 0;
}

static int make_room(struct html_names *names)
{
	size_t room = names->room ? 2 * names->room : FIRST_ROOM;
	size_t *ends;

	if (names->count == HTML_NAMES_MAX - 1)
		return -ENOMEM;
	if (names->count == names->room) {
		ends = array_resize(names->ends, room, sizeof(*ends));
		if (!ends)
			return -ENOMEM;
		names->ends = ends;
		names->room = room;
	}
	return 2 * names->count >= names->slots_count ? widen_slots(names) : 0;
}

int html_names_add(struct html_names *names, const char *bytes, size_t len, uint32_t *ret_number)
{
	int r = make_room(names);
	uint32_t *slot;

	if (r)
		return r;
	slot = slot_of(names, bytes, len);
	if (!*slot) {
		buf_append(&names->texts, bytes, len);
		if (names->texts.error)
			return names->texts.error;
		names->ends[names->count++] = names->texts.len;
		*slot = (uint32_t)names->count;
	}
	*ret_number = *slot - 1;
	return 0;
}
