/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "serve/ended.h"

#include <errno.h>
#include <string.h>

#include "serve/records.h"
#include "util/cleanup.h"

static void drop_first(struct ended *ended)
{
	char **item = &ended->items[ended->first];

	ended->bytes -= strlen(*item);
	free(*item);
	*item = NULL;
	ended->first = (ended->first + 1) % ENDED_MAX;
	ended->count--;
}

void ended_done(struct ended *ended)
{
	while (ended->count)
		drop_first(ended);
}

static void add(struct ended *ended, struct buf *text)
{
	while (ended->count &&
	       (ended->count == ENDED_MAX || ended->bytes + text->len > ENDED_BYTES_MAX))
		drop_first(ended);
	ended->bytes += text->len;
	ended->items[(ended->first + ended->count++) % ENDED_MAX] = TAKE(text->data);
}

int ended_take(struct ended *ended, const struct view *view)
{
	for (size_t i = 0; i < view->count; i++) {
		AUTO(buf) struct buf text = { 0 };
		struct json json;

		if (view->rows[i].record != DENET_RECORD_CONTAINER)
			continue;
		json_init(&json, &text);
		records_write_group(&json, view, i);
		if (text.error)
			return text.error;
		ended->total++;
		add(ended, &text);
	}
	return 0;
}

void ended_write(struct json *json, const struct ended *ended)
{
	for (size_t i = ended->count; i-- > 0;) {
		const char *text = ended->items[(ended->first + i) % ENDED_MAX];

		json_raw(json, NULL, text, strlen(text));
	}
}
