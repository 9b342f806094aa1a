/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/escape.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "util/cleanup.h"
#include "util/utf8.h"

#define MERMAID_MAX 60

/* What a format has in place of a byte. */
struct replacement {
	char byte;
	const char *text;
};

/* A list ends with a byte of 0. */
static void replace(struct buf *buf, const char *text, const struct replacement *list)
{
	AUTO(buf) struct buf plain = { 0 };

	utf8_append_plain(&plain, text, strlen(text));
	if (plain.error)
		buf->error = plain.error;
	for (size_t i = 0; i < plain.len; i++) {
		const struct replacement *found = list;

		while (found->byte && found->byte != plain.data[i])
			found++;
		if (found->byte)
			buf_append_text(buf, found->text);
		else
			buf_append_char(buf, plain.data[i]);
	}
}

static bool is_letter_or_digit(char byte)
{
	return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
	       (byte >= '0' && byte <= '9');
}

/* Entities are text to all that reads Markdown: tables, emphasis, links, names after an @. */
void escape_markdown(struct buf *buf, const char *text)
{
	AUTO(buf) struct buf plain = { 0 };

	utf8_append_plain(&plain, text, strlen(text));
	if (plain.error)
		buf->error = plain.error;
	buf_append_text(buf, "<code>");
	for (size_t i = 0; i < plain.len; i++) {
		char byte = plain.data[i];
		bool is_link = byte == '.' && i && (plain.data[i - 1] | 0x20) == 'w';

		if (is_letter_or_digit(byte) || (byte && strchr(" +-/.", byte) && !is_link) ||
		    (unsigned char)byte >= 0x80)
			buf_append_char(buf, byte);
		else
			buf_printf(buf, "&#%d;", byte);
	}
	buf_append_text(buf, "</code>");
}

/* Two code points that UTF-8 can write are no characters of XML. */
static void append_xml_plain(struct buf *buf, const char *text)
{
	size_t len = strlen(text);
	uint32_t code;

	for (size_t at = 0, taken; at < len; at += taken) {
		taken = utf8_decode(text + at, len - at, &code);
		if (code == 0xfffe || code == 0xffff)
			buf_append_char(buf, '?');
		else
			buf_append(buf, text + at, taken);
	}
}

void escape_xml(struct buf *buf, const char *text)
{
	static const struct replacement list[] = {
		{ '&', "&amp;" },  { '<', "&lt;" },   { '>', "&gt;" },
		{ '"', "&quot;" }, { '\'', "&#39;" }, { 0, NULL },
	};
	AUTO(buf) struct buf plain = { 0 };

	append_xml_plain(&plain, text);
	if (plain.error)
		buf->error = plain.error;
	else
		replace(buf, buf_text(&plain), list);
}

void escape_github(struct buf *buf, const char *text)
{
	static const struct replacement list[] = { { '%', "%25" }, { 0, NULL } };

	replace(buf, text, list);
}

void escape_github_property(struct buf *buf, const char *text)
{
	static const struct replacement list[] = {
		{ '%', "%25" }, { ':', "%3A" }, { ',', "%2C" }, { 0, NULL }
	};

	replace(buf, text, list);
}

void escape_teamcity(struct buf *buf, const char *text)
{
	static const struct replacement list[] = {
		{ '|', "||" }, { '\'', "|'" }, { '[', "|[" }, { ']', "|]" }, { 0, NULL },
	};

	replace(buf, text, list);
}

void escape_mermaid(struct buf *buf, const char *text)
{
	for (size_t i = 0; i < MERMAID_MAX && text[i]; i++)
		buf_append_char(buf, is_letter_or_digit(text[i]) || strchr(" ._+/=-", text[i])
					     ? text[i]
					     : '_');
}

void escape_csv(struct buf *buf, const char *text)
{
	static const struct replacement list[] = { { '"', "\"\"" }, { 0 } };
	const char *quote = strpbrk(text, ",\" \t\r\n") ? "\"" : "";

	buf_append_text(buf, quote);
	replace(buf, text, list);
	buf_append_text(buf, quote);
}
