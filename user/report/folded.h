/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A flame graph's text: a line for each path of commands, and the CPU that its last one used itself. */
#ifndef DENET_REPORT_FOLDED_H
#define DENET_REPORT_FOLDED_H

#include "report/lives.h"
#include "util/buf.h"

/*
 * "make;sh;cc1 1204", in microseconds and in the order of the bytes. Who execs has a frame for each program,
 * and its children stand above the one that started them. Deeper paths than 256 begin with "...". -ENOMEM.
 */
int folded_append(struct buf *buf, const struct lives *lives);

#endif
