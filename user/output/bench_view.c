/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A bench as a person reads it: on a terminal, and on a page. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "output/bench_internal.h"
#include "output/escape.h"
#include "output/text.h"
#include "util/cleanup.h"

#define NAME_COLUMNS 15
#define KEY_COLUMNS 27 /* with all figures by their keys */
#define CELL_COLUMNS 11
#define INDENT "  "
#define PROGRAMS_MAX 256

/* What has a row of its own, if a run had any of it. */
static const struct {
	const char *label;
	size_t offset;
} shown[] = {
	{ "user", offsetof(struct denet_summary, used.cpu_user_ns) },
	{ "system", offsetof(struct denet_summary, used.cpu_system_ns) },
	{ "waiting", offsetof(struct denet_summary, used.run_delay_ns) },
	{ "processes", offsetof(struct denet_summary, processes_total) },
	{ "disk read", offsetof(struct denet_summary, used.disk_read_bytes) },
	{ "disk written", offsetof(struct denet_summary, used.disk_write_bytes) },
};

static void append_cell(struct buf *buf, const char *text, size_t columns)
{
	size_t width = text_width(text);

	buf_append_text(buf, text);
	buf_append_repeated(buf, ' ', width < columns ? columns - width : 1);
}

static void end_line(struct buf *buf)
{
	while (!buf->error && buf->len && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
	buf_append_char(buf, '\n');
}

static void append_ratio(struct buf *buf, const struct denet_difference *row)
{
	double ratio = bench_ratio(row);

	if (!isnan(ratio))
		buf_printf(buf, "x%.2f %s", ratio, bench_verdict(row));
	else if (row->base.median <= 0 && row->head.median > 0)
		buf_append_text(buf, "new");
}

/* How a command's table is written. */
struct table {
	size_t name_columns;
	bool has_ratio;
};

static void append_row(struct buf *buf, const char *label, const struct denet_difference *row,
		       const struct table *table)
{
	const struct denet_spread *own = &row->head;
	const double values[] = { own->median, (own->upper - own->lower) / 2, own->min, own->max };

	buf_append_text(buf, INDENT);
	append_cell(buf, label, table->name_columns);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		append_cell(buf, bench_amount(row, values[i]).text, CELL_COLUMNS);
	if (table->has_ratio)
		append_ratio(buf, row);
	end_line(buf);
}

static void append_headings(struct buf *buf, const struct table *table)
{
	static const char *const headings[] = { "median", "+-", "min", "max" };

	buf_append_text(buf, INDENT);
	append_cell(buf, "", table->name_columns);
	for (size_t i = 0; i < sizeof(headings) / sizeof(headings[0]); i++)
		append_cell(buf, headings[i], CELL_COLUMNS);
	buf_append_text(buf, table->has_ratio ? "to 1" : "");
	end_line(buf);
}

static void append_figures(struct buf *buf, const struct denet_comparison *comparison,
			   const struct table *table)
{
	const char *memory = bench_has_pss(comparison) ? "memory (PSS)" : "memory (RSS)";

	append_row(buf, "wall", denet_comparison_figure(comparison, BENCH_WALL), table);
	append_row(buf, "cpu", denet_comparison_figure(comparison, BENCH_CPU), table);
	append_row(buf, memory, denet_comparison_figure(comparison, BENCH_PEAK), table);
	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++) {
		const struct denet_difference *row = bench_row(comparison, shown[i].offset);

		if (row && row->head.max > 0)
			append_row(buf, shown[i].label, row, table);
	}
}

/* The rest by their keys. */
static void append_all(struct buf *buf, const struct denet_comparison *comparison,
		       const struct table *table)
{
	const struct denet_difference *row;

	for (size_t i = 0; (row = denet_comparison_figure(comparison, i)); i++)
		if (row->head.count)
			append_row(buf, row->name, row, table);
}

static int by_own_cpu(const void *a, const void *b)
{
	const struct denet_difference *const *x = a, *const *y = b;
	double first = (*x)->head.median, second = (*y)->head.median;

	if (first < second || first > second)
		return first < second ? 1 : -1;
	return strcmp((*x)->name, (*y)->name);
}

static void append_programs(struct buf *buf, const struct denet_comparison *comparison,
			    const struct table *table)
{
	const struct denet_difference *rows[PROGRAMS_MAX];
	size_t count = 0;

	while (count < PROGRAMS_MAX && (rows[count] = denet_comparison_program(comparison, count)))
		count++;
	qsort(rows, count, sizeof(rows[0]), by_own_cpu);
	if (count)
		buf_append_text(buf, INDENT "cpu of\n");
	for (size_t i = 0; i < count; i++)
		if (rows[i]->head.max > 0 || rows[i]->base.max > 0)
			append_row(buf, text_name(true, rows[i]->name).text, rows[i], table);
	if (denet_comparison_omitted(comparison))
		buf_printf(buf, INDENT "programs that used less: %zu more\n",
			   denet_comparison_omitted(comparison));
}

static void append_title(struct buf *buf, const struct term_style *style,
			 const struct bench_command *command, size_t number)
{
	AUTO(buf) struct buf title = { 0 };

	buf_printf(&title, "%zu: ", number);
	text_append_fitted(&title, style->is_unicode, command->text, strlen(command->text),
			   style->columns > 20 ? style->columns - 12 : 8);
	buf_append_char(buf, '\n');
	term_append(buf, style, TONE_STRONG, buf_text(&title));
	buf_printf(buf, "  %zu %s\n", command->runs_count,
		   command->runs_count == 1 ? "run" : "runs");
}

void bench_view_append(struct buf *buf, const struct term_style *style,
		       const struct bench_result *result)
{
	for (size_t i = 0; i < result->count; i++) {
		const struct bench_command *command = &result->commands[i];
		const struct table table = {
			.name_columns = result->is_verbose ? KEY_COLUMNS : NAME_COLUMNS,
			.has_ratio = i > 0,
		};

		append_title(buf, style, command, i + 1);
		if (!command->comparison)
			continue;
		append_headings(buf, &table);
		append_figures(buf, command->comparison, &table);
		if (result->is_verbose)
			append_all(buf, command->comparison, &table);
		append_programs(buf, command->comparison, &table);
	}
	buf_append_char(buf, '\n');
	bench_notes_append(buf, result, "");
}

static void append_markdown_cell(struct buf *buf, const struct denet_difference *row)
{
	double half = (row->head.upper - row->head.lower) / 2;

	buf_printf(buf, " %s +- %s |", bench_amount(row, row->head.median).text,
		   bench_amount(row, half).text);
}

static void append_markdown_ratio(struct buf *buf, const struct denet_difference *row)
{
	buf_append_char(buf, ' ');
	append_ratio(buf, row);
	buf_append_text(buf, " |");
}

static void append_markdown_row(struct buf *buf, const struct bench_command *command, size_t number)
{
	const struct denet_comparison *comparison = command->comparison;

	buf_printf(buf, "| %zu ", number);
	escape_markdown(buf, command->text);
	buf_printf(buf, " | %zu |", command->runs_count);
	for (size_t i = BENCH_WALL; i <= BENCH_PEAK; i++)
		if (comparison)
			append_markdown_cell(buf, denet_comparison_figure(comparison, i));
		else
			buf_append_text(buf, " |");
	for (size_t i = BENCH_WALL; i <= BENCH_PEAK; i++)
		if (comparison && number > 1)
			append_markdown_ratio(buf, denet_comparison_figure(comparison, i));
		else
			buf_append_text(buf, " |");
	buf_append_char(buf, '\n');
}

void bench_markdown_append(struct buf *buf, const struct bench_result *result)
{
	buf_append_text(buf, "| command | runs | wall | cpu | memory | wall to 1 | cpu to 1 | "
			     "memory to 1 |\n|---|---|---|---|---|---|---|---|\n");
	for (size_t i = 0; i < result->count; i++)
		append_markdown_row(buf, &result->commands[i], i + 1);
	buf_append_char(buf, '\n');
	bench_notes_append(buf, result, "- ");
}
