/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/select.h"

#include <stdbool.h>
#include <stdlib.h>

static bool is_larger(const struct select_item *a, const struct select_item *b)
{
	if (a->cpu_time_ns != b->cpu_time_ns)
		return a->cpu_time_ns > b->cpu_time_ns;
	if (a->rss_kb != b->rss_kb)
		return a->rss_kb > b->rss_kb;
	return a->id < b->id;
}

static void swap(struct select_item *a, struct select_item *b)
{
	struct select_item kept = *a;

	*a = *b;
	*b = kept;
}

/* Larger ones to the left of the pivot, which ends at the returned place. */
static size_t partition(struct select_item *items, size_t first, size_t last)
{
	size_t at = first, i;

	swap(&items[first + (last - first) / 2], &items[last]);
	for (i = first; i < last; i++)
		if (is_larger(&items[i], &items[last]))
			swap(&items[at++], &items[i]);
	swap(&items[at], &items[last]);
	return at;
}

static void move_to_front(struct select_item *items, size_t count, size_t wanted)
{
	size_t first = 0, last = count - 1, at;

	while (first < last) {
		at = partition(items, first, last);
		if (at == wanted)
			return;
		if (at < wanted)
			first = at + 1;
		else
			last = at ? at - 1 : 0;
	}
}

static int by_order(const void *a, const void *b)
{
	const struct select_item *x = a, *y = b;

	return x->order < y->order ? -1 : x->order > y->order;
}

void select_largest(struct select_item *items, size_t count, size_t wanted)
{
	if (wanted >= count)
		return;
	move_to_front(items, count, wanted);
	qsort(items, wanted, sizeof(*items), by_order);
}
