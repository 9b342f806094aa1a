/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* All families with their names, as docs/host-metrics.md has them. */
#ifndef DENET_EXPOSE_PAGE_H
#define DENET_EXPOSE_PAGE_H

#include "util/buf.h"

/* Markdown. */
int page_append(struct buf *buf);

#endif
