/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/layout.h"

#include <stdarg.h>
#include <string.h>

#include "output/text.h"
#include "util/cleanup.h"

#define INDENT 2
#define WIDTH_INDENTED 60
#define WIDTH_MIN 30
#define WIDTH_MAX 120 /* longer lines are hard to read */
#define PIECE_GAP "   "

size_t layout_indent(const struct term_style *style)
{
	return style->columns < WIDTH_INDENTED ? 0 : INDENT;
}

void layout_init(struct layout *layout, struct buf *buf, const struct term_style *style,
		 size_t label_columns)
{
	size_t width = style->columns;

	if (width < WIDTH_MIN)
		width = WIDTH_MIN;
	if (width > WIDTH_MAX)
		width = WIDTH_MAX;
	*layout = (struct layout){
		.buf = buf,
		.style = style,
		.label_columns = label_columns,
		.indent = layout_indent(style),
		.width = width,
	};
}

void layout_row(struct layout *layout, const char *label)
{
	layout_row_end(layout);
	layout->label = label;
}

void layout_row_end(struct layout *layout)
{
	if (layout->column > 0)
		buf_append_char(layout->buf, '\n');
	layout->column = 0;
	layout->label = NULL;
}

static size_t margin(const struct layout *layout)
{
	return layout->indent + layout->label_columns;
}

static void begin_line(struct layout *layout)
{
	const char *label = layout->label ? layout->label : "";
	size_t label_len = strlen(label);

	buf_append_repeated(layout->buf, ' ', layout->indent);
	term_append(layout->buf, layout->style, TONE_FAINT, label);
	if (label_len < layout->label_columns)
		buf_append_repeated(layout->buf, ' ', layout->label_columns - label_len);
	layout->label = NULL;
	layout->column = margin(layout);
}

static void break_line(struct layout *layout)
{
	buf_append_char(layout->buf, '\n');
	begin_line(layout);
}

static void put(struct layout *layout, enum term_tone tone, const char *text)
{
	term_append(layout->buf, layout->style, tone, text);
	layout->column += text_width(text);
}

/* For what is wider than a line. Cuts text up. */
static void put_words(struct layout *layout, enum term_tone tone, char *text)
{
	char *rest = NULL;
	bool is_first = true;

	for (char *word = strtok_r(text, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (!is_first && layout->column + 1 + text_width(word) > layout->width)
			break_line(layout);
		else if (!is_first)
			put(layout, TONE_PLAIN, " ");
		put(layout, tone, word);
		is_first = false;
	}
}

__attribute__((format(printf, 4, 0))) static void
add(struct layout *layout, enum term_tone tone, const char *gap, const char *format, va_list args)
{
	AUTO(buf) struct buf text = { 0 };
	bool is_first = layout->column == 0;
	size_t gap_columns = is_first ? 0 : strlen(gap);
	bool is_comma = *gap == ',';
	size_t width;

	buf_vprintf(&text, format, args);
	if (text.error) {
		layout->buf->error = text.error;
		return;
	}
	if (is_first)
		begin_line(layout);
	width = text_width(buf_text(&text));
	if (!is_first &&
	    layout->column + gap_columns + width + (is_comma ? 1 : 0) > layout->width) {
		if (is_comma)
			buf_append_char(layout->buf, ',');
		break_line(layout);
	} else if (!is_first) {
		put(layout, TONE_PLAIN, gap);
	}
	if (layout->column + width > layout->width)
		put_words(layout, tone, text.data);
	else
		put(layout, tone, buf_text(&text));
}

void layout_piece(struct layout *layout, enum term_tone tone, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(layout, tone, PIECE_GAP, format, args);
	va_end(args);
}

void layout_item(struct layout *layout, enum term_tone tone, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	add(layout, tone, ", ", format, args);
	va_end(args);
}
