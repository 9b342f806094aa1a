/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/console_rows.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "agent/choice.h"
#include "util/array.h"

void console_rows_done(struct console_rows *rows)
{
	free(rows->items);
	free(rows->chosen_cgroup);
	*rows = (struct console_rows){ 0 };
}

static bool has_word(const char *text, const char *word)
{
	size_t len = strlen(word);

	for (; *text; text++)
		if (strncasecmp(text, word, len) == 0)
			return true;
	return !len;
}

static bool is_group(const struct view_row *row)
{
	return row->record == DENET_RECORD_GROUP || row->record == DENET_RECORD_CONTAINER;
}

static int compare(const void *a, const void *b, void *context)
{
	const struct console_row *one = a;
	const struct console_row *other = b;
	const enum agent_sort *sort = context;
	double first = choice_weight(one->figures, *sort);
	double second = choice_weight(other->figures, *sort);
	int order;

	if (first != second)
		return first > second ? -1 : 1;
	order = strcmp(one->figures->name, other->figures->name);
	return order ? order : strcmp(one->figures->cgroup, other->figures->cgroup);
}

/* The same as before, where it is still there. */
static void find_chosen(struct console_rows *rows)
{
	for (size_t i = 0; rows->chosen_cgroup && i < rows->count; i++)
		if (strcmp(rows->items[i].figures->cgroup, rows->chosen_cgroup) == 0) {
			rows->chosen = i;
			return;
		}
	if (rows->chosen >= rows->count)
		rows->chosen = rows->count ? rows->count - 1 : 0;
}

int console_rows_make(struct console_rows *rows)
{
	const struct view *view = &rows->view;
	struct console_row *items = array_resize(rows->items, view->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	rows->items = items;
	rows->count = rows->all = 0;
	for (size_t i = 0; i < view->count; i++) {
		const struct host_group *figures = view->rows[i].figures;

		if (!is_group(&view->rows[i]))
			continue;
		rows->all++;
		if (has_word(figures->name, rows->filter))
			items[rows->count++] = (struct console_row){
				figures, i, view->rows[i].record == DENET_RECORD_CONTAINER
			};
	}
	qsort_r(items, rows->count, sizeof(*items), compare, &rows->sort);
	find_chosen(rows);
	return 0;
}

int console_rows_move(struct console_rows *rows, long by)
{
	long last = rows->count ? (long)rows->count - 1 : 0;
	long to = by > last ? last : by < -last ? -last : by;
	char *cgroup;

	to += (long)rows->chosen;
	rows->chosen = (size_t)(to < 0 ? 0 : to > last ? last : to);
	if (!rows->count)
		return 0;
	cgroup = strdup(rows->items[rows->chosen].figures->cgroup);
	if (!cgroup)
		return -ENOMEM;
	free(rows->chosen_cgroup);
	rows->chosen_cgroup = cgroup;
	return 0;
}

const struct view_row *console_rows_commands(const struct console_rows *rows, size_t at,
					     size_t *ret_count)
{
	const struct view *view = &rows->view;
	size_t end = at + 1;

	while (end < view->count && view->rows[end].record == DENET_RECORD_COMMAND)
		end++;
	*ret_count = end - at - 1;
	return view->rows + at + 1;
}
