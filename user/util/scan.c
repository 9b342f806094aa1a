/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/scan.h"

#include <errno.h>
#include <string.h>

#include "util/decimal.h"
#include "util/utf8.h"

static const char *skip_space(const char *at, const char *end)
{
	while (at < end && (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r'))
		at++;
	return at;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	c |= 0x20;
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* The four digits behind \u, or -1. */
static int read_hex(const char *at, const char *end)
{
	int code = 0;

	if (end - at < 4)
		return -1;
	for (int i = 0; i < 4; i++) {
		int digit = hex_digit(at[i]);

		if (digit < 0)
			return -1;
		code = code << 4 | digit;
	}
	return code;
}

/* The skip_ functions return what follows, or NULL when this is not JSON. */
static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++) {
		if ((unsigned char)*at < 0x20)
			return NULL;
		if (*at != '\\')
			continue;
		if (++at == end)
			return NULL;
		if (*at == 'u' && read_hex(at + 1, end) < 0)
			return NULL;
		if (!memchr("\"\\/bfnrtu", *at, 9))
			return NULL;
	}
	return at < end ? at + 1 : NULL;
}

static const char *skip_digits(const char *at, const char *end)
{
	const char *from = at;

	while (at < end && is_digit(*at))
		at++;
	return at > from ? at : NULL;
}

static const char *skip_number(const char *at, const char *end)
{
	if (at < end && *at == '-')
		at++;
	if (at < end && *at == '0')
		at++;
	else
		at = skip_digits(at, end);
	if (at && at < end && *at == '.')
		at = skip_digits(at + 1, end);
	if (at && at < end && (*at == 'e' || *at == 'E')) {
		at++;
		if (at < end && (*at == '+' || *at == '-'))
			at++;
		at = skip_digits(at, end);
	}
	return at;
}

static const char *skip_word(const char *at, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - at) >= len && !memcmp(at, word, len) ? at + len : NULL;
}

/* A value that holds no others. */
static const char *skip_scalar(const char *at, const char *end, enum scan_type *ret_type)
{
	switch (*at) {
	case '"':
		*ret_type = SCAN_STRING;
		return skip_string(at, end);
	case 't':
		*ret_type = SCAN_BOOL;
		return skip_word(at, end, "true");
	case 'f':
		*ret_type = SCAN_BOOL;
		return skip_word(at, end, "false");
	case 'n':
		*ret_type = SCAN_NULL;
		return skip_word(at, end, "null");
	default:
		*ret_type = SCAN_NUMBER;
		return skip_number(at, end);
	}
}

/* A key with its colon and the space around them. */
static const char *skip_key(const char *at, const char *end)
{
	if (at == end || *at != '"')
		return NULL;
	at = skip_string(at, end);
	if (!at)
		return NULL;
	at = skip_space(at, end);
	return at < end && *at == ':' ? skip_space(at + 1, end) : NULL;
}

/* Which of the open containers are objects: one bit a level, the innermost lowest. */
struct nesting {
	uint64_t objects;
	unsigned int depth;
};

/* Stands before a value: opens what is opened there, until a scalar or an empty container. */
static const char *open_containers(struct nesting *nesting, const char *at, const char *end,
				   bool *ret_is_empty)
{
	*ret_is_empty = false;
	while (at && at < end && (*at == '{' || *at == '[')) {
		bool is_object = *at == '{';

		if (nesting->depth == SCAN_DEPTH_MAX)
			return NULL;
		nesting->objects = nesting->objects << 1 | is_object;
		nesting->depth++;
		at = skip_space(at + 1, end);
		if (at < end && *at == (is_object ? '}' : ']')) {
			*ret_is_empty = true;
			return at;
		}
		if (is_object)
			at = skip_key(at, end);
	}
	return at;
}

/* Stands behind a value: closes what is closed there, then goes on to the next value, if any. */
static const char *close_containers(struct nesting *nesting, const char *at, const char *end)
{
	while (nesting->depth) {
		bool is_object = nesting->objects & 1;

		at = skip_space(at, end);
		if (at == end)
			return NULL;
		if (*at == ',') {
			at = skip_space(at + 1, end);
			return is_object ? skip_key(at, end) : at;
		}
		if (*at != (is_object ? '}' : ']'))
			return NULL;
		at++;
		nesting->objects >>= 1;
		nesting->depth--;
	}
	return at;
}

static const char *skip_container(const char *at, const char *end)
{
	struct nesting nesting = { 0 };
	enum scan_type type;
	bool is_empty;

	do {
		at = open_containers(&nesting, at, end, &is_empty);
		if (!at || at == end)
			return NULL;
		if (!is_empty)
			at = skip_scalar(at, end, &type);
		if (at)
			at = close_containers(&nesting, at, end);
	} while (at && nesting.depth);
	return at;
}

static const char *scan_value(const char *at, const char *end, struct scan_value *ret_value)
{
	const char *from = at;

	if (at == end)
		return NULL;
	if (*at == '{' || *at == '[') {
		ret_value->type = *at == '{' ? SCAN_OBJECT : SCAN_ARRAY;
		at = skip_container(at, end);
	} else {
		at = skip_scalar(at, end, &ret_value->type);
	}
	if (!at)
		return NULL;
	ret_value->text = from;
	ret_value->len = (size_t)(at - from);
	return at;
}

int scan_document(const char *text, size_t len, struct scan_value *ret_value)
{
	const char *end = text + len;
	const char *at = scan_value(skip_space(text, end), end, ret_value);

	return at && skip_space(at, end) == end ? 0 : -EINVAL;
}

void scan_enter(const struct scan_value *container, struct scan *ret_scan)
{
	*ret_scan = (struct scan){
		.at = container->text + 1,
		.end = container->text + container->len - 1,
		.is_object = container->type == SCAN_OBJECT,
		.is_first = true,
	};
}

bool scan_next(struct scan *scan, struct scan_value *ret_key, struct scan_value *ret_value)
{
	const char *at = skip_space(scan->at, scan->end);

	if (at < scan->end && !scan->is_first)
		at = skip_space(at + 1, scan->end); /* the comma */
	scan->is_first = false;

	if (scan->is_object && at < scan->end) {
		ret_key->type = SCAN_STRING;
		ret_key->text = at;
		at = skip_string(at, scan->end);
		if (!at)
			return false;
		ret_key->len = (size_t)(at - ret_key->text);
		at = skip_key(ret_key->text, scan->end);
		if (!at)
			return false;
	}
	scan->at = scan_value(at, scan->end, ret_value);
	return scan->at;
}

bool scan_is(const struct scan_value *string, const char *name)
{
	size_t len = strlen(name);

	return string->type == SCAN_STRING && string->len == len + 2 &&
	       !memcmp(string->text + 1, name, len);
}

int scan_u64(const struct scan_value *value, uint64_t *ret_number)
{
	if (value->type != SCAN_NUMBER)
		return -EINVAL;
	return decimal_to_u64(value->text, value->len, ret_number);
}

int scan_i64(const struct scan_value *value, int64_t *ret_number)
{
	bool is_negative = value->type == SCAN_NUMBER && value->text[0] == '-';
	uint64_t number;

	if (value->type != SCAN_NUMBER ||
	    decimal_to_u64(value->text + is_negative, value->len - is_negative, &number) ||
	    number > INT64_MAX)
		return -EINVAL;
	*ret_number = is_negative ? -(int64_t)number : (int64_t)number;
	return 0;
}

int scan_double(const struct scan_value *value, double *ret_number)
{
	if (value->type != SCAN_NUMBER)
		return -EINVAL;
	return decimal_to_double(value->text, value->len, ret_number);
}

/* What \u stands for. A pair of surrogates is one character. */
static const char *append_unicode(const char *at, const char *end, struct buf *buf)
{
	char bytes[UTF8_MAX_BYTES];
	uint32_t code = (uint32_t)read_hex(at, end);

	at += 4;
	if (code >= 0xd800 && code < 0xdc00 && end - at >= 6 && at[0] == '\\' && at[1] == 'u') {
		int low = read_hex(at + 2, end);

		if (low >= 0xdc00 && low < 0xe000) {
			code = 0x10000 + ((code - 0xd800) << 10) + (uint32_t)(low - 0xdc00);
			at += 6;
		}
	}
	buf_append(buf, bytes, utf8_encode(code ? code : UTF8_REPLACEMENT, bytes));
	return at;
}

void scan_append_string(const struct scan_value *string, struct buf *buf)
{
	static const char escapes[] = "bfnrt";
	static const char meanings[] = "\b\f\n\r\t";
	const char *at = string->text + 1;
	const char *end = string->text + string->len - 1;

	while (at < end) {
		const char *run = at;
		const char *escape;

		at = memchr(at, '\\', (size_t)(end - at));
		at = at ? at : end;
		buf_append(buf, run, (size_t)(at - run));
		if (at == end)
			break;
		if (at[1] == 'u') {
			at = append_unicode(at + 2, end, buf);
			continue;
		}
		escape = strchr(escapes, at[1]);
		buf_append_char(buf, escape ? meanings[escape - escapes] : at[1]);
		at += 2;
	}
}
