/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From a 64-bit id, never 0, to a pointer, never NULL. Allocates only when it grows. */
#ifndef DENET_UTIL_IDMAP_H
#define DENET_UTIL_IDMAP_H

#include <stddef.h>
#include <stdint.h>

struct idmap_slot {
	uint64_t id; /* 0: free */
	void *value;
};

struct idmap {
	struct idmap_slot *slots; /* owned */
	size_t room; /* a power of two, or 0 */
	size_t count;
};

/* A zeroed struct is an empty map. */
void idmap_done(struct idmap *map);

/* Empties it, and keeps the memory. */
void idmap_clear(struct idmap *map);

void *idmap_get(const struct idmap *map, uint64_t id);

/* Replaces what is there. -ENOMEM leaves the map as it was. */
int idmap_put(struct idmap *map, uint64_t id, void *value);

/* Returns what was there. */
void *idmap_remove(struct idmap *map, uint64_t id);

#endif
