/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/base64.h"

#include <stdint.h>

#define MEMBER_BYTES 3
#define MEMBER_CHARS 4

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static void encode(const uint8_t *bytes, size_t len, char *ret_chars)
{
	uint32_t bits = (uint32_t)bytes[0] << 16;

	if (len > 1)
		bits |= (uint32_t)bytes[1] << 8;
	if (len > 2)
		bits |= bytes[2];
	for (size_t i = 0; i < MEMBER_CHARS; i++)
		ret_chars[i] = i > len ? '=' : alphabet[bits >> (18 - 6 * i) & 63];
}

void base64_append(struct buf *buf, const void *bytes, size_t len)
{
	const uint8_t *at = bytes;
	size_t room = (len + MEMBER_BYTES - 1) / MEMBER_BYTES * MEMBER_CHARS;

	if (buf_reserve(buf, room))
		return;
	for (; len; at += MEMBER_BYTES) {
		size_t count = len < MEMBER_BYTES ? len : MEMBER_BYTES;

		encode(at, count, buf->data + buf->len);
		buf->len += MEMBER_CHARS;
		len -= count;
	}
	buf->data[buf->len] = '\0';
}
