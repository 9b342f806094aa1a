/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/template.h"

#include <stdio.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/suggest.h"
#include "util/utf8.h"

#define NAME_BYTES 32

static const char *const places[TEMPLATE_PLACES] = {
	[TEMPLATE_VALUE] = "value",	  [TEMPLATE_NAME] = "name",
	[TEMPLATE_METRIC] = "metric",	  [TEMPLATE_THRESHOLD] = "threshold",
	[TEMPLATE_SEVERITY] = "severity", [TEMPLATE_WHEN] = "when",
	[TEMPLATE_INSTANCE] = "instance",
};

static int find_place(const char *name, size_t len)
{
	for (int i = 0; i < TEMPLATE_PLACES; i++)
		if (strlen(places[i]) == len && memcmp(places[i], name, len) == 0)
			return i;
	return -1;
}

static void tell_unknown(const char *name, size_t len, struct place place, struct faults *faults)
{
	char word[NAME_BYTES];
	const char *nearest;

	(void)snprintf(word, sizeof(word), "%.*s", (int)(len < NAME_BYTES ? len : NAME_BYTES - 1),
		       name);
	nearest = suggest_nearest(word, places, TEMPLATE_PLACES);
	faults_add(faults, place, "there is no value '{%s}'%s%s%s", word,
		   nearest ? ", did you mean '{" : "; a brace itself is '{{'",
		   nearest ? nearest : "", nearest ? "}'?" : "");
}

void template_check(const char *text, struct place place, struct faults *faults)
{
	while ((text = strchr(text, '{'))) {
		size_t len = strcspn(text + 1, "{}");

		if (text[1] == '{') {
			text += 2;
			continue;
		}
		if (text[1 + len] != '}' || find_place(text + 1, len) < 0)
			tell_unknown(text + 1, len, place, faults);
		text += 1 + len;
	}
}

/* Returns how long the place is. */
static size_t fill_place(struct buf *buf, const char *text, const struct template_values *values)
{
	size_t len = strcspn(text + 1, "{}");
	int place = text[1 + len] == '}' ? find_place(text + 1, len) : -1;

	if (place < 0) {
		buf_append_char(buf, *text);
		return text[1] == '{' ? 2 : 1;
	}
	buf_append_text(buf, values->texts[place]);
	return len + 2;
}

/* Not within a character. */
static size_t cut(const char *text, size_t len)
{
	if (len <= TEMPLATE_BYTES_MAX)
		return len;
	len = TEMPLATE_BYTES_MAX;
	while (len && ((unsigned char)text[len] & 0xc0) == 0x80)
		len--;
	return len;
}

void template_append(struct buf *buf, const char *text, const struct template_values *values)
{
	AUTO(buf) struct buf raw = { 0 };
	AUTO(buf) struct buf filled = { 0 };

	/* What comes behind would be cut. */
	while (*text && raw.len <= TEMPLATE_BYTES_MAX) {
		size_t len = strcspn(text, "{");

		buf_append(&raw, text, len);
		text += len;
		if (*text == '{')
			text += fill_place(&raw, text, values);
	}
	utf8_append(&filled, buf_text(&raw), raw.len);
	buf_append(buf, buf_text(&filled), cut(buf_text(&filled), filled.len));
	if (raw.error || filled.error)
		buf->error = raw.error ? raw.error : filled.error;
}
