/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/select.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdlib.h>
#include <string.h>

#include "tree/tree.h"

#define MOST 1500

static struct process pool[MOST];
static uint64_t seed = 1181783497276652981ull;

static uint64_t random_below(uint64_t limit)
{
	seed = seed * 6364136223846793005ull + 1442695040888963407ull;
	return (seed >> 33) % limit;
}

/* Most CPU, then most memory, then the older id. */
static int by_size(const void *a, const void *b)
{
	const struct process *x = *(struct process *const *)a;
	const struct process *y = *(struct process *const *)b;

	if (x->used.cpu_ns != y->used.cpu_ns)
		return x->used.cpu_ns > y->used.cpu_ns ? -1 : 1;
	if (x->rss_kb != y->rss_kb)
		return x->rss_kb > y->rss_kb ? -1 : 1;
	return x->id < y->id ? -1 : x->id > y->id;
}

/* The smaller the variety, the more ties. */
static void fill(struct process **ret_processes, size_t count, uint64_t variety)
{
	size_t i, other;

	for (i = 0; i < count; i++) {
		pool[i] = (struct process){ .id = i + 1 };
		pool[i].used.cpu_ns = random_below(variety);
		pool[i].rss_kb = random_below(variety);
		other = (size_t)random_below(i + 1);
		if (other != i)
			ret_processes[i] = ret_processes[other];
		ret_processes[other] = &pool[i];
	}
}

static void check_selection(struct process **processes, size_t count, size_t wanted)
{
	struct process *sorted[MOST + 1];
	size_t front = wanted < count ? wanted : count;

	memcpy(sorted, processes, count * sizeof(*sorted));
	qsort(sorted, count, sizeof(*sorted), by_size);
	select_largest(processes, count, wanted);
	/* In no order: both halves are compared as sets, which also shows that none is lost. */
	qsort(processes, front, sizeof(*processes), by_size);
	qsort(processes + front, count - front, sizeof(*processes), by_size);
	assert_memory_equal(processes, sorted, count * sizeof(*processes));
}

static void select_agrees_with_sorting_for_every_small_size(void **state)
{
	struct process *processes[MOST];
	size_t count, wanted;

	(void)state;
	for (count = 1; count <= 40; count++)
		for (wanted = 0; wanted <= count; wanted++) {
			fill(processes, count, 1 + random_below(100));
			check_selection(processes, count, wanted);
		}
}

static void select_agrees_with_sorting_for_random_sizes(void **state)
{
	struct process *processes[MOST];
	size_t i, count;

	(void)state;
	for (i = 0; i < 300; i++) {
		count = 1 + (size_t)random_below(MOST);
		fill(processes, count, i % 3 ? 1 + random_below(20) : UINT32_MAX);
		check_selection(processes, count, (size_t)random_below(count + 1));
	}
}

static void select_agrees_with_sorting_when_all_are_in_order(void **state)
{
	struct process *processes[MOST];
	size_t wanted, i;

	(void)state;
	for (wanted = 0; wanted <= MOST; wanted += 50) {
		fill(processes, MOST, 10);
		qsort(processes, MOST, sizeof(*processes), by_size);
		if (wanted % 100)
			for (i = 0; i < MOST / 2; i++) {
				struct process *kept = processes[i];

				processes[i] = processes[MOST - 1 - i];
				processes[MOST - 1 - i] = kept;
			}
		check_selection(processes, MOST, wanted);
	}
}

static void select_leaves_alone_what_is_few_enough(void **state)
{
	struct process *processes[4], *before[4];

	(void)state;
	select_largest(NULL, 0, 0);
	select_largest(NULL, 0, 5);
	fill(processes, 4, 100);
	memcpy(before, processes, sizeof(before));
	select_largest(processes, 4, 4);
	assert_memory_equal(processes, before, sizeof(before));
	select_largest(processes, 4, SIZE_MAX);
	assert_memory_equal(processes, before, sizeof(before));
}

static void select_prefers_cpu_to_memory_and_memory_to_age(void **state)
{
	struct process lazy = { .id = 1, .rss_kb = 1 << 30 };
	struct process busy = { .id = 2, .used.cpu_ns = 1 };
	struct process fat = { .id = 3, .rss_kb = 5, .used.cpu_ns = 1 };
	struct process twin = { .id = 4, .rss_kb = 5, .used.cpu_ns = 1 };
	struct process *processes[] = { &lazy, &twin, &busy, &fat };

	(void)state;
	select_largest(processes, 4, 3);
	assert_ptr_equal(processes[3], &lazy);
	select_largest(processes, 3, 2);
	assert_ptr_equal(processes[2], &busy);
	select_largest(processes, 2, 1);
	assert_ptr_equal(processes[0], &fat);
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
