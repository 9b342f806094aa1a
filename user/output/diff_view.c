/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/diff_view.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "metrics/keys.h"
#include "output/escape.h"
#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"
#include "util/json.h"

#define JUDGED 3 /* figures that come first, and always */
#define CELL_COLUMNS 24
#define CHANGE_COLUMNS 9

static struct human value_of(const char *unit, double value)
{
	struct human human = { "n/a" };
	uint64_t whole = value > 0 ? (uint64_t)(value + 0.5) : 0;

	if (isnan(value))
		return human;
	if (strcmp(unit, "ns") == 0)
		return human_duration(whole);
	if (strcmp(unit, "kb") == 0)
		return human_kib(whole);
	if (strcmp(unit, "bytes") == 0)
		return human_bytes(whole);
	if (!*unit)
		return human_count(whole);
	(void)snprintf(human.text, sizeof(human.text), "%.4g %.10s", value, unit);
	return human;
}

/* Half of the distance of the quartiles: where most runs lie around the median. */
static void append_side(struct buf *buf, const char *unit, const struct denet_spread *spread)
{
	buf_append_text(buf, value_of(unit, spread->median).text);
	if (spread->count > 1)
		buf_printf(buf, " +- %s", value_of(unit, (spread->upper - spread->lower) / 2).text);
}

static void append_change(struct buf *buf, const struct denet_difference *row)
{
	if (!isnan(row->change))
		buf_printf(buf, "%+.1f %%", round(1000 * row->change) / 10 + 0.0);
	else if (row->base.median <= 0 && row->head.median > 0)
		buf_append_text(buf, "new");
}

static const char *verdict_of(const struct denet_difference *row)
{
	static const char *const texts[] = {
		[DENET_VERDICT_NONE] = "",
		[DENET_VERDICT_NOISE] = "within the noise",
		[DENET_VERDICT_LESS] = "less",
		[DENET_VERDICT_MORE] = "more",
	};

	return texts[row->verdict];
}

static void append_name(struct buf *buf, const char *name, bool is_markdown)
{
	if (is_markdown)
		escape_markdown(buf, name);
	else
		buf_append_text(buf, text_name(true, name).text);
}

static void append_padded(struct buf *buf, const struct buf *cell, size_t columns)
{
	size_t width = text_width(buf_text(cell));

	buf_append_text(buf, buf_text(cell));
	buf_append_repeated(buf, ' ', width < columns ? columns - width : 0);
}

static void append_row(struct buf *buf, const struct denet_difference *row, bool is_program,
		       bool is_markdown)
{
	const size_t columns[] = { CELL_COLUMNS, CELL_COLUMNS, CELL_COLUMNS, CHANGE_COLUMNS };
	AUTO(buf) struct buf name = { 0 };
	AUTO(buf) struct buf base = { 0 };
	AUTO(buf) struct buf head = { 0 };
	AUTO(buf) struct buf change = { 0 };
	const struct buf *cells[] = { &name, &base, &head, &change };

	if (is_program)
		append_name(&name, row->name, is_markdown);
	else
		buf_append_text(&name, row->name);
	append_side(&base, row->unit, &row->base);
	append_side(&head, row->unit, &row->head);
	append_change(&change, row);
	for (size_t i = 0; i < sizeof(cells) / sizeof(cells[0]); i++) {
		buf_append_text(buf, is_markdown ? "| " : i ? "  " : "");
		append_padded(buf, cells[i], is_markdown ? 0 : columns[i]);
		buf_append_text(buf, is_markdown ? " " : "");
	}
	buf_printf(buf, is_markdown ? "| %s |" : "  %s", verdict_of(row));
	while (!buf->error && buf->len && buf->data[buf->len - 1] == ' ')
		buf->data[--buf->len] = '\0';
	buf_append_char(buf, '\n');
}

static void append_heading(struct buf *buf, const char *what, const struct diff_context *context,
			   bool is_markdown)
{
	if (is_markdown)
		buf_printf(buf,
			   "\n| %s | base (%zu) | head (%zu) | change | |\n"
			   "|---|---|---|---|---|\n",
			   what, context->base_runs, context->head_runs);
	else
		buf_printf(buf, "\n%-*s  base (%zu)%*shead (%zu)\n", CELL_COLUMNS, what,
			   context->base_runs, context->base_runs < 10 ? 18 : 17, "",
			   context->head_runs);
}

static bool is_shown(const struct denet_difference *row, size_t index, bool is_verbose)
{
	bool is_known = !isnan(row->base.median) && !isnan(row->head.median);

	return index < JUDGED || (is_known && (is_verbose || row->base.median < row->head.median ||
					       row->base.median > row->head.median));
}

static bool is_pss_told(const struct denet_comparison *comparison)
{
	const struct denet_difference *row;

	for (size_t i = 0; i < JUDGED && (row = denet_comparison_figure(comparison, i)); i++)
		if (strcmp(row->name, KEY_PEAK_PSS_KB) == 0)
			return true;
	return false;
}

static void append_notes(struct buf *buf, const struct denet_comparison *comparison,
			 const struct diff_context *context)
{
	size_t fewest =
		context->base_runs < context->head_runs ? context->base_runs : context->head_runs;

	buf_append_text(buf,
			"\nMedians of the runs, +- half of the distance of their quartiles.\n");
	if (fewest < DENET_VERDICT_RUNS)
		buf_printf(buf, "Fewer than %d runs a side: nothing is judged.\n",
			   DENET_VERDICT_RUNS);
	else if (fewest < DENET_VERDICT_PROGRAM_RUNS)
		buf_printf(buf, "Fewer than %d runs a side: programs are not judged.\n",
			   DENET_VERDICT_PROGRAM_RUNS);
	if (denet_comparison_omitted(comparison))
		buf_printf(buf, "Programs that used less: %zu more.\n",
			   denet_comparison_omitted(comparison));
	if (context->is_sampled)
		buf_append_text(buf, "Sampled from /proc: lower bounds.\n");
	if (context->is_pss_rough && is_pss_told(comparison))
		buf_append_text(buf,
				"Peak of PSS: rough, as the tree changed while it was read.\n");
}

void diff_view_append(struct buf *buf, const struct denet_comparison *comparison,
		      const struct diff_context *context, bool is_markdown)
{
	const struct denet_difference *row;

	append_heading(buf, "figure", context, is_markdown);
	for (size_t i = 0; (row = denet_comparison_figure(comparison, i)); i++)
		if (is_shown(row, i, context->is_verbose))
			append_row(buf, row, false, is_markdown);
	append_heading(buf, "cpu of program", context, is_markdown);
	for (size_t i = 0; (row = denet_comparison_program(comparison, i)); i++)
		append_row(buf, row, true, is_markdown);
	append_notes(buf, comparison, context);
}

static void append_json_side(struct json *json, const char *key, const struct denet_spread *spread)
{
	json_object_begin(json, key);
	json_u64(json, "runs", spread->count);
	json_double(json, "median", spread->median);
	json_double(json, "lower_quartile", spread->lower);
	json_double(json, "upper_quartile", spread->upper);
	json_double(json, "min", spread->min);
	json_double(json, "max", spread->max);
	json_object_end(json);
}

static void append_json_row(struct json *json, const struct denet_difference *row)
{
	static const char *const verdicts[] = {
		[DENET_VERDICT_NONE] = NULL,
		[DENET_VERDICT_NOISE] = "noise",
		[DENET_VERDICT_LESS] = "less",
		[DENET_VERDICT_MORE] = "more",
	};

	json_object_begin(json, NULL);
	json_string(json, "name", row->name);
	json_string(json, "unit", row->unit);
	append_json_side(json, "base", &row->base);
	append_json_side(json, "head", &row->head);
	json_double(json, "change", row->change);
	json_double(json, "p", row->p);
	json_string(json, "verdict", verdicts[row->verdict]);
	json_object_end(json);
}

void diff_view_append_json(struct buf *buf, const struct denet_comparison *comparison,
			   const struct diff_context *context)
{
	const struct denet_difference *row;
	struct json json;

	json_init_pretty(&json, buf);
	json_object_begin(&json, NULL);
	json_u64(&json, "base_runs", context->base_runs);
	json_u64(&json, "head_runs", context->head_runs);
	json_bool(&json, "lower_bounds", context->is_sampled);
	json_bool(&json, KEY_PSS_IS_ROUGH, context->is_pss_rough);
	json_array_begin(&json, "figures");
	for (size_t i = 0; (row = denet_comparison_figure(comparison, i)); i++)
		append_json_row(&json, row);
	json_array_end(&json);
	json_array_begin(&json, "programs");
	for (size_t i = 0; (row = denet_comparison_program(comparison, i)); i++)
		append_json_row(&json, row);
	json_array_end(&json);
	json_u64(&json, "programs_left_out", denet_comparison_omitted(comparison));
	json_object_end(&json);
	buf_append_char(buf, '\n');
}
