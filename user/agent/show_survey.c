/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/show_survey.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "agent/choice.h"
#include "denet/system.h"
#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"

#define NAME_COLUMNS 28
#define HEAVY_MAX 20

static double known(double value)
{
	return isnan(value) ? -1 : value;
}

static double weight(const struct host_processes *figures, enum agent_sort sort)
{
	switch (sort) {
	case SORT_MEMORY:
		return figures->memory_bytes == DENET_UNKNOWN ? -1 : (double)figures->memory_bytes;
	case SORT_PIDS:
		return (double)figures->processes_living;
	case SORT_NAME:
		return 0;
	default:
		return known(figures->cpu_usage);
	}
}

static int compare(const void *a, const void *b, void *context)
{
	const struct family *one = *(const struct family *const *)a;
	const struct family *other = *(const struct family *const *)b;
	const enum agent_sort *sort = context;
	double first = weight(&one->figures, *sort), second = weight(&other->figures, *sort);

	if (first != second)
		return first > second ? -1 : 1;
	return strcmp(one->name, other->name);
}

static void append_cell(struct buf *buf, int columns, const char *text)
{
	buf_printf(buf, "  %*s", columns, text);
}

static void append_count(struct buf *buf, int columns, uint64_t count)
{
	append_cell(buf, columns, count == DENET_UNKNOWN ? "" : human_count(count).text);
}

static void append_row(struct buf *buf, const struct term_style *style, const struct family *family)
{
	const struct host_processes *figures = &family->figures;
	char cpu[32] = "";
	size_t used = text_append_name(buf, style->is_unicode, family->name, NAME_COLUMNS);

	buf_append_repeated(buf, ' ', NAME_COLUMNS - used);
	if (isfinite(figures->cpu_usage))
		(void)snprintf(cpu, sizeof(cpu), "%.2f%%", figures->cpu_usage);
	append_cell(buf, 8, cpu);
	append_cell(buf, 9,
		    figures->memory_bytes == DENET_UNKNOWN
			    ? ""
			    : human_bytes(figures->memory_bytes).text);
	append_count(buf, 6, figures->processes_living);
	append_count(buf, 6, figures->processes_ended);
	append_count(buf, 6, figures->processes_failed);
	while (!buf->error && buf->len && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
	buf_append_char(buf, '\n');
}

static void append_heading(struct buf *buf, const struct term_style *style)
{
	AUTO(buf) struct buf line = { 0 };

	buf_printf(&line, "%-*s  %8s  %9s  %6s  %6s  %6s", NAME_COLUMNS, "processes", "cpu",
		   "memory", "alive", "ended", "failed");
	buf_append_char(buf, '\n');
	term_append(buf, style, TONE_FAINT, buf_text(&line));
	buf_append_char(buf, '\n');
}

static void append_families(struct buf *buf, const struct term_style *style,
			    const struct survey *survey, const struct agent_options *options)
{
	const struct families *families = &survey->families;
	AUTO_FREE const struct family **items = calloc(families->count + 1, sizeof(*items));
	enum agent_sort sort = (enum agent_sort)options->sort;
	size_t count = 0;

	if (!items) {
		buf->error = buf->error ? buf->error : -ENOMEM;
		return;
	}
	for (size_t i = 0; i < families->count; i++)
		if (choice_has_family(options, &families->items[i]))
			items[count++] = &families->items[i];
	if (!count)
		return;
	qsort_r(items, count, sizeof(*items), compare, &sort);
	append_heading(buf, style);
	for (size_t i = 0; i < count && (!options->top || i < options->top); i++)
		append_row(buf, style, items[i]);
	if (options->top && count > options->top)
		buf_printf(buf, "and %s more\n", human_count(count - options->top).text);
	if (strcmp(items[0]->figures.accounting, "exact") != 0)
		buf_append_text(buf,
				"CPU of these is at least so much: what ended between two looks "
				"is missing\n");
	if (families->has_too_many)
		buf_printf(buf, "of more than %d groups the others are in '%s'\n", FAMILIES_MAX,
			   FAMILY_REST);
}

static void append_heavy_row(struct buf *buf, const struct term_style *style,
			     const struct host_heavy *figures)
{
	struct text_name name = text_name(style->is_unicode, figures->name);

	buf_printf(buf, "  %s%*s", name.text, (int)(TEXT_NAME_COLUMNS - text_width(name.text)), "");
	buf_printf(buf, "  %7" PRIu64 "  %-6s", figures->pid, figures->reason);
	if (isfinite(figures->cpu_percent))
		buf_printf(buf, "  %.0f%%", figures->cpu_percent);
	buf_printf(buf, "  %s", human_bytes(figures->rss_bytes).text);
	if (figures->username) {
		buf_append_text(buf, "  ");
		(void)text_append_name(buf, style->is_unicode, figures->username, NAME_COLUMNS);
	}
	if (figures->container) {
		buf_append_text(buf, "  in ");
		(void)text_append_name(buf, style->is_unicode, figures->container, NAME_COLUMNS);
	}
	buf_append_text(buf, figures->ended ? "  ended\n" : "\n");
}

static void append_heavy(struct buf *buf, const struct term_style *style,
			 const struct survey *survey)
{
	const struct heavy *heavy = &survey->heavy;

	if (heavy->found_count) {
		buf_append_char(buf, '\n');
		term_append(buf, style, TONE_FAINT, "heavy processes");
		buf_append_char(buf, '\n');
	}
	for (size_t i = 0; i < heavy->found_count && i < HEAVY_MAX; i++)
		append_heavy_row(buf, style, &heavy->found[i].figures);
	if (heavy->found_count > HEAVY_MAX)
		buf_printf(buf, "  and %s more\n",
			   human_count(heavy->found_count - HEAVY_MAX).text);
	if (survey->tasks.unreadable)
		buf_printf(buf, "%s processes could not be read\n",
			   human_count(survey->tasks.unreadable).text);
}

/* They are not asked for by name. */
void show_survey_append(struct buf *buf, const struct term_style *style,
			const struct survey *survey, const struct agent_options *options)
{
	append_families(buf, style, survey, options);
	if (!options->containers.count && !options->groups.count)
		append_heavy(buf, style, survey);
}
