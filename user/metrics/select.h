/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The children that a sample shows when there are too many of them. */
#ifndef DENET_METRICS_SELECT_H
#define DENET_METRICS_SELECT_H

#include <stddef.h>
#include <stdint.h>

struct select_item {
	uint64_t cpu_time_ns;
	uint64_t rss_kb;
	uint64_t id;
	size_t order; /* in which they were met */
	const void *what; /* the caller's */
};

/*
 * Moves the `wanted` that used most CPU, then memory, to the front, in the order in which they were
 * met. Never fails.
 */
void select_largest(struct select_item *items, size_t count, size_t wanted);

#endif
