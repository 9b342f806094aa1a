/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_HTTP_URL_H
#define DENET_HTTP_URL_H

#include "util/buf.h"

/* NULL for one that a request may have; else what is wrong with it, in words that follow its name. */
const char *url_check(const char *url);

/* So that it is one part of a path or of a query, whatever it holds. */
void url_append_part(struct buf *buf, const char *text);

/* Without its query, which may hold what is secret: to be told. */
void url_append_told(struct buf *buf, const char *url);

#endif
