/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A row for each process, RFC 4180: both functions append a whole line with its CR LF. Names keep all their
 * characters; what is not UTF-8 becomes U+FFFD.
 */
#ifndef DENET_FORMAT_PROCESS_CSV_H
#define DENET_FORMAT_PROCESS_CSV_H

#include "denet/denet.h"
#include "util/buf.h"

void process_csv_append_header(struct buf *buf);

/* What is not known is empty; arguments are as they would be typed to a shell. */
void process_csv_append_row(struct buf *buf, const struct denet_process *process);

#endif
