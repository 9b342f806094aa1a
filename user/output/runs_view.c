/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/runs_view.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"

#define GAP 2
#define TEXT_COLUMNS 16 /* of what has to leave room for figures */

enum column {
	COLUMN_NAME, /* of a group */
	COLUMN_LABEL,
	COLUMN_HOST,
	COLUMN_JOB,
	COLUMN_START,
	COLUMN_RUNS,
	COLUMN_FAILED,
	COLUMN_WALL,
	COLUMN_CPU,
	COLUMN_PEAK,
	COLUMN_STATUS,
	COLUMN_USER,
	COLUMN_COMMAND,
	COLUMN_FILE,
	COLUMNS
};

/* What is not among a view's texts has a text of its own here. */
static const struct {
	const char *heading;
	bool is_right; /* figures stand below each other */
	bool is_long; /* only the long form has it */
} columns[] = {
	[COLUMN_NAME] = { .heading = NULL },
	[COLUMN_LABEL] = { .heading = "label" },
	[COLUMN_HOST] = { .heading = "host" },
	[COLUMN_JOB] = { .heading = "job" },
	[COLUMN_START] = { .heading = "start" },
	[COLUMN_RUNS] = { .heading = "runs", .is_right = true },
	[COLUMN_FAILED] = { .heading = "failed", .is_right = true },
	[COLUMN_WALL] = { .heading = "wall", .is_right = true },
	[COLUMN_CPU] = { .heading = "cpu", .is_right = true },
	[COLUMN_PEAK] = { .heading = "peak", .is_right = true },
	[COLUMN_STATUS] = { .heading = "status" },
	[COLUMN_USER] = { .heading = "user", .is_long = true },
	[COLUMN_COMMAND] = { .heading = "command", .is_long = true },
	[COLUMN_FILE] = { .heading = "file" },
};

struct runs_view {
	const struct term_style *style; /* borrowed */
	bool is_long;
	const char *name_heading;
	size_t widths[COLUMNS]; /* 0: nobody has it */
	struct buf cells[COLUMNS]; /* owned; of the row in hand */
	size_t sums; /* rows whose peak is one */
	size_t sampled;
	size_t skipped;
	size_t partial; /* in groups */
};

int runs_view_new(const struct term_style *style, bool is_long, struct runs_view **ret_view)
{
	struct runs_view *view = calloc(1, sizeof(*view));

	if (!view)
		return -ENOMEM;
	view->style = style;
	view->is_long = is_long;
	*ret_view = view;
	return 0;
}

void runs_view_free(struct runs_view *view)
{
	if (!view)
		return;
	for (size_t i = 0; i < COLUMNS; i++)
		buf_done(&view->cells[i]);
	free(view);
}

static void set_text(struct runs_view *view, enum column column, const char *text,
		     size_t columns_max)
{
	if (text)
		(void)text_append_fitted(&view->cells[column], view->style->is_unicode, text,
					 strlen(text), columns_max);
}

/* A file's name says most at its end, and is what one copies: it stands last and whole. */
static void set_texts(struct runs_view *view, const struct runs_row *row)
{
	static const struct {
		enum column column;
		enum runs_text text;
	} places[] = {
		{ COLUMN_LABEL, RUNS_LABEL }, { COLUMN_HOST, RUNS_HOST },
		{ COLUMN_JOB, RUNS_JOB },     { COLUMN_USER, RUNS_USER },
		{ COLUMN_FILE, RUNS_FILE },   { COLUMN_COMMAND, RUNS_COMMAND },
	};

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		bool is_whole = view->is_long || places[i].text == RUNS_FILE;

		set_text(view, places[i].column, row->texts[places[i].text],
			 is_whole ? SIZE_MAX : TEXT_COLUMNS);
	}
}

static void set_start(struct runs_view *view, uint64_t t0_ms)
{
	time_t at = (time_t)(t0_ms / 1000);
	struct tm local;
	char text[32];

	if (t0_ms != DENET_UNKNOWN && localtime_r(&at, &local) &&
	    strftime(text, sizeof(text), "%Y-%m-%d %H:%M", &local))
		buf_append_text(&view->cells[COLUMN_START], text);
}

static void set_figures(struct runs_view *view, const struct runs_row *row)
{
	bool is_sum;
	uint64_t peak_kb = runs_row_peak(row, &is_sum);

	if (row->figures[RUNS_WALL] != DENET_UNKNOWN)
		buf_append_text(&view->cells[COLUMN_WALL],
				human_duration(row->figures[RUNS_WALL]).text);
	if (row->figures[RUNS_CPU] != DENET_UNKNOWN)
		buf_append_text(&view->cells[COLUMN_CPU],
				human_duration(row->figures[RUNS_CPU]).text);
	if (peak_kb != DENET_UNKNOWN)
		buf_printf(&view->cells[COLUMN_PEAK], "%s%s", human_kib(peak_kb).text,
			   is_sum ? "*" : " ");
}

static void set_status(struct runs_view *view, const struct runs_row *row)
{
	struct buf *cell = &view->cells[COLUMN_STATUS];

	if (row->end.known || !row->is_cut)
		text_append_end(cell, &row->end, false, DENET_UNKNOWN);
	if (row->is_cut)
		buf_append_text(cell, cell->len ? ", cut off" : "cut off");
	else if (row->is_incomplete)
		buf_append_text(cell, ", incomplete");
}

static void empty(struct runs_view *view)
{
	for (size_t i = 0; i < COLUMNS; i++)
		buf_reset(&view->cells[i]);
}

static void make_row(struct runs_view *view, const struct runs_row *row)
{
	empty(view);
	set_texts(view, row);
	set_start(view, row->t0_ms);
	set_figures(view, row);
	set_status(view, row);
}

static struct human value_of(const char *unit, double value)
{
	uint64_t whole = value > 0 ? (uint64_t)(value + 0.5) : 0;

	return strcmp(unit, "ns") == 0 ? human_duration(whole) : human_kib(whole);
}

/* Half of the distance of the quartiles: where most runs lie around the median. */
static void set_spread(struct runs_view *view, enum column column, const char *unit,
		       const struct denet_spread *spread, const char *end)
{
	struct buf *cell = &view->cells[column];

	if (isnan(spread->median))
		return;
	buf_append_text(cell, value_of(unit, spread->median).text);
	if (spread->count > 1)
		buf_printf(cell, " +- %s",
			   value_of(unit, (spread->upper - spread->lower) / 2).text);
	buf_append_text(cell, end);
}

static void make_group(struct runs_view *view, const struct runs_group *group)
{
	empty(view);
	set_text(view, COLUMN_NAME, group->name ? group->name : "(none)",
		 view->is_long ? SIZE_MAX : 2 * TEXT_COLUMNS);
	buf_append_text(&view->cells[COLUMN_RUNS], human_count(group->runs).text);
	buf_append_text(&view->cells[COLUMN_FAILED], human_count(group->failed).text);
	set_spread(view, COLUMN_WALL, "ns", &group->figures[RUNS_WALL], "");
	set_spread(view, COLUMN_CPU, "ns", &group->figures[RUNS_CPU], "");
	set_spread(view, COLUMN_PEAK, "kb", &group->peak, group->peak_is_sum ? "*" : " ");
}

static void measure(struct runs_view *view)
{
	for (size_t i = 0; i < COLUMNS; i++) {
		size_t width = text_width(buf_text(&view->cells[i]));

		if (width > view->widths[i] && (view->is_long || !columns[i].is_long))
			view->widths[i] = width;
	}
}

void runs_view_measure(struct runs_view *view, const struct runs_row *row)
{
	bool is_sum;

	make_row(view, row);
	measure(view);
	(void)runs_row_peak(row, &is_sum);
	view->sums += is_sum;
	view->sampled += row->accounting == DENET_ACCOUNTING_PROC;
	view->skipped += row->has_skipped;
}

void runs_view_measure_group(struct runs_view *view, enum runs_text what,
			     const struct runs_group *group)
{
	view->name_heading = runs_row_text_name(what);
	make_group(view, group);
	measure(view);
	view->sums += group->peak_is_sum;
	view->sampled += group->sampled;
	view->partial += group->runs - group->whole;
}

/* Blanks at the end of a line only disturb who copies it. */
static void append_cells(struct runs_view *view, struct buf *buf)
{
	size_t line = buf->len;

	for (size_t i = 0; i < COLUMNS; i++) {
		const char *text = buf_text(&view->cells[i]);
		size_t width = text_width(text);
		size_t blanks = view->widths[i] > width ? view->widths[i] - width : 0;

		if (!view->widths[i])
			continue;
		if (buf->len > line)
			buf_append_repeated(buf, ' ', GAP);
		buf_append_repeated(buf, ' ', columns[i].is_right ? blanks : 0);
		buf_append_text(buf, text);
		buf_append_repeated(buf, ' ', columns[i].is_right ? 0 : blanks);
		if (view->cells[i].error)
			buf->error = view->cells[i].error;
	}
	while (!buf->error && buf->len > line && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
}

void runs_view_append_heading(struct runs_view *view, struct buf *buf)
{
	AUTO(buf) struct buf line = { 0 };

	empty(view);
	for (size_t i = 0; i < COLUMNS; i++) {
		const char *heading = i == COLUMN_NAME ? view->name_heading : columns[i].heading;

		if (!view->widths[i] || !heading)
			continue;
		/* Behind each peak there is room for a mark. */
		buf_printf(&view->cells[i], "%s%s", heading, i == COLUMN_PEAK ? " " : "");
		if (text_width(buf_text(&view->cells[i])) > view->widths[i])
			view->widths[i] = text_width(buf_text(&view->cells[i]));
	}
	append_cells(view, &line);
	term_append(buf, view->style, TONE_FAINT, buf_text(&line));
	buf_append_char(buf, '\n');
}

void runs_view_append(struct runs_view *view, struct buf *buf, const struct runs_row *row)
{
	make_row(view, row);
	append_cells(view, buf);
	buf_append_char(buf, '\n');
}

void runs_view_append_group(struct runs_view *view, struct buf *buf, const struct runs_group *group)
{
	make_group(view, group);
	append_cells(view, buf);
	buf_append_char(buf, '\n');
}

void runs_view_append_notes(struct runs_view *view, struct buf *buf, size_t omitted)
{
	if (view->sums || view->sampled || view->skipped || omitted || view->name_heading)
		buf_append_char(buf, '\n');
	if (omitted)
		buf_printf(buf, "%s more.\n", human_count(omitted).text);
	if (view->name_heading)
		buf_append_text(
			buf, "Medians of the runs, +- half of the distance of their quartiles.\n");
	if (view->sums)
		buf_append_text(buf, "* The sum of RSS, which has shared pages in each process.\n");
	if (view->sampled)
		buf_printf(buf, "Sampled from /proc, lower bounds: %s of the runs.\n",
			   human_count(view->sampled).text);
	if (view->partial)
		buf_printf(buf, "Cut off or incomplete, in no figure: %s of the runs.\n",
			   human_count(view->partial).text);
	if (view->skipped)
		buf_printf(buf, "With lines that are no records: %s of the files.\n",
			   human_count(view->skipped).text);
}
