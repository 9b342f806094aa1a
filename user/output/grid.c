/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/grid.h"

#include <stdbool.h>
#include <string.h>

#include "output/layout.h"
#include "util/cleanup.h"

#define GAP 2
#define ALL_COLUMNS 4096
#define TAIL_MIN 8 /* less room is none */

struct measures {
	size_t name_columns;
	size_t cell_columns[GRID_CELLS_MAX];
	size_t tail_columns; /* 0: none */
};

static size_t larger(size_t a, size_t b)
{
	return a > b ? a : b;
}

static struct measures measure(const struct term_style *style, const struct grid *grid)
{
	struct measures measures = { .name_columns = text_width(grid->heading) };
	size_t used = layout_indent(style) + GAP;

	for (size_t c = 0; c < grid->cells; c++)
		measures.cell_columns[c] = text_width(grid->headings[c]);
	for (size_t i = 0; i < grid->count; i++) {
		const struct grid_row *row = &grid->rows[i];

		measures.name_columns = larger(measures.name_columns, text_width(row->name.text));
		for (size_t c = 0; c < grid->cells; c++)
			measures.cell_columns[c] =
				larger(measures.cell_columns[c], strlen(row->cells[c].text));
	}
	used += measures.name_columns;
	for (size_t c = 0; c < grid->cells; c++)
		used += measures.cell_columns[c] ? GAP + measures.cell_columns[c] : 0;
	if (used + TAIL_MIN < style->columns)
		measures.tail_columns = style->columns - used - 1;
	return measures;
}

enum telling { TELL_ALL, TELL_OPERANDS, TELL_FILES, TELL_SOURCES };

/* What has a dot behind its folders, as sources have, and is no definition. */
static bool is_file(const char *arg)
{
	const char *slash = strrchr(arg, '/');
	const char *name = slash ? slash + 1 : arg;

	return *name && strchr(name + 1, '.') && !strchr(arg, '=');
}

/* A compiler's line has more of what is made of a source than sources. */
static bool is_product(const char *arg)
{
	static const char *const ends[] = { ".d", ".o", ".s", ".a", ".so", ".res", ".tmp" };
	const char *end = strrchr(arg, '.');

	for (size_t i = 0; end && i < sizeof(ends) / sizeof(ends[0]); i++)
		if (strcmp(end, ends[i]) == 0)
			return true;
	return false;
}

static bool is_told(const char *arg, enum telling telling)
{
	if (telling == TELL_ALL || *arg == '-')
		return telling == TELL_ALL;
	return telling == TELL_OPERANDS ||
	       (is_file(arg) && (telling == TELL_FILES || !is_product(arg)));
}

static void append_arguments(struct buf *line, const struct term_style *style,
			     const struct denet_command *command, size_t columns,
			     enum telling telling)
{
	const char *at = command->args + strnlen(command->args, command->args_len);
	const char *end = command->args + command->args_len;
	AUTO(buf) struct buf args = { 0 };
	struct denet_command kept = { .truncated = command->truncated };

	for (at++; at < end; at += strnlen(at, (size_t)(end - at)) + 1)
		if (is_told(at, telling)) {
			buf_append_text(&args, at);
			buf_append_char(&args, '\0');
		}
	kept.args = args.data;
	kept.args_len = args.len;
	if (kept.args_len)
		text_append_command(line, style->is_unicode, &kept, columns);
}

static void append_tail(struct buf *buf, const struct term_style *style, const struct grid_row *row,
			size_t columns)
{
	AUTO(buf) struct buf whole = { 0 };
	size_t before;

	buf_append_repeated(buf, ' ', GAP);
	if (row->text) {
		text_append_fitted(buf, style->is_unicode, row->text, strlen(row->text), columns);
		return;
	}
	append_arguments(&whole, style, &row->command, ALL_COLUMNS, TELL_ALL);
	if (text_width(buf_text(&whole)) <= columns) {
		buf_append_text(buf, buf_text(&whole));
		return;
	}
	/* Options tell less than operands do, and those less than files. */
	before = buf->len;
	for (enum telling telling = TELL_SOURCES; buf->len == before && !buf->error; telling--) {
		append_arguments(buf, style, &row->command, columns, telling);
		if (telling == TELL_ALL)
			break;
	}
}

/* Blanks at the end of a line only disturb who copies it. */
static void end_line(struct buf *buf)
{
	while (!buf->error && buf->len > 0 && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
	buf_append_char(buf, '\n');
}

/* An empty column takes no room. */
static void append_cell(struct buf *buf, size_t columns, const char *text)
{
	if (columns)
		buf_printf(buf, "%*s%*s", GAP, "", (int)columns, text);
}

static void append_heading(struct buf *buf, const struct term_style *style, const struct grid *grid,
			   const struct measures *measures)
{
	AUTO(buf) struct buf line = { 0 };

	buf_printf(&line, "%-*s", (int)measures->name_columns, grid->heading);
	for (size_t c = 0; c < grid->cells; c++)
		append_cell(&line, measures->cell_columns[c], grid->headings[c]);
	buf_append_repeated(buf, ' ', layout_indent(style));
	term_append(buf, style, TONE_FAINT, buf_text(&line));
	end_line(buf);
}

static void append_row(struct buf *buf, const struct term_style *style, const struct grid *grid,
		       const struct measures *measures, const struct grid_row *row)
{
	buf_append_repeated(buf, ' ', layout_indent(style));
	buf_append_text(buf, row->name.text);
	buf_append_repeated(buf, ' ', measures->name_columns - text_width(row->name.text));
	for (size_t c = 0; c < grid->cells; c++)
		append_cell(buf, measures->cell_columns[c], row->cells[c].text);
	if (measures->tail_columns && (row->text || row->command.args_len))
		append_tail(buf, style, row, measures->tail_columns);
	end_line(buf);
}

void grid_append(struct buf *buf, const struct term_style *style, const struct grid *grid)
{
	const struct measures measures = measure(style, grid);

	append_heading(buf, style, grid, &measures);
	for (size_t i = 0; i < grid->count; i++)
		append_row(buf, style, grid, &measures, &grid->rows[i]);
}
