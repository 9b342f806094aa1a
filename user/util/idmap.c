/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/idmap.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define FIRST_ROOM 64

static size_t home_of(const struct idmap *map, uint64_t id)
{
	/* Fibonacci hashing: the top bits of the product hang on all of the id, the CPU included. */
	return (size_t)(id * 0x9E3779B97F4A7C15ull >> (64 - __builtin_ctzl(map->room)));
}

static size_t find_slot(const struct idmap *map, uint64_t id)
{
	size_t at = home_of(map, id);

	while (map->slots[at].id && map->slots[at].id != id)
		at = (at + 1) & (map->room - 1);
	return at;
}

void idmap_done(struct idmap *map)
{
	free(map->slots);
	*map = (struct idmap){ 0 };
}

void idmap_clear(struct idmap *map)
{
	if (map->room)
		memset(map->slots, 0, map->room * sizeof(*map->slots));
	map->count = 0;
}

void *idmap_get(const struct idmap *map, uint64_t id)
{
	return map->room ? map->slots[find_slot(map, id)].value : NULL;
}

static int grow(struct idmap *map)
{
	struct idmap larger = { .room = map->room ? map->room * 2 : FIRST_ROOM };
	size_t i;

	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (!larger.slots)
		return -ENOMEM;
	for (i = 0; i < map->room; i++)
		if (map->slots[i].id)
			larger.slots[find_slot(&larger, map->slots[i].id)] = map->slots[i];
	larger.count = map->count;
	free(map->slots);
	*map = larger;
	return 0;
}

int idmap_put(struct idmap *map, uint64_t id, void *value)
{
	size_t at;

	if (map->count * 2 >= map->room && grow(map))
		return -ENOMEM;
	at = find_slot(map, id);
	if (!map->slots[at].id)
		map->count++;
	map->slots[at] = (struct idmap_slot){ .id = id, .value = value };
	return 0;
}

void *idmap_remove(struct idmap *map, uint64_t id)
{
	size_t hole, at, home;
	void *value;

	if (!map->room)
		return NULL;
	hole = find_slot(map, id);
	if (!map->slots[hole].id)
		return NULL;
	value = map->slots[hole].value;
	map->count--;
	/* Whoever was pushed past the hole moves back into it. */
	for (at = (hole + 1) & (map->room - 1); map->slots[at].id;
	     at = (at + 1) & (map->room - 1)) {
		home = home_of(map, map->slots[at].id);
		if (((at - home) & (map->room - 1)) < ((at - hole) & (map->room - 1)))
			continue;
		map->slots[hole] = map->slots[at];
		hole = at;
	}
	map->slots[hole] = (struct idmap_slot){ 0 };
	return value;
}
