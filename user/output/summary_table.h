/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The commands that used most, one a line, the rest as one. */
#ifndef DENET_OUTPUT_SUMMARY_TABLE_H
#define DENET_OUTPUT_SUMMARY_TABLE_H

#include <stdbool.h>

#include "denet/denet.h"
#include "output/term.h"
#include "util/buf.h"

/* A single process makes the table needless; then nothing is appended. */
bool summary_table_is_shown(const struct denet_summary *summary);
void summary_table_append(struct buf *buf, const struct term_style *style,
			  const struct denet_summary *summary);

#endif
