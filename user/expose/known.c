/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "expose/known.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "util/array.h"

#define FNV_BASIS 0xcbf29ce484222325u
#define FNV_PRIME 0x100000001b3u

/* Never 0. */
static uint64_t hash_of(enum expose_kind kind, const char *text)
{
	uint64_t hash = (FNV_BASIS ^ kind) * FNV_PRIME;

	for (; *text; text++)
		hash = (hash ^ (unsigned char)*text) * FNV_PRIME;
	return hash ? hash : 1;
}

static uint64_t after(uint64_t id)
{
	return id + 1 ? id + 1 : 1;
}

static void free_known(struct known *known)
{
	free(known->key);
	free(known->labels);
	free(known->copy);
	free(known);
}

void known_done(struct known_list *list)
{
	for (size_t i = 0; i < list->count; i++)
		free_known(list->items[i]);
	free(list->items);
	idmap_done(&list->by_key);
	idmap_done(&list->by_labels);
	*list = (struct known_list){ 0 };
}

/* Texts of one hash stand behind each other. NULL with the id that is free. */
static struct known *find(const struct known_list *list, enum expose_kind kind, const char *key,
			  uint64_t *ret_id)
{
	struct known *known;

	*ret_id = hash_of(kind, key);
	while ((known = idmap_get(&list->by_key, *ret_id)) &&
	       (known->kind != kind || strcmp(known->key, key) != 0))
		*ret_id = after(*ret_id);
	return known;
}

struct known *known_find(const struct known_list *list, enum expose_kind kind, const char *key)
{
	uint64_t id;

	return find(list, kind, key, &id);
}

static int make_room(struct known_list *list)
{
	size_t room = list->room ? 2 * list->room : 64;
	struct known **items;

	if (list->count < list->room)
		return 0;
	items = array_resize(list->items, room, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	list->room = room;
	return 0;
}

int known_add(struct known_list *list, enum expose_kind kind, const char *key,
	      struct known **ret_known)
{
	struct known *known = calloc(1, sizeof(*known));

	if (!known || make_room(list)) {
		free(known);
		return -ENOMEM;
	}
	known->kind = kind;
	known->key = strdup(key);
	(void)find(list, kind, key, &known->id);
	if (!known->key || idmap_put(&list->by_key, known->id, known)) {
		free_known(known);
		return -ENOMEM;
	}
	list->items[list->count++] = known;
	*ret_known = known;
	return 0;
}

void known_remove(struct known_list *list, size_t index)
{
	(void)idmap_remove(&list->by_key, list->items[index]->id);
	free_known(list->items[index]);
	list->items[index] = list->items[--list->count];
}

int known_set_labels(struct known *known, const struct buf *labels)
{
	char *copy;

	if (known->labels && known->labels_len == labels->len &&
	    memcmp(known->labels, labels->data, labels->len) == 0)
		return 0;
	copy = malloc(labels->len);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, labels->data, labels->len);
	free(known->labels);
	known->labels = copy;
	known->labels_len = labels->len;
	known->facts = copy + strlen(copy) + 1;
	return 0;
}

int known_set_copy(struct known *known, const void *figures, size_t size)
{
	if (!known->copy)
		known->copy = malloc(size);
	if (!known->copy)
		return -ENOMEM;
	memcpy(known->copy, figures, size);
	return 0;
}

void known_begin(struct known_list *list)
{
	idmap_clear(&list->by_labels);
}

int known_take_labels(struct known_list *list, struct known *known, bool *ret_is_taken)
{
	uint64_t id = hash_of(known->kind, known->labels);
	struct known *other;

	while ((other = idmap_get(&list->by_labels, id)) &&
	       (other->kind != known->kind || strcmp(other->labels, known->labels) != 0))
		id = after(id);
	*ret_is_taken = !other || other == known;
	return other ? 0 : idmap_put(&list->by_labels, id, known);
}
