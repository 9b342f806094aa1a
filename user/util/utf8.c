/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/utf8.h"

#include <string.h>

#define ARRAY_LEN(array) (sizeof(array) / sizeof((array)[0]))

struct code_range {
	uint32_t first;
	uint32_t last;
};

/* How a lead byte goes on: how many bytes follow, and which the first of them may be. */
struct lead {
	uint8_t first;
	uint8_t last;
	uint8_t follow_count;
	uint8_t follow_min;
	uint8_t follow_max;
};

/* The narrowed ranges leave out overlong forms, surrogates, and what is above U+10FFFF. */
static const struct lead leads[] = {
	{ 0xc2, 0xdf, 1, 0x80, 0xbf }, { 0xe0, 0xe0, 2, 0xa0, 0xbf }, { 0xe1, 0xec, 2, 0x80, 0xbf },
	{ 0xed, 0xed, 2, 0x80, 0x9f }, { 0xee, 0xef, 2, 0x80, 0xbf }, { 0xf0, 0xf0, 3, 0x90, 0xbf },
	{ 0xf1, 0xf3, 3, 0x80, 0xbf }, { 0xf4, 0xf4, 3, 0x80, 0x8f },
};

static const struct lead *find_lead(uint8_t byte)
{
	for (size_t i = 0; i < ARRAY_LEN(leads); i++) {
		if (byte >= leads[i].first && byte <= leads[i].last)
			return &leads[i];
	}
	return NULL;
}

size_t utf8_decode(const char *bytes, size_t len, uint32_t *ret_code)
{
	const uint8_t *in = (const uint8_t *)bytes;
	const struct lead *lead;
	uint32_t code;

	*ret_code = in[0];
	if (in[0] < 0x80)
		return 1;

	*ret_code = UTF8_REPLACEMENT;
	lead = find_lead(in[0]);
	if (!lead)
		return 1;

	code = in[0] & (0x3fu >> lead->follow_count);
	for (size_t i = 1; i <= lead->follow_count; i++) {
		uint8_t min = i == 1 ? lead->follow_min : 0x80;
		uint8_t max = i == 1 ? lead->follow_max : 0xbf;

		if (i >= len || in[i] < min || in[i] > max)
			return i;
		code = code << 6 | (in[i] & 0x3fu);
	}
	*ret_code = code;
	return lead->follow_count + 1u;
}

size_t utf8_encode(uint32_t code, char *ret_bytes)
{
	if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
		code = UTF8_REPLACEMENT;

	if (code < 0x80) {
		ret_bytes[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		ret_bytes[0] = (char)(0xc0 | code >> 6);
		ret_bytes[1] = (char)(0x80 | (code & 0x3f));
		return 2;
	}
	if (code < 0x10000) {
		ret_bytes[0] = (char)(0xe0 | code >> 12);
		ret_bytes[1] = (char)(0x80 | (code >> 6 & 0x3f));
		ret_bytes[2] = (char)(0x80 | (code & 0x3f));
		return 3;
	}
	ret_bytes[0] = (char)(0xf0 | code >> 18);
	ret_bytes[1] = (char)(0x80 | (code >> 12 & 0x3f));
	ret_bytes[2] = (char)(0x80 | (code >> 6 & 0x3f));
	ret_bytes[3] = (char)(0x80 | (code & 0x3f));
	return 4;
}

static bool is_in(const struct code_range *ranges, size_t count, uint32_t code)
{
	for (size_t i = 0; i < count; i++) {
		if (code >= ranges[i].first && code <= ranges[i].last)
			return true;
	}
	return false;
}

bool utf8_is_control(uint32_t code)
{
	static const struct code_range ranges[] = {
		{ 0x00, 0x1f },	    { 0x7f, 0x9f },	{ 0x61c, 0x61c },
		{ 0x200e, 0x200f }, { 0x2028, 0x202e }, { 0x2066, 0x2069 },
	};

	return is_in(ranges, ARRAY_LEN(ranges), code);
}

unsigned int utf8_code_width(uint32_t code)
{
	static const struct code_range zero[] = {
		{ 0x300, 0x36f },     { 0x483, 0x489 },	  { 0x591, 0x5bd },   { 0x610, 0x61a },
		{ 0x64b, 0x65f },     { 0x1ab0, 0x1aff }, { 0x1dc0, 0x1dff }, { 0x200b, 0x200d },
		{ 0x20d0, 0x20ff },   { 0xfe00, 0xfe0f }, { 0xfe20, 0xfe2f }, { 0xfeff, 0xfeff },
		{ 0xe0000, 0xe01ef },
	};
	static const struct code_range two[] = {
		{ 0x1100, 0x115f },   { 0x231a, 0x231b },   { 0x23e9, 0x23ec },
		{ 0x2e80, 0x303e },   { 0x3041, 0xa4cf },   { 0xa960, 0xa97f },
		{ 0xac00, 0xd7a3 },   { 0xf900, 0xfaff },   { 0xfe10, 0xfe19 },
		{ 0xfe30, 0xfe6f },   { 0xff00, 0xff60 },   { 0xffe0, 0xffe6 },
		{ 0x16fe0, 0x1b2ff }, { 0x1f300, 0x1f64f }, { 0x1f680, 0x1f6ff },
		{ 0x1f7e0, 0x1f7eb }, { 0x1f90c, 0x1faff }, { 0x20000, 0x3fffd },
	};

	if (code < 0x300)
		return 1;
	if (is_in(zero, ARRAY_LEN(zero), code))
		return 0;
	return is_in(two, ARRAY_LEN(two), code) ? 2 : 1;
}

/* The next character of text made plain. */
static size_t decode_plain(const char *bytes, size_t len, uint32_t *ret_code)
{
	size_t used = utf8_decode(bytes, len, ret_code);

	if (utf8_is_control(*ret_code))
		*ret_code = '?';
	return used;
}

size_t utf8_width(const char *bytes, size_t len)
{
	size_t columns = 0;
	uint32_t code;

	for (size_t at = 0; at < len; columns += utf8_code_width(code))
		at += decode_plain(bytes + at, len - at, &code);
	return columns;
}

static void append_code(struct buf *buf, uint32_t code)
{
	char bytes[UTF8_MAX_BYTES];

	buf_append(buf, bytes, utf8_encode(code, bytes));
}

void utf8_append(struct buf *buf, const char *bytes, size_t len)
{
	uint32_t code;

	for (size_t at = 0; at < len && !buf->error; append_code(buf, code))
		at += utf8_decode(bytes + at, len - at, &code);
}

void utf8_append_plain(struct buf *buf, const char *bytes, size_t len)
{
	uint32_t code;

	for (size_t at = 0; at < len && !buf->error; append_code(buf, code))
		at += decode_plain(bytes + at, len - at, &code);
}

static void append_bytes(struct buf *buf, const char *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++)
		buf_printf(buf, "\\x%02x", (unsigned char)bytes[i]);
}

/* It may stand there itself. */
static bool is_replaced(const char *bytes, size_t len, uint32_t code)
{
	char written[UTF8_MAX_BYTES];

	return code == UTF8_REPLACEMENT &&
	       (len != utf8_encode(code, written) || memcmp(bytes, written, len) != 0);
}

void utf8_append_visible(struct buf *buf, const char *bytes, size_t len)
{
	size_t used;
	uint32_t code;

	for (size_t at = 0; at < len && !buf->error; at += used) {
		used = utf8_decode(bytes + at, len - at, &code);
		if (is_replaced(bytes + at, used, code))
			append_bytes(buf, bytes + at, used);
		else if (utf8_is_control(code))
			buf_printf(buf, "\\u%04x", (unsigned int)code);
		else
			append_code(buf, code);
	}
}

size_t utf8_append_fitted(struct buf *buf, const char *bytes, size_t len, size_t columns)
{
	size_t width = utf8_width(bytes, len);
	size_t used = 0;

	if (width <= columns) {
		utf8_append_plain(buf, bytes, len);
		return width;
	}
	if (!columns)
		return 0;

	for (size_t at = 0; at < len && !buf->error;) {
		uint32_t code;

		at += decode_plain(bytes + at, len - at, &code);
		if (used + utf8_code_width(code) > columns - 1)
			break;
		append_code(buf, code);
		used += utf8_code_width(code);
	}
	append_code(buf, 0x2026);
	return used + 1;
}
