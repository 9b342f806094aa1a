/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_UTIL_QUOTE_H
#define DENET_UTIL_QUOTE_H

#include "util/buf.h"

/* One word as it would be typed to a shell: as it is, or between straight quotes. */
void quote_append(struct buf *buf, const char *word);

/* Several, up to a NULL, with a blank between. */
void quote_append_words(struct buf *buf, char *const words[]);

#endif
