/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/buf.h"

#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_MIN_CAPACITY 256

void buf_init(struct buf *buf)
{
	*buf = (struct buf){ 0 };
}

void buf_done(struct buf *buf)
{
	free(buf->data);
	buf_init(buf);
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->error = 0;
	if (buf->data)
		buf->data[0] = '\0';
}

static int fail(struct buf *buf, int error)
{
	buf->error = error;
	return error;
}

int buf_reserve(struct buf *buf, size_t extra)
{
	size_t capacity = buf->capacity ? buf->capacity : BUF_MIN_CAPACITY;
	char *data;

	if (buf->error)
		return buf->error;
	if (extra < buf->capacity - buf->len)
		return 0;
	if (extra > SIZE_MAX / 2 - buf->len - 1)
		return fail(buf, -ENOMEM);

	while (capacity < buf->len + extra + 1)
		capacity *= 2;
	data = realloc(buf->data, capacity);
	if (!data)
		return fail(buf, -ENOMEM);
	data[buf->len] = '\0';
	buf->data = data;
	buf->capacity = capacity;
	return 0;
}

void buf_append(struct buf *buf, const void *data, size_t len)
{
	if (buf_reserve(buf, len) || !len)
		return;
	memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_append_text(struct buf *buf, const char *text)
{
	buf_append(buf, text, strlen(text));
}

void buf_append_char(struct buf *buf, char c)
{
	buf_append(buf, &c, 1);
}

void buf_append_repeated(struct buf *buf, char c, size_t count)
{
	if (buf_reserve(buf, count))
		return;
	memset(buf->data + buf->len, c, count);
	buf->len += count;
	buf->data[buf->len] = '\0';
}

void buf_printf(struct buf *buf, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	buf_vprintf(buf, format, args);
	va_end(args);
}

void buf_vprintf(struct buf *buf, const char *format, va_list args)
{
	va_list again;
	int needed;

	if (buf_reserve(buf, 0))
		return;
	va_copy(again, args);
	needed = vsnprintf(buf->data + buf->len, buf->capacity - buf->len, format, args);
	if (needed < 0) {
		fail(buf, -EINVAL);
	} else if ((size_t)needed >= buf->capacity - buf->len && !buf_reserve(buf, needed)) {
		(void)vsnprintf(buf->data + buf->len, buf->capacity - buf->len, format, again);
	}
	va_end(again);
	if (!buf->error)
		buf->len += needed;
	buf->data[buf->len] = '\0';
}

const char *buf_text(const struct buf *buf)
{
	return buf->data ? buf->data : "";
}
