/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/parallel.h"

#include <errno.h>
#include <stdlib.h>

#include "util/cleanup.h"

/* From here on so many more, or less. */
struct change {
	int64_t at_ns;
	int by;
};

struct changes {
	struct change *list; /* owned; with room for four of each process */
	size_t count;
};

struct span {
	int64_t from_ns;
	int64_t to_ns;
};

void parallel_done(struct parallel *parallel)
{
	free(parallel->time_ns);
	*parallel = (struct parallel){ 0 };
}

static struct span clipped(struct span span, const struct span *within)
{
	if (span.from_ns < within->from_ns)
		span.from_ns = within->from_ns;
	if (span.to_ns > within->to_ns)
		span.to_ns = within->to_ns;
	return span;
}

static struct span life_of(const struct family *family, uint32_t member)
{
	const struct crowd_member *process = &family->crowd->members[member];
	const struct span run = { family->from_ns, family->to_ns };

	return clipped((struct span){ process->start_ns, process->end_ns }, &run);
}

static void add(struct changes *changes, struct span span, int by)
{
	if (span.from_ns >= span.to_ns)
		return;
	changes->list[changes->count++] = (struct change){ span.from_ns, by };
	changes->list[changes->count++] = (struct change){ span.to_ns, -by };
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

static int by_time(const void *a, const void *b)
{
	const struct change *x = a, *y = b;

	return x->at_ns < y->at_ns ? -1 : x->at_ns > y->at_ns;
}

/* While a child of it lives a process does not count. */
static void add_process(const struct family *family, uint32_t member, struct span *spans,
			struct changes *changes)
{
	uint32_t from = family->starts[member], count = family->starts[member + 1] - from;
	struct span life = life_of(family, member);
	struct span covered;

	add(changes, life, 1);
	if (!count)
		return;
	for (uint32_t i = 0; i < count; i++)
		spans[i] = clipped(life_of(family, family->children[from + i]), &life);
	qsort(spans, count, sizeof(*spans), by_start);
	covered = spans[0];
	for (uint32_t i = 1; i < count; i++) {
		if (spans[i].from_ns > covered.to_ns) {
			add(changes, covered, -1);
			covered = spans[i];
		} else if (spans[i].to_ns > covered.to_ns) {
			covered.to_ns = spans[i].to_ns;
		}
	}
	add(changes, covered, -1);
}

static size_t most_of(const struct changes *changes)
{
	int at_once = 0, most = 0;

	for (size_t i = 0; i < changes->count; i++) {
		at_once += changes->list[i].by;
		if (at_once > most)
			most = at_once;
	}
	return (size_t)most;
}

static int sum_up(const struct family *family, const struct changes *changes,
		  struct parallel *ret_parallel)
{
	size_t count = most_of(changes) + 1;
	uint64_t *time_ns = calloc(count, sizeof(*time_ns));
	int64_t from = family->from_ns;
	int at_once = 0;

	if (!time_ns)
		return -ENOMEM;
	for (size_t i = 0; i < changes->count; i++) {
		if (changes->list[i].at_ns > from)
			time_ns[at_once] += (uint64_t)(changes->list[i].at_ns - from);
		from = changes->list[i].at_ns;
		at_once += changes->list[i].by;
	}
	/* Within one instant there may have been more. */
	while (count > 1 && !time_ns[count - 1])
		count--;
	*ret_parallel = (struct parallel){ .time_ns = time_ns, .count = count };
	return 0;
}

int parallel_count(const struct family *family, struct parallel *ret_parallel)
{
	size_t count = family->crowd->count;
	AUTO_FREE struct span *spans = calloc(count, sizeof(*spans));
	AUTO_FREE struct change *list = calloc(count, 4 * sizeof(*list));
	struct changes changes = { .list = list };

	if (!spans || !list)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		if (family_has(family, i))
			add_process(family, i, spans, &changes);
	qsort(list, changes.count, sizeof(*list), by_time);
	return sum_up(family, &changes, ret_parallel);
}
