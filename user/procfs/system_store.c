/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a snapshot holds in memory. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "procfs/system_internal.h"
#include "util/array.h"

struct system_text {
	struct system_text *next;
	char text[];
};

const char *system_keep(struct system_store *store, struct parse_span text)
{
	struct system_text *kept = malloc(sizeof(*kept) + text.len + 1);

	if (!kept)
		return NULL;
	memcpy(kept->text, text.at, text.len);
	kept->text[text.len] = '\0';
	kept->next = store->texts;
	store->texts = kept;
	return kept->text;
}

int system_grow(void **array, size_t count, size_t size)
{
	void *grown;

	if (count >= SYSTEM_ENTRIES_MAX)
		return -E2BIG;
	/* The capacity is the power of two at or above the count. */
	if (count & (count - 1))
		return 0;
	grown = array_resize(*array, count ? count * 2 : 1, size);
	if (!grown)
		return -ENOMEM;
	*array = grown;
	return 0;
}

void system_store_free(struct system_store *store)
{
	struct system_text *text, *next;

	for (text = store->texts; text; text = next) {
		next = text->next;
		free(text);
	}
	free(store->cpus);
	free(store->disks);
	free(store->filesystems);
	free(store->interfaces);
	free(store);
}
