/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/names.h"

#include <stdlib.h>
#include <string.h>

#define CHUNK_BYTES ((size_t)64 << 10)
#define FIRST_ROOM 64

struct names_chunk {
	struct names_chunk *next;
	size_t used;
	size_t room;
	char bytes[]; /* texts, each behind its length */
};

void names_done(struct names *names)
{
	while (names->chunks) {
		struct names_chunk *next = names->chunks->next;

		free(names->chunks);
		names->chunks = next;
	}
	free(names->slots);
	*names = (struct names){ 0 };
}

size_t names_len(const char *text)
{
	uint32_t len;

	memcpy(&len, text - sizeof(len), sizeof(len));
	return len;
}

static uint64_t hash_of(const char *bytes, size_t len)
{
	uint64_t hash = 0xCBF29CE484222325ull;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)bytes[i]) * 0x100000001B3ull;
	return hash ^ hash >> 32;
}

static const char **find_slot(const struct names *names, const char *bytes, size_t len)
{
	size_t at = hash_of(bytes, len) & (names->room - 1);

	while (names->slots[at] &&
	       (names_len(names->slots[at]) != len || memcmp(names->slots[at], bytes, len) != 0))
		at = (at + 1) & (names->room - 1);
	return &names->slots[at];
}

static int grow(struct names *names)
{
	struct names larger = { .room = names->room ? names->room * 2 : FIRST_ROOM };

	larger.slots = calloc(larger.room, sizeof(*larger.slots));
	if (!larger.slots)
		return -1;
	for (size_t i = 0; i < names->room; i++)
		if (names->slots[i])
			*find_slot(&larger, names->slots[i], names_len(names->slots[i])) =
				names->slots[i];
	free(names->slots);
	names->slots = larger.slots;
	names->room = larger.room;
	return 0;
}

static char *reserve(struct names *names, size_t bytes)
{
	struct names_chunk *chunk = names->chunks;
	size_t room = bytes > CHUNK_BYTES ? bytes : CHUNK_BYTES;

	if (!chunk || chunk->room - chunk->used < bytes) {
		chunk = malloc(sizeof(*chunk) + room);
		if (!chunk)
			return NULL;
		*chunk = (struct names_chunk){ .next = names->chunks, .room = room };
		names->chunks = chunk;
	}
	chunk->used += bytes;
	return chunk->bytes + chunk->used - bytes;
}

const char *names_add(struct names *names, const char *bytes, size_t len)
{
	uint32_t kept_len = (uint32_t)len;
	const char **slot, *known;
	char *room;

	if (len >= UINT32_MAX || (names->count * 2 >= names->room && grow(names)))
		return NULL;
	slot = find_slot(names, bytes, len);
	known = *slot;
	if (known)
		return known;
	room = reserve(names, sizeof(kept_len) + len + 1);
	if (!room)
		return NULL;
	memcpy(room, &kept_len, sizeof(kept_len));
	room += sizeof(kept_len);
	memcpy(room, bytes, len);
	room[len] = '\0';
	names->count++;
	*slot = room;
	return room;
}
