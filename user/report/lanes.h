/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Stretches of time in as few rows as can be, none over another. */
#ifndef DENET_REPORT_LANES_H
#define DENET_REPORT_LANES_H

#include <stddef.h>
#include <stdint.h>

struct lanes_row;

struct lanes {
	struct lanes_row *busy; /* owned: a heap, the row that ends first on top */
	size_t *idle; /* owned: a heap, the lowest row on top */
	size_t busy_count;
	size_t idle_count;
};

/* For so many stretches. -ENOMEM. */
int lanes_init(struct lanes *lanes, size_t count);
void lanes_done(struct lanes *lanes);
static inline void lanes_freep(struct lanes *lanes)
{
	lanes_done(lanes);
}

/* The lowest row, from 0, that is free at the start. Stretches come in the order of their starts. */
size_t lanes_take(struct lanes *lanes, int64_t start, int64_t end);

#endif
