/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* All measurements with their tags and fields, as docs/host-influx.md has them. */
#ifndef DENET_EXPOSE_INFLUX_PAGE_H
#define DENET_EXPOSE_INFLUX_PAGE_H

#include "util/buf.h"

/* Markdown. */
void influx_page_append(struct buf *buf);

#endif
