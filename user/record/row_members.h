/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The processes that a tree record lists, beside its sums. */
#ifndef DENET_RECORD_ROW_MEMBERS_H
#define DENET_RECORD_ROW_MEMBERS_H

#include "record/row.h"

/*
 * Of a tree that row_read() has read: its parent, and of its children so many as the row has room for; the rest
 * counts as omitted. 1, or -ENOMEM.
 */
int row_members_read(const char *text, size_t len, struct buf *strings, struct row *row);

#endif
