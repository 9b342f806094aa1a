/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_UTIL_BASE64_H
#define DENET_UTIL_BASE64_H

#include <stddef.h>

#include "util/buf.h"

/* As RFC 4648 has it, padded, in one line. */
void base64_append(struct buf *buf, const void *bytes, size_t len);

#endif
