/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/select.h"

#include <stdbool.h>

#include "tree/tree.h"

static bool is_larger(const struct process *a, const struct process *b)
{
	if (a->used.cpu_ns != b->used.cpu_ns)
		return a->used.cpu_ns > b->used.cpu_ns;
	if (a->rss_kb != b->rss_kb)
		return a->rss_kb > b->rss_kb;
	return a->id < b->id;
}

static void swap(struct process **a, struct process **b)
{
	struct process *kept = *a;

	*a = *b;
	*b = kept;
}

/* Larger ones to the left of the pivot, which ends at the returned place. */
static size_t partition(struct process **processes, size_t first, size_t last)
{
	const struct process *pivot;
	size_t at = first, i;

	swap(&processes[first + (last - first) / 2], &processes[last]);
	pivot = processes[last];
	for (i = first; i < last; i++)
		if (is_larger(processes[i], pivot))
			swap(&processes[at++], &processes[i]);
	swap(&processes[at], &processes[last]);
	return at;
}

void select_largest(struct process **processes, size_t count, size_t wanted)
{
	size_t first = 0, last = count ? count - 1 : 0, at;

	if (wanted >= count)
		return;
	while (first < last) {
		at = partition(processes, first, last);
		if (at == wanted)
			return;
		if (at < wanted)
			first = at + 1;
		else
			last = at ? at - 1 : 0;
	}
}
