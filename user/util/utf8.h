/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The one place where bytes from the kernel, from files and from argv become text. */
#ifndef DENET_UTIL_UTF8_H
#define DENET_UTIL_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "util/buf.h"

#define UTF8_REPLACEMENT 0xfffdu
#define UTF8_MAX_BYTES 4

/*
 * Reads one code point from len > 0 bytes and returns how many bytes it took. What is not valid
 * UTF-8 becomes UTF8_REPLACEMENT, one for each maximal part that could have begun a character.
 */
size_t utf8_decode(const char *bytes, size_t len, uint32_t *ret_code);

/* Writes at most UTF8_MAX_BYTES without NUL and returns how many. */
size_t utf8_encode(uint32_t code, char *ret_bytes);

/* C0, DEL, C1, line and paragraph separators, and what reorders text: harm on a terminal. */
bool utf8_is_control(uint32_t code);

/* Columns on a terminal: 0, 1 or 2. */
unsigned int utf8_code_width(uint32_t code);

/* Columns of what utf8_append_plain() would write. */
size_t utf8_width(const char *bytes, size_t len);

/* Appends valid UTF-8; control characters stay. */
void utf8_append(struct buf *buf, const char *bytes, size_t len);

/* Appends valid UTF-8 for terminals and plain text: one '?' for each control character. */
void utf8_append_plain(struct buf *buf, const char *bytes, size_t len);

/*
 * Appends names so that no two become one: a control character as JSON escapes it, \u000a, and each byte of what is
 * not UTF-8 as \xff. What has such an escape as its text stays as it is.
 */
void utf8_append_visible(struct buf *buf, const char *bytes, size_t len);

/* As utf8_append_plain(), cut to so many columns; a cut ends in U+2026. Returns the columns used. */
size_t utf8_append_fitted(struct buf *buf, const char *bytes, size_t len, size_t columns);

#endif
