/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Many runs for machines: an object or a line of CSV for each. Keys are those of the summary. */
#ifndef DENET_OUTPUT_RUNS_DATA_H
#define DENET_OUTPUT_RUNS_DATA_H

#include "output/runs_row.h"
#include "util/buf.h"

/* One object in one line, without newline; what is not known is left out. */
void runs_data_append_json(struct buf *buf, const struct runs_row *row);
void runs_data_append_group_json(struct buf *buf, enum runs_text what,
				 const struct runs_group *group);

/* As RFC 4180 has it, with the line's end; what is not known is empty. */
void runs_data_append_csv_header(struct buf *buf);
void runs_data_append_csv(struct buf *buf, const struct runs_row *row);
void runs_data_append_group_csv_header(struct buf *buf, enum runs_text what);
void runs_data_append_group_csv(struct buf *buf, const struct runs_group *group);

#endif
