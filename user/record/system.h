/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A snapshot of the machine as JSON. */
#ifndef DENET_RECORD_SYSTEM_H
#define DENET_RECORD_SYSTEM_H

#include "denet/system.h"
#include "util/buf.h"

/* One object, without newline. Lack of memory shows in buf->error. */
void system_append_json(const struct denet_system *system, struct buf *buf);

#endif
