/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/show_history.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"

#define NAME_COLUMNS 28
#define FIGURE_COLUMNS 26
#define SERIES_MAX 60 /* of a screen; records have all */

static void append_value(struct buf *buf, const char *figure, double value)
{
	struct human human;

	if (strstr(figure, "bytes"))
		human = human_bytes((uint64_t)value);
	else
		(void)snprintf(human.text, sizeof(human.text), "%.2f", value);
	buf_printf(buf, "  %9s", human.text);
}

static void append_row(struct buf *buf, const struct term_style *style,
		       const struct host_history *figures)
{
	const char *name = figures->group ? figures->group : "machine";
	size_t used = text_append_name(buf, style->is_unicode, name, NAME_COLUMNS);
	const double values[] = { figures->min, figures->mean, figures->p50,
				  figures->p95, figures->p99,  figures->max };

	buf_append_repeated(buf, ' ', NAME_COLUMNS - used);
	buf_printf(buf, "  %-*s", FIGURE_COLUMNS, figures->figure);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		append_value(buf, figures->figure, values[i]);
	buf_append_char(buf, '\n');
}

static void append_heading(struct buf *buf, const struct term_style *style)
{
	AUTO(buf) struct buf line = { 0 };

	buf_printf(&line, "%-*s  %-*s  %9s  %9s  %9s  %9s  %9s  %9s", NAME_COLUMNS, "history",
		   FIGURE_COLUMNS, "figure", "min", "mean", "p50", "p95", "p99", "max");
	buf_append_char(buf, '\n');
	term_append(buf, style, TONE_FAINT, buf_text(&line));
	buf_append_char(buf, '\n');
}

static bool is_chosen(const struct choice *choice, const char *group)
{
	for (size_t i = 0; group && i < choice->count; i++)
		if (strcmp(choice->items[i]->figures.name, group) == 0)
			return true;
	return !group;
}

void show_history_append(struct buf *buf, const struct term_style *style,
			 const struct history *history, const struct choice *choice,
			 uint64_t window_ns)
{
	size_t count = history_count(history), shown = 0;
	int r = 0;

	append_heading(buf, style);
	for (size_t i = 0; i < count && r != -ENOMEM; i++) {
		struct host_history figures;

		r = history_tell(history, i, window_ns, &figures);
		if (!r && is_chosen(choice, figures.group) && ++shown <= SERIES_MAX)
			append_row(buf, style, &figures);
	}
	if (shown > SERIES_MAX)
		buf_printf(buf, "and %s more\n", human_count(shown - SERIES_MAX).text);
	if (r == -ENOMEM && !buf->error)
		buf->error = r;
}
