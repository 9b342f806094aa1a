/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Records of the host, one compact JSON object each, without newline, by the table of metrics. */
#ifndef DENET_AGENT_RECORDS_H
#define DENET_AGENT_RECORDS_H

#include "metrics/host_records.h"
#include "util/buf.h"

/* Appends; lack of memory shows in buf->error. */
void records_append_machine(struct buf *buf, const struct host_machine *figures);
void records_append_group(struct buf *buf, const struct host_group *figures);
void records_append_container(struct buf *buf, const struct host_group *figures);
void records_append_class(struct buf *buf, const struct host_class *figures);
void records_append_command(struct buf *buf, const struct host_command *figures);
void records_append_processes(struct buf *buf, const struct host_processes *figures);
void records_append_heavy(struct buf *buf, const struct host_heavy *figures);
void records_append_history(struct buf *buf, const struct host_history *figures);
void records_append_disk(struct buf *buf, const struct host_disk *figures);
void records_append_interface(struct buf *buf, const struct host_interface *figures);
void records_append_filesystem(struct buf *buf, const struct host_filesystem *figures);

#endif
