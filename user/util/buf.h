/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_UTIL_BUF_H
#define DENET_UTIL_BUF_H

#include <stdarg.h>
#include <stddef.h>

/*
 * Bytes that grow at the end. Once error is set every further call does nothing, so that a
 * caller tests once, when all is written. All zeros is a valid empty buffer.
 */
struct buf {
	char *data; /* owned; NUL-ended as soon as anything was written */
	size_t len; /* without that NUL */
	size_t capacity;
	int error; /* 0 or -errno of the first failure */
};

void buf_init(struct buf *buf);
void buf_done(struct buf *buf);
static inline void buf_freep(struct buf *buf)
{
	buf_done(buf);
}

/* Empties it and forgets the error, but keeps the memory. */
void buf_reset(struct buf *buf);

/* Makes room for extra bytes and a NUL; what lies behind len may then be written. */
int buf_reserve(struct buf *buf, size_t extra);

void buf_append(struct buf *buf, const void *data, size_t len);
void buf_append_text(struct buf *buf, const char *text);
void buf_append_char(struct buf *buf, char c);
void buf_append_repeated(struct buf *buf, char c, size_t count);
void buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
void buf_vprintf(struct buf *buf, const char *format, va_list args)
	__attribute__((format(printf, 2, 0)));

/* The text so far, never NULL. */
const char *buf_text(const struct buf *buf);

#endif
