/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/waited_view.h"

#include <stdlib.h>
#include <string.h>

#include "output/grid.h"
#include "output/human.h"
#include "output/text.h"
#include "util/cleanup.h"
#include "util/units.h"

#define WALL_PROGRAMS 3 /* in the row of the wall time */
#define LONG_PROGRAMS 8
#define HEAVIEST_MIN 10 /* of fewer processes the table by command says enough */
#define DELAY_PART 10u /* waiting for a CPU is told when it is more than that part */

/* Less than a hundredth is nothing that one waits for. */
static bool is_much(uint64_t part_ns, uint64_t whole_ns)
{
	return part_ns >= whole_ns / 100 && part_ns > 0;
}

/* Of one process or stretch: a second of hours is something to look into. */
static bool is_notable(uint64_t part_ns, uint64_t whole_ns)
{
	return is_much(part_ns, whole_ns) || part_ns >= NS_PER_S;
}

static void append_programs(struct buf *text, const struct denet_waited *waited, bool is_unicode,
			    size_t max)
{
	for (size_t i = 0; i < waited->programs_count && i < max; i++) {
		const struct denet_waited_program *program = &waited->programs[i];

		if (!is_much(program->time_ns, waited->wall_ns))
			break;
		buf_printf(text, "%s%s %s", i ? ", " : "",
			   text_name(is_unicode, program->comm).text,
			   human_share(program->time_ns, waited->wall_ns).text);
	}
}

/* Who did all by itself waited for nobody. */
static bool is_worth_telling(const struct denet_waited *waited)
{
	return waited && !waited->unknown && waited->segments_count > 1;
}

static uint64_t alone_ns(const struct denet_parallel *parallel)
{
	return parallel && parallel->count > 2 ? parallel->time_ns[1] : 0;
}

static void show_unknown(struct layout *layout, const struct waited_context *context)
{
	const char *path = context->is_dropped ? context->records_path : NULL;
	AUTO(buf) struct buf text = { 0 };

	if (path)
		text_append_fitted(&text, layout->style->is_unicode, path, strlen(path), SIZE_MAX);
	layout_piece(layout, TONE_PLAIN, "for what is not known: %s%s%s", context->waited->unknown,
		     path ? "; see denet-bpf stats " : "", buf_text(&text));
}

void waited_view_show_wall(struct layout *layout, const struct waited_context *context)
{
	AUTO(buf) struct buf text = { 0 };
	uint64_t alone;

	if (!context || !is_worth_telling(context->waited))
		return;
	alone = alone_ns(context->parallel);
	append_programs(&text, context->waited, layout->style->is_unicode, WALL_PROGRAMS);
	if (text.len)
		layout_piece(layout, TONE_PLAIN, "waited for %s", buf_text(&text));
	if (is_much(alone, context->waited->wall_ns))
		layout_piece(layout, TONE_PLAIN, "alone for %s", human_duration(alone).text);
}

static void show_waited(struct layout *layout, const struct waited_context *context)
{
	const struct denet_waited *waited = context->waited;
	AUTO(buf) struct buf text = { 0 };

	layout_row(layout, "waited");
	if (waited->unknown) {
		show_unknown(layout, context);
		return;
	}
	append_programs(&text, waited, layout->style->is_unicode, LONG_PROGRAMS);
	if (text.len)
		layout_piece(layout, TONE_PLAIN, "for %s", buf_text(&text));
	if (is_much(waited->waiting_ns, waited->wall_ns))
		layout_piece(layout, TONE_PLAIN, "of it waiting %s",
			     human_duration(waited->waiting_ns).text);
	if (waited->run_delay_ns > waited->wall_ns / DELAY_PART)
		layout_piece(layout, TONE_PLAIN, "about %s for a cpu",
			     human_duration(waited->run_delay_ns).text);
}

/* By twos: 1, 2, 3-4, 5-8 and so on. */
static void show_parallel(struct layout *layout, const struct denet_parallel *parallel)
{
	layout_row(layout, "at once");
	for (size_t from = 1, to = 1; from < parallel->count; from = to + 1, to *= 2) {
		uint64_t time_ns = 0;

		for (size_t i = from; i <= to && i < parallel->count; i++)
			time_ns += parallel->time_ns[i];
		if (!time_ns)
			continue;
		if (from == to)
			layout_piece(layout, TONE_PLAIN, "%zu for %s", from,
				     human_duration(time_ns).text);
		else
			layout_piece(layout, TONE_PLAIN, "%zu-%zu for %s", from, to,
				     human_duration(time_ns).text);
	}
}

void waited_view_show_rest(struct layout *layout, const struct waited_context *context)
{
	if (!context || !context->is_long || !context->waited)
		return;
	if (context->waited->unknown || is_worth_telling(context->waited))
		show_waited(layout, context);
	if (context->parallel && !context->parallel->unknown && context->parallel->count > 2)
		show_parallel(layout, context->parallel);
}

/* --- over time ----------------------------------------------------------------------------- */

#define SPARKS_MAX 24
#define SPARKS_MIN 4 /* of fewer there is nothing to see */

/* The largest of the columns that fall together. */
static double height_at(const struct denet_series *series, bool is_memory, size_t spark,
			size_t sparks)
{
	size_t from = spark * series->count / sparks, to = (spark + 1) * series->count / sparks;
	double height = 0;

	for (size_t i = from; i < to; i++) {
		double one = is_memory ? (double)series->memory_kb[i] : series->cpu_cores[i];

		if (one > height)
			height = one;
	}
	return height;
}

static double append_sparks(struct buf *text, const struct denet_series *series, bool is_memory)
{
	static const char *const levels[] = { "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█" };
	size_t sparks = series->count < SPARKS_MAX ? series->count : SPARKS_MAX;
	double most = 0;

	for (size_t i = 0; i < sparks; i++)
		if (height_at(series, is_memory, i, sparks) > most)
			most = height_at(series, is_memory, i, sparks);
	for (size_t i = 0; i < sparks && most > 0; i++)
		buf_append_text(
			text, levels[(size_t)(height_at(series, is_memory, i, sparks) / most * 7.0 +
					      0.5)]);
	return most;
}

void waited_view_show_series(struct layout *layout, const struct waited_context *context)
{
	const struct denet_series *series = context ? context->series : NULL;
	AUTO(buf) struct buf cpu = { 0 };
	AUTO(buf) struct buf memory = { 0 };
	double most;

	if (!series || series->count < SPARKS_MIN || !layout->style->is_unicode ||
	    !(layout->style->is_terminal || context->is_long))
		return;
	layout_row(layout, "over time");
	most = append_sparks(&cpu, series, false);
	if (most >= 0.01)
		layout_piece(layout, TONE_PLAIN, "cpu %s up to %.2f", buf_text(&cpu), most);
	most = append_sparks(&memory, series, true);
	if (most > 0)
		layout_piece(layout, TONE_PLAIN, "memory %s up to %s", buf_text(&memory),
			     human_kib((uint64_t)most).text);
}

/* --- tables -------------------------------------------------------------------------------- */

static const char *last_part(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash && slash[1] ? slash + 1 : path;
}

static const struct human nothing = { "" }, waiting = { "waiting" };

/* In seconds most of a short run would be 0.00. */
static struct human time_of(uint64_t ns, bool is_fine)
{
	if (ns == DENET_UNKNOWN)
		return nothing;
	return is_fine ? human_milliseconds(ns) : human_seconds(ns);
}

static bool is_fine(const struct denet_rollup *rollup)
{
	for (size_t i = 0; i < rollup->rows_count; i++)
		if (rollup->rows[i].cpu_time_ns >= NS_PER_S ||
		    (rollup->rows[i].wall_ns != DENET_UNKNOWN &&
		     rollup->rows[i].wall_ns >= NS_PER_S))
			return false;
	return true;
}

static struct human peak_of(const struct denet_rollup_row *row)
{
	return row->peak_rss_kb == DENET_UNKNOWN ? nothing : human_kib(row->peak_rss_kb);
}

/* A path stands in full behind the figures. */
static struct grid_row row_of(const struct term_style *style, const struct denet_rollup *rollup,
			      const struct denet_rollup_row *row, enum denet_rollup_by by)
{
	bool is_path = by == DENET_ROLLUP_EXE || by == DENET_ROLLUP_CGROUP;

	return (struct grid_row){
		.name = text_name(style->is_unicode, is_path ? last_part(row->name) : row->name),
		.cells = { human_count(row->runs), time_of(row->cpu_time_ns, is_fine(rollup)),
			   human_share(row->cpu_time_ns, rollup->cpu_time_ns),
			   time_of(row->wall_ns, is_fine(rollup)), peak_of(row) },
		.command = row->command,
		.text = is_path ? row->name : NULL,
	};
}

static void append_rollup(struct buf *buf, const struct term_style *style,
			  const struct denet_rollup *rollup, enum denet_rollup_by by)
{
	static const char *const headings[] = { "process", "command", "command", "program",
						"job",	   "cgroup",  "user" };
	AUTO_FREE struct grid_row *rows = calloc(rollup->rows_count + 1, sizeof(*rows));
	const struct grid grid = {
		.heading = headings[by],
		.headings = { "runs", "cpu", "", "wall", "peak" },
		.cells = 5,
		.rows = rows,
		.count = rollup->rows_count,
	};

	if (!rows) {
		return;
	}
	for (size_t i = 0; i < rollup->rows_count; i++)
		rows[i] = row_of(style, rollup, &rollup->rows[i], by);
	grid_append(buf, style, &grid);
	if (rollup->rows_omitted) {
		buf_append_repeated(buf, ' ', layout_indent(style));
		buf_printf(buf, "and %s more\n", human_count(rollup->rows_omitted).text);
	}
}

void waited_view_append_rows(struct buf *buf, const struct term_style *style,
			     const struct waited_context *context)
{
	const struct denet_rollup *rows = context->rows;

	if (rows->unknown || !rows->rows_count) {
		buf_append_repeated(buf, ' ', layout_indent(style));
		buf_printf(buf, "no rows: %s\n", rows->unknown ? rows->unknown : "nothing matches");
		return;
	}
	append_rollup(buf, style, rows, context->rows_by);
}

/* With a blank line behind it; without rows nothing. */
static void append_grid(struct buf *buf, const struct term_style *style, const struct grid *grid)
{
	if (!grid->count)
		return;
	grid_append(buf, style, grid);
	buf_append_char(buf, '\n');
}

static void append_heaviest(struct buf *buf, const struct term_style *style,
			    const struct denet_rollup *heaviest)
{
	AUTO_FREE struct grid_row *rows = calloc(heaviest->rows_count + 1, sizeof(*rows));
	struct grid grid = {
		.heading = "heaviest",
		.headings = { "cpu", "wall", "peak" },
		.cells = 3,
		.rows = rows,
	};

	if (!rows)
		return;
	for (size_t i = 0; i < heaviest->rows_count; i++) {
		const struct denet_rollup_row *row = &heaviest->rows[i];

		if (!is_notable(row->cpu_time_ns, heaviest->cpu_time_ns))
			break;
		rows[grid.count++] = (struct grid_row){
			.name = text_name(style->is_unicode, row->name),
			.cells = { time_of(row->cpu_time_ns, is_fine(heaviest)),
				   time_of(row->wall_ns, is_fine(heaviest)), peak_of(row) },
			.command = row->command,
		};
	}
	append_grid(buf, style, &grid);
}

static uint64_t length_of(const struct denet_waited_segment *segment)
{
	return segment->end_ns - segment->start_ns;
}

static int by_length(const void *a, const void *b)
{
	const struct denet_waited_segment *const *x = a, *const *y = b;
	uint64_t p = length_of(*x), q = length_of(*y);

	if (p != q)
		return p < q ? 1 : -1;
	return (*x)->start_ns < (*y)->start_ns ? -1 : (*x)->start_ns > (*y)->start_ns;
}

static void append_segments(struct buf *buf, const struct term_style *style,
			    const struct denet_waited *waited, size_t max)
{
	size_t count = waited->segments_count;
	AUTO_FREE const struct denet_waited_segment **order = calloc(count, sizeof(*order));
	AUTO_FREE struct grid_row *rows = calloc((count < max ? count : max) + 1, sizeof(*rows));
	struct grid grid = {
		.heading = "longest",
		.headings = { "wall", "from", "" },
		.cells = 3,
		.rows = rows,
	};

	if (!order || !rows)
		return;
	for (size_t i = 0; i < count; i++)
		order[i] = &waited->segments[i];
	qsort(order, count, sizeof(struct denet_waited_segment *), by_length);
	while (grid.count < max && grid.count < count &&
	       is_notable(length_of(order[grid.count]), waited->wall_ns))
		grid.count++;
	for (size_t i = 0; i < grid.count; i++)
		rows[i] = (struct grid_row){
			.name = text_name(style->is_unicode, order[i]->comm),
			.cells = { time_of(length_of(order[i]), waited->wall_ns < NS_PER_S),
				   time_of(order[i]->start_ns, waited->wall_ns < NS_PER_S),
				   order[i]->is_waiting ? waiting : nothing },
			.command = order[i]->command,
		};
	append_grid(buf, style, &grid);
}

void waited_view_append_tables(struct buf *buf, const struct term_style *style,
			       const struct waited_context *context)
{
	if (!context)
		return;
	if (context->heaviest && !context->heaviest->unknown &&
	    context->heaviest->processes >= HEAVIEST_MIN)
		append_heaviest(buf, style, context->heaviest);
	if (context->is_long && context->segments_max && is_worth_telling(context->waited))
		append_segments(buf, style, context->waited, context->segments_max);
}
