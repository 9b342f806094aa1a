/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Groups as rows of a table on a screen: which figures have a column, and how wide each is. Lines have no newline. */
#ifndef DENET_AGENT_COLUMNS_H
#define DENET_AGENT_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "metrics/host_records.h"
#include "util/buf.h"

#define COLUMNS_MAX 16
#define COLUMNS_FREE 240 /* room where no terminal bounds it */

struct columns_of {
	const struct host_group *(*get)(const void *context, size_t index);
	const void *context;
	size_t count;
	size_t room; /* columns of the screen */
	bool is_unicode;
};

/* A column without a figure takes no room. */
struct columns_widths {
	size_t name;
	size_t cells[COLUMNS_MAX];
};

/* Where there is no room for all of them those go first that tell least. */
void columns_measure(const struct columns_of *of, struct columns_widths *ret_widths);

void columns_append_heading(struct buf *buf, const struct columns_widths *widths);
void columns_append_row(struct buf *buf, bool is_unicode, const struct columns_widths *widths,
			const struct host_group *figures);

/* The machine in a line, and one kind of process of a group. */
void columns_append_machine(struct buf *buf, const struct host_machine *machine);
void columns_append_command(struct buf *buf, bool is_unicode, const struct host_command *figures);

#endif
