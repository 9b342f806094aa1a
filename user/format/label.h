/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Names of any bytes between the quotes or commas of others' formats, where nothing in them is taken for more
 * than text. Control characters become \u000a, what is not UTF-8 \xff, so that two names stay two, and nothing
 * becomes '?', as an empty label is none.
 */
#ifndef DENET_FORMAT_LABEL_H
#define DENET_FORMAT_LABEL_H

#include "denet/denet.h"
#include "util/buf.h"

typedef void (*label_append_fn)(struct buf *buf, const char *text);

/* Between quotes, of Prometheus and OpenMetrics. */
void label_append_quoted(struct buf *buf, const char *text);

/* The value of a tag of InfluxDB's line protocol. */
void label_append_tag(struct buf *buf, const char *text);

/* The program's name of a command, without its folder: arguments may hold secrets. "" when not known. */
const char *label_of_command(const struct denet_command *command);

#endif
