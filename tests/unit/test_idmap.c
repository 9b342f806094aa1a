/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/idmap.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <errno.h>

#define UNIVERSE 700
#define STEPS 300000
#define CLUSTER 5

/* A size that cannot be had is an answer here, not an accident. */
const char *__asan_default_options(void);
__attribute__((visibility("default"))) const char *__asan_default_options(void)
{
	return "allocator_may_return_null=1";
}

static uint64_t random_next(uint64_t *seed)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return *seed;
}

/* As the kernel side makes them: a CPU, and a counter of that CPU. */
static uint64_t id_of(size_t number)
{
	return (uint64_t)(number % 7 + 1) << 48 | (number / 7 + 1);
}

static void *value_of(uint64_t number)
{
	return (void *)(uintptr_t)(number + 1);
}

static size_t used_slots(const struct idmap *map)
{
	size_t used = 0, i;

	for (i = 0; i < map->room; i++)
		used += map->slots[i].id != 0;
	return used;
}

static void idmap_that_is_empty_knows_nobody(void **state)
{
	struct idmap map = { 0 };

	(void)state;
	assert_null(idmap_get(&map, 1));
	assert_null(idmap_remove(&map, 1));
	assert_int_equal(map.count, 0);
	idmap_done(&map);
	idmap_done(&map);
}

static void idmap_gives_back_what_was_put(void **state)
{
	struct idmap map = { 0 };

	(void)state;
	assert_int_equal(idmap_put(&map, UINT64_MAX, value_of(1)), 0);
	assert_int_equal(idmap_put(&map, 1, value_of(2)), 0);
	assert_ptr_equal(idmap_get(&map, UINT64_MAX), value_of(1));
	assert_ptr_equal(idmap_get(&map, 1), value_of(2));
	assert_null(idmap_get(&map, 2));
	assert_ptr_equal(idmap_remove(&map, 1), value_of(2));
	assert_null(idmap_get(&map, 1));
	assert_null(idmap_remove(&map, 1));
	assert_int_equal(map.count, 1);
	idmap_done(&map);
	assert_null(idmap_get(&map, UINT64_MAX));
}

static void idmap_replaces_a_value_without_counting_it_twice(void **state)
{
	struct idmap map = { 0 };

	(void)state;
	assert_int_equal(idmap_put(&map, 7, value_of(1)), 0);
	assert_int_equal(idmap_put(&map, 7, value_of(2)), 0);
	assert_int_equal(map.count, 1);
	assert_int_equal(used_slots(&map), 1);
	assert_ptr_equal(idmap_remove(&map, 7), value_of(2));
	assert_int_equal(map.count, 0);
	assert_null(idmap_get(&map, 7));
	idmap_done(&map);
}

static void idmap_keeps_everything_when_it_grows(void **state)
{
	struct idmap map = { 0 };
	size_t i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		assert_int_equal(idmap_put(&map, id_of(i), value_of(i)), 0);
		assert_int_equal(map.count, i + 1);
		assert_true(map.count * 2 <= map.room);
		assert_int_equal(map.room & (map.room - 1), 0);
	}
	assert_int_equal(used_slots(&map), 20000);
	for (i = 0; i < 20000; i++)
		assert_ptr_equal(idmap_get(&map, id_of(i)), value_of(i));
	assert_null(idmap_get(&map, id_of(20000)));
	idmap_done(&map);
}

static void idmap_allocates_only_when_it_grows(void **state)
{
	struct idmap map = { 0 };
	const struct idmap_slot *slots;
	size_t room, i;

	(void)state;
	for (i = 0; i < 1000; i++)
		assert_int_equal(idmap_put(&map, id_of(i), value_of(i)), 0);
	slots = map.slots;
	room = map.room;
	for (i = 0; i < 50000; i++) {
		assert_ptr_equal(idmap_remove(&map, id_of(i)), value_of(i));
		assert_int_equal(idmap_put(&map, id_of(i + 1000), value_of(i + 1000)), 0);
	}
	assert_ptr_equal(map.slots, slots);
	assert_int_equal(map.room, room);
	assert_int_equal(used_slots(&map), 1000);
	idmap_done(&map);
}

static void idmap_that_is_cleared_forgets_all_but_keeps_its_memory(void **state)
{
	struct idmap map = { 0 };
	const struct idmap_slot *slots;
	size_t i;

	(void)state;
	idmap_clear(&map);
	assert_null(idmap_get(&map, 1));
	for (i = 0; i < 500; i++)
		assert_int_equal(idmap_put(&map, id_of(i), value_of(i)), 0);
	slots = map.slots;
	idmap_clear(&map);
	assert_int_equal(map.count, 0);
	for (i = 0; i < 500; i++)
		assert_null(idmap_get(&map, id_of(i)));
	for (i = 500; i < 1000; i++)
		assert_int_equal(idmap_put(&map, id_of(i), value_of(i)), 0);
	assert_ptr_equal(map.slots, slots);
	assert_int_equal(map.count, 500);
	idmap_done(&map);
}

/* Alone in a fresh map, an id shows where it wants to be. */
static size_t home_of(uint64_t id, size_t *ret_room)
{
	struct idmap map = { 0 };
	size_t at = 0;

	assert_int_equal(idmap_put(&map, id, value_of(0)), 0);
	while (map.slots[at].id != id)
		at++;
	*ret_room = map.room;
	idmap_done(&map);
	return at;
}

/* Ids that all want one of the last two slots, so that most stand at the beginning of the table. */
static void find_wrapping_ids(uint64_t *ret_ids)
{
	size_t found = 0, room, home;
	uint64_t id;

	for (id = 1; found < CLUSTER; id++) {
		home = home_of(id, &room);
		if (home == room - 1 - found % 2)
			ret_ids[found++] = id;
	}
}

static void check_removal_in_order(const uint64_t *ids, const size_t *order)
{
	struct idmap map = { 0 };
	size_t removed, i;

	for (i = 0; i < CLUSTER; i++)
		assert_int_equal(idmap_put(&map, ids[i], value_of(i)), 0);
	assert_int_not_equal(map.slots[0].id, 0);
	for (removed = 0; removed < CLUSTER; removed++) {
		assert_ptr_equal(idmap_remove(&map, ids[order[removed]]), value_of(order[removed]));
		assert_null(idmap_get(&map, ids[order[removed]]));
		for (i = removed + 1; i < CLUSTER; i++)
			assert_ptr_equal(idmap_get(&map, ids[order[i]]), value_of(order[i]));
	}
	assert_int_equal(used_slots(&map), 0);
	idmap_done(&map);
}

static void idmap_finds_all_after_any_removal_across_the_end_of_the_table(void **state)
{
	uint64_t ids[CLUSTER];
	size_t order[CLUSTER], seen, number, i;

	(void)state;
	find_wrapping_ids(ids);
	for (number = 0; number < 5 * 5 * 5 * 5 * 5; number++) {
		size_t rest = number;

		for (seen = 0, i = 0; i < CLUSTER; i++, rest /= CLUSTER) {
			order[i] = rest % CLUSTER;
			seen |= (size_t)1 << order[i];
		}
		if (seen == (1u << CLUSTER) - 1)
			check_removal_in_order(ids, order);
	}
}

static void check_against_model(const struct idmap *map, void *const *model)
{
	size_t count = 0, i;

	for (i = 0; i < UNIVERSE; i++) {
		assert_ptr_equal(idmap_get(map, id_of(i)), model[i]);
		count += model[i] != NULL;
	}
	assert_int_equal(map->count, count);
	assert_int_equal(used_slots(map), count);
}

static void idmap_agrees_with_an_array_over_random_steps(void **state)
{
	struct idmap map = { 0 };
	void *model[UNIVERSE] = { 0 };
	uint64_t seed = 0x243F6A8885A308D3ull;
	size_t step, at;

	(void)state;
	for (step = 0; step < STEPS; step++) {
		uint64_t dice = random_next(&seed);

		at = (size_t)(dice >> 8) % UNIVERSE;
		/* The share of removals sways, so that the map fills and empties. */
		if (dice % 16 < 5 + (step >> 12) % 7) {
			assert_ptr_equal(idmap_remove(&map, id_of(at)), model[at]);
			model[at] = NULL;
		} else if (dice % 16 < 13) {
			model[at] = value_of(step);
			assert_int_equal(idmap_put(&map, id_of(at), model[at]), 0);
		} else {
			assert_ptr_equal(idmap_get(&map, id_of(at)), model[at]);
		}
		if (step % 997 == 0)
			check_against_model(&map, model);
	}
	check_against_model(&map, model);
	idmap_done(&map);
}

static void idmap_stays_as_it_was_without_memory(void **state)
{
	struct idmap_slot slot = { .id = 5, .value = &slot };
	const size_t huge = (size_t)1 << 62;
	struct idmap map = { .slots = &slot, .room = huge, .count = huge / 2 };

	(void)state;
	assert_int_equal(idmap_put(&map, 6, &slot), -ENOMEM);
	assert_ptr_equal(map.slots, &slot);
	assert_int_equal(map.room, huge);
	assert_int_equal(map.count, huge / 2);
	assert_int_equal(slot.id, 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(idmap_that_is_empty_knows_nobody),
		cmocka_unit_test(idmap_gives_back_what_was_put),
		cmocka_unit_test(idmap_replaces_a_value_without_counting_it_twice),
		cmocka_unit_test(idmap_keeps_everything_when_it_grows),
		cmocka_unit_test(idmap_allocates_only_when_it_grows),
		cmocka_unit_test(idmap_that_is_cleared_forgets_all_but_keeps_its_memory),
		cmocka_unit_test(idmap_finds_all_after_any_removal_across_the_end_of_the_table),
		cmocka_unit_test(idmap_agrees_with_an_array_over_random_steps),
		cmocka_unit_test(idmap_stays_as_it_was_without_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
