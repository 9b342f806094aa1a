/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_SERVE_API_PAGE_H
#define DENET_SERVE_API_PAGE_H

#include "util/buf.h"

/* All documents of the API in Markdown, with one example each. */
void api_page_append(struct buf *buf);

#endif
