/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/select.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#define MOST 1500

static uint64_t seed = 1181783497276652981ull;

static uint64_t random_below(uint64_t limit)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % limit;
}

/* Most CPU, then most memory, then the older id. */
static int by_size(const void *a, const void *b)
{
	const struct select_item *x = a, *y = b;

	if (x->cpu_time_ns != y->cpu_time_ns)
		return x->cpu_time_ns > y->cpu_time_ns ? -1 : 1;
	if (x->rss_kb != y->rss_kb)
		return x->rss_kb > y->rss_kb ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* The smaller the variety, the more ties. Ids are in no order. */
static void fill(struct select_item *ret_items, size_t count, uint64_t variety)
{
	size_t i, other;

	for (i = 0; i < count; i++) {
		other = (size_t)random_below(i + 1);
		ret_items[i] = ret_items[other];
		ret_items[other] = (struct select_item){
			.id = i + 1,
			.cpu_time_ns = random_below(variety),
			.rss_kb = random_below(variety),
		};
	}
	for (i = 0; i < count; i++)
		ret_items[i].order = i;
}

static void check_selection(struct select_item *items, size_t count, size_t wanted)
{
	struct select_item sorted[MOST + 1];
	size_t front = wanted < count ? wanted : count, i;

	memcpy(sorted, items, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_size);
	select_largest(items, count, wanted);
	for (i = 1; i < front; i++)
		assert_true(items[i - 1].order < items[i].order);
	/* Both halves are compared as sets, which also shows that none is lost. */
	qsort(items, front, sizeof(*items), by_size);
	qsort(items + front, count - front, sizeof(*items), by_size);
	assert_memory_equal(items, sorted, count * sizeof(*items));
}

static void select_agrees_with_sorting_for_every_small_size(void **state)
{
	struct select_item items[MOST];
	size_t count, wanted;

	(void)state;
	for (count = 1; count <= 40; count++)
		for (wanted = 0; wanted <= count; wanted++) {
			fill(items, count, 1 + random_below(100));
			check_selection(items, count, wanted);
		}
}

static void select_agrees_with_sorting_for_random_sizes(void **state)
{
	struct select_item items[MOST];
	size_t i, count;

	(void)state;
	for (i = 0; i < 300; i++) {
		count = 1 + (size_t)random_below(MOST);
		fill(items, count, i % 3 ? 1 + random_below(20) : UINT32_MAX);
		check_selection(items, count, (size_t)random_below(count + 1));
	}
}

static void select_agrees_with_sorting_when_all_are_in_order(void **state)
{
	struct select_item items[MOST];
	size_t wanted, i;

	(void)state;
	for (wanted = 0; wanted <= MOST; wanted += 50) {
		fill(items, MOST, 10);
		qsort(items, MOST, sizeof(*items), by_size);
		if (wanted % 100)
			for (i = 0; i < MOST / 2; i++) {
				struct select_item kept = items[i];

				items[i] = items[MOST - 1 - i];
				items[MOST - 1 - i] = kept;
			}
		for (i = 0; i < MOST; i++)
			items[i].order = i;
		check_selection(items, MOST, wanted);
	}
}

static void select_leaves_alone_what_is_few_enough(void **state)
{
	struct select_item items[4], before[4];

	(void)state;
	select_largest(NULL, 0, 0);
	select_largest(NULL, 0, 5);
	fill(items, 4, 100);
	memcpy(before, items, sizeof(before));
	select_largest(items, 4, 4);
	assert_memory_equal(items, before, sizeof(before));
	select_largest(items, 4, SIZE_MAX);
	assert_memory_equal(items, before, sizeof(before));
}

static void select_prefers_cpu_to_memory_and_memory_to_age(void **state)
{
	struct select_item items[] = {
		{ .id = 1, .rss_kb = 1 << 30, .order = 0 },
		{ .id = 4, .rss_kb = 5, .cpu_time_ns = 1, .order = 1 },
		{ .id = 2, .cpu_time_ns = 1, .order = 2 },
		{ .id = 3, .rss_kb = 5, .cpu_time_ns = 1, .order = 3 },
	};

	(void)state;
	select_largest(items, 4, 3);
	assert_int_equal(items[3].id, 1);
	select_largest(items, 3, 2);
	assert_int_equal(items[2].id, 2);
	select_largest(items, 2, 1);
	assert_int_equal(items[0].id, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(select_agrees_with_sorting_for_every_small_size),
		cmocka_unit_test(select_agrees_with_sorting_for_random_sizes),
		cmocka_unit_test(select_agrees_with_sorting_when_all_are_in_order),
		cmocka_unit_test(select_leaves_alone_what_is_few_enough),
		cmocka_unit_test(select_prefers_cpu_to_memory_and_memory_to_age),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
