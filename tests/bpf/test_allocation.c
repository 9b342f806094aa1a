/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The sampling path allocates nothing once sizes are known. */
#include "bpf/harness.h"

#include <stdlib.h>

#define WARM_TICKS 10
#define TICKS 50
#define WINDOWS 4 /* of so many ticks each */
#define PROCESSES 31

/* glibc's own, which the ones below stand in front of: for the libraries too. */
extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t count, size_t size);
extern void *__libc_realloc(void *pointer, size_t size);

static size_t allocations;

void *malloc(size_t size)
{
	allocations++;
	return __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
	allocations++;
	return __libc_calloc(count, size);
}

void *realloc(void *pointer, size_t size)
{
	allocations++;
	return __libc_realloc(pointer, size);
}

struct ticks {
	size_t constant; /* samples of the whole tree */
	size_t before; /* allocations by the end of each window */
	size_t windows;
	size_t allocating; /* windows with any */
};

static void count_tick(void *context, const struct denet_tree *tree)
{
	struct ticks *ticks = context;

	if (tree->process_count != PROCESSES)
		return;
	ticks->constant++;
	if (ticks->constant < WARM_TICKS || (ticks->constant - WARM_TICKS) % TICKS)
		return;
	if (ticks->constant > WARM_TICKS) {
		ticks->windows++;
		ticks->allocating += allocations != ticks->before;
	}
	ticks->before = allocations;
}

static void fifty_ticks_of_a_constant_tree_allocate_nothing(void **state)
{
	struct scene *scene = *state;
	struct ticks ticks = { 0 };
	struct denet_observer observer = {
		.size = sizeof(observer),
		.context = &ticks,
		.on_sample = count_tick,
	};
	char line[16];

	scene->options.interval_ms = 10;
	scene->options.max_interval_ms = 10;
	scene_spawn(scene, "idle", "30", "0", "2", NULL);
	scene_await_line(scene, line, sizeof(line));
	assert_int_equal(denet_attach(&scene->options, &observer, scene->spawned, &scene->monitor,
				      &scene->error),
			 0);
	while (ticks.windows < WINDOWS)
		assert_false(scene_step(scene));
	/* The program that samples the members alone is loaded once, when that pays. */
	assert_in_range(ticks.allocating, 0, 1);
}

/* Else the test above could not fail. */
static void allocations_are_seen(void **state)
{
	size_t before = allocations;
	void *volatile pointer = malloc(1);

	(void)state;
	free(pointer);
	assert_int_equal(allocations, before + 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(allocations_are_seen),
		scene_test(fifty_ticks_of_a_constant_tree_allocate_nothing),
	};

	return harness_run("allocation", tests);
}
