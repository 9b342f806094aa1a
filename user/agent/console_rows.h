/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which groups a table on a terminal has, in which order, and which of them is chosen. */
#ifndef DENET_AGENT_CONSOLE_ROWS_H
#define DENET_AGENT_CONSOLE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "agent/options.h"
#include "host/view.h"
#include "metrics/host_records.h"

#define CONSOLE_FILTER_BYTES 64

struct console_row {
	const struct host_group *figures;
	size_t at; /* its row of the view; its commands follow */
	bool has_ended; /* since the look before */
};

/* All zeros is an empty one, sorted by CPU. */
struct console_rows {
	struct view view; /* of the last look */
	struct console_row *items; /* owned */
	size_t count;
	size_t all; /* before the filter */
	enum agent_sort sort;
	char filter[CONSOLE_FILTER_BYTES]; /* names that have it, whatever the case; "" for all */
	size_t chosen; /* below count, but for an empty table */
	char *chosen_cgroup; /* owned: it stays the same one when the order changes; NULL for none */
};

void console_rows_done(struct console_rows *rows);

/* Another look, or after another order or filter. -ENOMEM. */
int console_rows_make(struct console_rows *rows);

/* Chooses the one so far below; stops at both ends. -ENOMEM. */
int console_rows_move(struct console_rows *rows, long by);

/* The commands of a row of the view, and how many. */
const struct view_row *console_rows_commands(const struct console_rows *rows, size_t at,
					     size_t *ret_count);

#endif
