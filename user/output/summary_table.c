/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/summary_table.h"

#include <stdio.h>
#include <string.h>

#include "output/layout.h"
#include "output/text.h"
#include "util/cleanup.h"
#include "util/units.h"
#include "output/human.h"

#define ROWS_MAX 8
#define GAP 2
#define FINE_MAX_NS NS_PER_S
#define BAR_MIN 8
#define BAR_MAX 24

enum column { COLUMN_COUNT, COLUMN_CPU, COLUMN_SHARE, COLUMN_PEAK, COLUMNS };

struct row {
	struct text_name name;
	char cells[COLUMNS][sizeof(struct human)];
	uint64_t cpu_time_ns;
};

struct table {
	struct row rows[ROWS_MAX + 1]; /* the last for all others */
	size_t count;
	size_t name_columns;
	size_t cell_columns[COLUMNS];
	size_t bar_columns; /* 0 for none */
	uint64_t largest_ns;
	uint64_t total_ns;
	bool is_fine; /* in milliseconds: in seconds most would be 0.00 */
};

static const char *const headings[COLUMNS] = { "count", "cpu", "", "peak" };

static void fill_cell(struct row *row, enum column column, struct human value)
{
	memcpy(row->cells[column], value.text, sizeof(value.text));
}

/* 0 as in the row above the table. */
static struct human show_cpu(const struct table *table, uint64_t cpu_ns)
{
	if (!cpu_ns)
		return human_duration(0);
	return table->is_fine ? human_milliseconds(cpu_ns) : human_seconds(cpu_ns);
}

static void fill_row(struct row *row, const struct denet_group *group, const struct table *table)
{
	uint64_t cpu_time_ns = group->cpu_time_ns;

	fill_cell(row, COLUMN_COUNT, human_count(group->count));
	if (group->peak_rss_kb != DENET_UNKNOWN)
		fill_cell(row, COLUMN_PEAK, human_kib(group->peak_rss_kb));
	if (cpu_time_ns == DENET_UNKNOWN)
		return;
	row->cpu_time_ns = cpu_time_ns;
	fill_cell(row, COLUMN_CPU, show_cpu(table, cpu_time_ns));
	if (table->total_ns != DENET_UNKNOWN)
		fill_cell(row, COLUMN_SHARE, human_share(cpu_time_ns, table->total_ns));
}

/* Counts add up; of the peaks the largest stays. */
static void merge(struct denet_group *sum, const struct denet_group *group)
{
	sum->count += group->count;
	if (group->cpu_time_ns != DENET_UNKNOWN)
		sum->cpu_time_ns += group->cpu_time_ns;
	if (group->peak_rss_kb != DENET_UNKNOWN &&
	    (sum->peak_rss_kb == DENET_UNKNOWN || group->peak_rss_kb > sum->peak_rss_kb))
		sum->peak_rss_kb = group->peak_rss_kb;
}

static void add_others(struct table *table, const struct denet_summary *summary)
{
	struct denet_group others = { .peak_rss_kb = DENET_UNKNOWN };
	struct row *row = &table->rows[table->count++];

	for (size_t i = ROWS_MAX; i < summary->groups_count; i++)
		merge(&others, &summary->groups[i]);
	(void)snprintf(row->name.text, sizeof(row->name.text), "%s %s",
		       human_count(summary->groups_count - ROWS_MAX).text,
		       summary->groups_count == ROWS_MAX + 1 ? "other" : "others");
	fill_row(row, &others, table);
}

static void measure(struct table *table, const struct term_style *style)
{
	size_t used;

	table->name_columns = strlen("command");
	for (size_t c = 0; c < COLUMNS; c++)
		table->cell_columns[c] = strlen(headings[c]);
	for (size_t i = 0; i < table->count; i++) {
		const struct row *row = &table->rows[i];
		size_t width = text_width(row->name.text);

		if (width > table->name_columns)
			table->name_columns = width;
		for (size_t c = 0; c < COLUMNS; c++)
			if (strlen(row->cells[c]) > table->cell_columns[c])
				table->cell_columns[c] = strlen(row->cells[c]);
		if (row->cpu_time_ns > table->largest_ns)
			table->largest_ns = row->cpu_time_ns;
	}
	used = layout_indent(style) + table->name_columns;
	for (size_t c = 0; c < COLUMNS; c++)
		used += GAP + table->cell_columns[c];
	if (style->is_terminal && table->largest_ns > 0 && used + GAP + BAR_MIN < style->columns) {
		table->bar_columns = style->columns - used - GAP - 1;
		if (table->bar_columns > BAR_MAX)
			table->bar_columns = BAR_MAX;
	}
	/* The share repeats what the times say: the first to go. */
	if (used > style->columns)
		table->cell_columns[COLUMN_SHARE] = 0;
}

static void append_cell(struct buf *buf, const struct table *table, enum column column,
			const char *text)
{
	size_t width = table->cell_columns[column];

	if (width)
		buf_printf(buf, "%*s%*s", GAP, "", (int)width, text);
}

static void append_bar(struct buf *buf, const struct term_style *style, const struct table *table,
		       uint64_t cpu_time_ns)
{
	static const char *const eighths[] = { "", "▏", "▎", "▍", "▌", "▋", "▊", "▉" };
	double part = (double)cpu_time_ns / (double)table->largest_ns;
	size_t steps = style->is_unicode ? 8 : 1;
	size_t filled = (size_t)(part * (double)(table->bar_columns * steps) + 0.5);
	char bar[BAR_MAX * 3 + 4] = "";
	size_t len = 0;

	for (size_t i = 0; i < filled / steps; i++)
		len += (size_t)snprintf(bar + len, sizeof(bar) - len, "%s",
					style->is_unicode ? "█" : "#");
	(void)snprintf(bar + len, sizeof(bar) - len, "%s", eighths[filled % steps]);
	if (!bar[0])
		return;
	buf_append_repeated(buf, ' ', GAP);
	term_append(buf, style, TONE_BAR, bar);
}

/* Blanks at the end of a line only disturb who copies it. */
static void trim(struct buf *buf)
{
	while (!buf->error && buf->len > 0 && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
}

static void append_heading(struct buf *buf, const struct term_style *style,
			   const struct table *table)
{
	AUTO(buf) struct buf line = { 0 };

	buf_printf(&line, "%-*s", (int)table->name_columns, "command");
	for (enum column c = 0; c < COLUMNS; c++)
		append_cell(&line, table, c, headings[c]);
	trim(&line);
	buf_append_repeated(buf, ' ', layout_indent(style));
	term_append(buf, style, TONE_FAINT, buf_text(&line));
	buf_append_char(buf, '\n');
}

static void append_row(struct buf *buf, const struct term_style *style, const struct table *table,
		       const struct row *row)
{
	size_t width = text_width(row->name.text);

	buf_append_repeated(buf, ' ', layout_indent(style));
	buf_append_text(buf, row->name.text);
	buf_append_repeated(buf, ' ', table->name_columns - width);
	for (enum column c = 0; c < COLUMNS; c++)
		append_cell(buf, table, c, row->cells[c]);
	if (table->bar_columns)
		append_bar(buf, style, table, row->cpu_time_ns);
	trim(buf);
	buf_append_char(buf, '\n');
}

bool summary_table_is_shown(const struct denet_summary *summary)
{
	return summary->groups_count > 1 ||
	       (summary->groups_count == 1 && summary->groups[0].count > 1);
}

void summary_table_append(struct buf *buf, const struct term_style *style,
			  const struct denet_summary *summary)
{
	struct table table = {
		.total_ns = summary->used.cpu_time_ns,
		.is_fine =
			summary->groups_count > 0 && summary->groups[0].cpu_time_ns < FINE_MAX_NS,
	};

	if (!summary_table_is_shown(summary))
		return;
	for (size_t i = 0; i < summary->groups_count && i < ROWS_MAX; i++) {
		table.rows[i].name = text_name(style->is_unicode, summary->groups[i].comm);
		fill_row(&table.rows[i], &summary->groups[i], &table);
		table.count++;
	}
	if (summary->groups_count > ROWS_MAX)
		add_others(&table, summary);
	measure(&table, style);
	append_heading(buf, style, &table);
	for (size_t i = 0; i < table.count; i++)
		append_row(buf, style, &table, &table.rows[i]);
}
