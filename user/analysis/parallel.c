/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/parallel.h"

#include <errno.h>
#include <stdlib.h>

#include "util/cleanup.h"

/* When one more ran, and when one less: with room for two of each process. */
struct changes {
	int64_t *more; /* owned */
	size_t more_count;
	int64_t *less; /* owned */
	size_t less_count;
};

static void changes_freep(struct changes *changes)
{
	free(changes->more);
	free(changes->less);
}

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
	changes->more[changes->more_count++] = by > 0 ? span.from_ns : span.to_ns;
	changes->less[changes->less_count++] = by > 0 ? span.to_ns : span.from_ns;
}

static int by_start(const void *a, const void *b)
{
	const struct span *x = a, *y = b;

	return x->from_ns < y->from_ns ? -1 : x->from_ns > y->from_ns;
}

static int by_time(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return *x < *y ? -1 : *x > *y;
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

/* The next of both; of what is at once more comes first, so that there are never less than none. */
static int64_t take_next(const struct changes *changes, size_t *more, size_t *less, int *at_once)
{
	bool is_more =
		*more < changes->more_count &&
		(*less == changes->less_count || changes->more[*more] <= changes->less[*less]);

	*at_once += is_more ? 1 : -1;
	return is_more ? changes->more[(*more)++] : changes->less[(*less)++];
}

static size_t most_of(const struct changes *changes)
{
	size_t more = 0, less = 0;
	int at_once = 0, most = 0;

	while (more + less < changes->more_count + changes->less_count) {
		(void)take_next(changes, &more, &less, &at_once);
		if (at_once > most)
			most = at_once;
	}
	return (size_t)most;
}

static int sum_up(const struct family *family, const struct changes *changes,
		  struct parallel *ret_parallel)
{
	size_t count = most_of(changes) + 1, more = 0, less = 0;
	uint64_t *time_ns = calloc(count, sizeof(*time_ns));
	int64_t from = family->from_ns;
	int at_once = 0;

	if (!time_ns)
		return -ENOMEM;
	while (more + less < changes->more_count + changes->less_count) {
		int before = at_once;
		int64_t at = take_next(changes, &more, &less, &at_once);

		if (at > from)
			time_ns[before] += (uint64_t)(at - from);
		from = at;
	}
	/* Within one instant there may have been more. */
	while (count > 1 && !time_ns[count - 1])
		count--;
	*ret_parallel = (struct parallel){ .time_ns = time_ns, .count = count };
	return 0;
}

static int collect(const struct family *family, struct changes *changes)
{
	size_t count = family->crowd->count;
	AUTO_FREE struct span *spans = calloc(count, sizeof(*spans));

	changes->more = calloc(count, 2 * sizeof(*changes->more));
	changes->less = calloc(count, 2 * sizeof(*changes->less));
	if (!spans || !changes->more || !changes->less)
		return -ENOMEM;
	for (uint32_t i = 0; i < count; i++)
		if (family_has(family, i))
			add_process(family, i, spans, changes);
	return 0;
}

int parallel_count(const struct family *family, struct parallel *ret_parallel)
{
	AUTO(changes) struct changes changes = { .more = NULL };
	int r = collect(family, &changes);

	if (r)
		return r;
	qsort(changes.more, changes.more_count, sizeof(*changes.more), by_time);
	qsort(changes.less, changes.less_count, sizeof(*changes.less), by_time);
	return sum_up(family, &changes, ret_parallel);
}
