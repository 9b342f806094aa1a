/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/waiting.h"

#include <stdlib.h>
#include <string.h>

/* Some 20 MB. */
#define WAITING_MAX 65536

struct waiting_item {
	struct waiting_item *next;
	bool is_exec;
	union {
		struct exec_event exec;
		struct process_account account;
	};
	char text[]; /* of an exec */
};

static struct waiting_item *put_new(struct waiting *waiting, size_t text_len)
{
	struct waiting_item *item =
		waiting->count < WAITING_MAX ? malloc(sizeof(*item) + text_len) : NULL;

	if (!item) {
		waiting->lost++;
		return NULL;
	}
	item->next = NULL;
	if (waiting->last)
		waiting->last->next = item;
	else
		waiting->first = item;
	waiting->last = item;
	waiting->count++;
	return item;
}

void waiting_put_exec(struct waiting *waiting, const struct exec_event *event, const char *text)
{
	size_t text_len = (size_t)event->args_len + event->path_len;
	struct waiting_item *item = put_new(waiting, text_len);

	if (!item)
		return;
	item->is_exec = true;
	item->exec = *event;
	memcpy(item->text, text, text_len);
}

void waiting_put_exit(struct waiting *waiting, const struct process_account *account)
{
	struct waiting_item *item = put_new(waiting, 0);

	if (!item)
		return;
	item->is_exec = false;
	item->account = *account;
}

void waiting_take(struct waiting *waiting, struct waiting *ret_taken)
{
	*ret_taken = *waiting;
	*waiting = (struct waiting){ .lost = waiting->lost };
}

static struct waiting_item *take_first(struct waiting *waiting)
{
	struct waiting_item *item = waiting->first;

	if (item)
		waiting->first = item->next;
	return item;
}

void waiting_hand_over(struct waiting *waiting, const struct source_events *events)
{
	struct waiting_item *item;

	while ((item = take_first(waiting))) {
		if (item->is_exec)
			events->on_exec(events->context, &item->exec, item->text);
		else
			events->on_exit(events->context, &item->account);
		free(item);
	}
}

void waiting_done(struct waiting *waiting)
{
	struct waiting_item *item;

	while ((item = take_first(waiting)))
		free(item);
	*waiting = (struct waiting){ 0 };
}
