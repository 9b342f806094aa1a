/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/json.h"

#include <math.h>
#include <string.h>

#include "util/decimal.h"
#include "util/utf8.h"

void json_init(struct json *json, struct buf *buf)
{
	*json = (struct json){ .buf = buf };
}

void json_init_pretty(struct json *json, struct buf *buf)
{
	*json = (struct json){ .buf = buf, .is_pretty = true };
}

static char *put_line_break(const struct json *json, char *out)
{
	*out++ = '\n';
	memset(out, ' ', json->depth * 2);
	return out + json->depth * 2;
}

/* All that stands before a value. Returns where to write at most max bytes of it, or NULL. */
static char *open_value(struct json *json, const char *key, size_t max)
{
	struct buf *buf = json->buf;
	size_t key_len = key ? strlen(key) : 0;
	char *out;

	if (buf_reserve(buf, key_len + max + 2 * json->depth + 8))
		return NULL;
	out = buf->data + buf->len;
	if (json->needs_comma)
		*out++ = ',';
	if (json->is_pretty && json->depth)
		out = put_line_break(json, out);
	if (key) {
		*out++ = '"';
		memcpy(out, key, key_len);
		out += key_len;
		*out++ = '"';
		*out++ = ':';
		if (json->is_pretty)
			*out++ = ' ';
	}
	json->needs_comma = true;
	return out;
}

static void close_value(struct json *json, const char *end)
{
	json->buf->len = (size_t)(end - json->buf->data);
	json->buf->data[json->buf->len] = '\0';
}

static void begin(struct json *json, const char *key, char bracket)
{
	char *out = open_value(json, key, 1);

	if (!out)
		return;
	*out++ = bracket;
	close_value(json, out);
	json->depth++;
	json->needs_comma = false;
}

static void end(struct json *json, char bracket)
{
	struct buf *buf = json->buf;
	char *out;

	if (json->depth)
		json->depth--;
	if (buf_reserve(buf, 2 * json->depth + 2))
		return;
	out = buf->data + buf->len;
	if (json->is_pretty && json->needs_comma)
		out = put_line_break(json, out);
	*out++ = bracket;
	close_value(json, out);
	json->needs_comma = true;
}

void json_object_begin(struct json *json, const char *key)
{
	begin(json, key, '{');
}

void json_object_end(struct json *json)
{
	end(json, '}');
}

void json_array_begin(struct json *json, const char *key)
{
	begin(json, key, '[');
}

void json_array_end(struct json *json)
{
	end(json, ']');
}

void json_u64(struct json *json, const char *key, uint64_t value)
{
	char *out = open_value(json, key, DECIMAL_MAX_BYTES);

	if (out)
		close_value(json, out + decimal_from_u64(value, out));
}

void json_u64_of(struct json *json, const char *quoted, size_t len, uint64_t value)
{
	struct buf *buf = json->buf;
	char *out;

	if (buf_reserve(buf, len + DECIMAL_MAX_BYTES))
		return;
	if (!json->needs_comma) {
		quoted++;
		len--;
	}
	out = buf->data + buf->len;
	memcpy(out, quoted, len);
	json->needs_comma = true;
	close_value(json, out + len + decimal_from_u64(value, out + len));
}

void json_i64(struct json *json, const char *key, int64_t value)
{
	char *out = open_value(json, key, DECIMAL_MAX_BYTES);

	if (out)
		close_value(json, out + decimal_from_i64(value, out));
}

void json_raw(struct json *json, const char *key, const char *text, size_t len)
{
	char *out = open_value(json, key, len);

	if (!out)
		return;
	memcpy(out, text, len);
	close_value(json, out + len);
}

void json_bool(struct json *json, const char *key, bool value)
{
	json_raw(json, key, value ? "true" : "false", value ? 4 : 5);
}

void json_null(struct json *json, const char *key)
{
	json_raw(json, key, "null", 4);
}

void json_float(struct json *json, const char *key, float value)
{
	char *out;

	if (!isfinite(value)) {
		json_null(json, key);
		return;
	}
	out = open_value(json, key, DECIMAL_MAX_BYTES);
	if (out)
		close_value(json, out + decimal_from_float(value, out));
}

void json_double(struct json *json, const char *key, double value)
{
	char *out;

	if (!isfinite(value)) {
		json_null(json, key);
		return;
	}
	out = open_value(json, key, DECIMAL_MAX_BYTES);
	if (out)
		close_value(json, out + decimal_from_double(value, out));
}

static bool is_plain(char c)
{
	return c >= ' ' && c < 0x7f && c != '"' && c != '\\' && c != '<';
}

/* Every code that is escaped lies below U+10000. */
static size_t escape(uint32_t code, char *out)
{
	static const char digits[] = "0123456789abcdef";
	static const char shorthands[][2] = {
		{ '"', '"' },  { '\\', '\\' }, { '\b', 'b' }, { '\f', 'f' },
		{ '\n', 'n' }, { '\r', 'r' },  { '\t', 't' },
	};

	out[0] = '\\';
	for (size_t i = 0; i < sizeof(shorthands) / sizeof(shorthands[0]); i++) {
		if (code == (uint32_t)shorthands[i][0]) {
			out[1] = shorthands[i][1];
			return 2;
		}
	}
	out[1] = 'u';
	for (int i = 0; i < 4; i++)
		out[2 + i] = digits[code >> (12 - 4 * i) & 0xf];
	return 6;
}

static void append_special(struct buf *buf, uint32_t code)
{
	char out[8];
	size_t len;

	if (code == '"' || code == '\\' || code == '<' || utf8_is_control(code))
		len = escape(code, out);
	else
		len = utf8_encode(code, out);
	buf_append(buf, out, len);
}

void json_bytes(struct json *json, const char *key, const char *bytes, size_t len)
{
	char *out = open_value(json, key, 1);
	size_t at = 0;

	if (!out)
		return;
	*out++ = '"';
	close_value(json, out);
	while (at < len && !json->buf->error) {
		size_t from = at;
		uint32_t code;

		while (at < len && is_plain(bytes[at]))
			at++;
		buf_append(json->buf, bytes + from, at - from);
		if (at == len)
			break;
		at += utf8_decode(bytes + at, len - at, &code);
		append_special(json->buf, code);
	}
	buf_append_char(json->buf, '"');
}

void json_string(struct json *json, const char *key, const char *text)
{
	if (text)
		json_bytes(json, key, text, strlen(text));
	else
		json_null(json, key);
}
