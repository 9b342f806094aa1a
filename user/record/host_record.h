/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Records of the host, one compact JSON object each, without newline, by the table of metrics. */
#ifndef DENET_RECORD_HOST_RECORD_H
#define DENET_RECORD_HOST_RECORD_H

#include "denet/denet.h"
#include "util/buf.h"
#include "util/json.h"

/* figures: the record's struct of metrics/host_records.h. Lack of memory shows in buf->error. */
void host_record_append(struct buf *buf, enum denet_record record, const void *figures);

/* The same keys, but for "kind", into an object that is open. */
void host_record_write(struct json *json, enum denet_record record, const void *figures);

#endif
