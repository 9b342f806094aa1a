/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Files are read one after the other, and of each no more is kept than its row. */
#include "cli/stats_runs.h"

#include <errno.h>
#include <unistd.h>

#include "cli/exit_status.h"
#include "cli/file_list.h"
#include "cli/inputs.h"
#include "cli/outputs.h"
#include "cli/run_table.h"
#include "output/runs_data.h"
#include "output/runs_view.h"
#include "output/term.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

#define ROWS_A_WRITE 256 /* no more of the output is kept */

/* What is written, row by row. */
struct writing {
	const struct options *options; /* borrowed, as the next two */
	struct run_table *table;
	struct sink *sink;
	struct runs_view *view; /* owned; NULL for JSON and CSV */
	struct run_group *groups; /* owned; NULL for a row a run */
	double *room; /* owned; for the values of a group */
	size_t count; /* of runs or groups */
	struct buf buf; /* of the row in hand */
	size_t written;
};

static void writing_freep(struct writing *writing)
{
	runs_view_free(writing->view);
	free(writing->groups);
	free(writing->room);
	buf_done(&writing->buf);
}

static int find_files(const struct options *options, struct file_list *list)
{
	int r = 0;

	for (size_t i = 0; i < options->files_count && !r; i++)
		r = file_list_add(list, options->files[i]);
	for (size_t i = 0; i < options->folders.count && !r; i++)
		r = file_list_add_folder(list, options->folders.items[i]);
	return r;
}

/* Memory alone ends it. */
static int read_file(struct run_table *table, const char *path, struct report *report, size_t *lost)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_stats *stats;
	int r = run_table_read(table, path, &stats, &error);

	if (r == -ENOMEM)
		return r;
	if (r) {
		(void)log_error(0, "cannot use '%s': %s", path, error.text);
		++*lost;
		return 0;
	}
	report_judge(report, stats->summary, path);
	denet_stats_free(stats);
	return 0;
}

static int read_files(struct run_table *table, const struct file_list *files, struct report *report,
		      size_t *lost)
{
	AUTO(inputs) struct inputs inputs = { 0 };
	int r = 0;

	for (size_t i = 0; i < files->count && r >= 0; i++) {
		r = inputs_take(&inputs, files->paths[i]);
		if (r > 0)
			r = read_file(table, files->paths[i], report, lost);
	}
	inputs_warn(&inputs);
	return r;
}

static enum run_key key_of(const struct options *options)
{
	return options->has_sort ? (enum run_key)options->sort : RUN_KEY_NONE;
}

static enum runs_text text_of(const struct options *options)
{
	return (enum runs_text)(options->group_by - 1);
}

static int arrange(struct writing *writing)
{
	const struct options *options = writing->options;
	enum run_key key = key_of(options);

	writing->count = writing->table->count;
	if (options->group_by) {
		writing->room = calloc(writing->count + 1, sizeof(*writing->room));
		if (!writing->room)
			return -ENOMEM;
		return run_table_group(writing->table, text_of(options), key, &writing->groups,
				       &writing->count);
	}
	return key == RUN_KEY_NONE ? 0 : run_table_sort(writing->table, key);
}

static size_t rows_of(const struct writing *writing)
{
	uint64_t top = writing->options->top;

	return top && top < writing->count ? (size_t)top : writing->count;
}

static void describe(const struct writing *writing, size_t index, struct runs_group *ret_group)
{
	run_table_describe(writing->table, &writing->groups[index], text_of(writing->options),
			   writing->room, ret_group);
}

static void append_row(struct writing *writing, const struct runs_row *row)
{
	if (writing->view)
		runs_view_append(writing->view, &writing->buf, row);
	else if (writing->options->csv)
		runs_data_append_csv(&writing->buf, row);
	else
		runs_data_append_json(&writing->buf, row);
}

static void append_group(struct writing *writing, const struct runs_group *group)
{
	if (writing->view)
		runs_view_append_group(writing->view, &writing->buf, group);
	else if (writing->options->csv)
		runs_data_append_group_csv(&writing->buf, group);
	else
		runs_data_append_group_json(&writing->buf, text_of(writing->options), group);
}

static void append(struct writing *writing, size_t index)
{
	struct runs_group group;

	if (!writing->groups) {
		append_row(writing, &writing->table->rows[index]);
		return;
	}
	describe(writing, index, &group);
	append_group(writing, &group);
}

static int put(struct writing *writing)
{
	struct buf *buf = &writing->buf;
	int r = buf->error ? buf->error : sink_add(writing->sink, buf_text(buf), buf->len);

	buf_reset(buf);
	if (!r && ++writing->written % ROWS_A_WRITE == 0)
		r = sink_flush(writing->sink);
	return r;
}

static void measure(struct writing *writing)
{
	struct runs_group group;

	for (size_t i = 0; i < rows_of(writing); i++) {
		if (!writing->groups) {
			runs_view_measure(writing->view, &writing->table->rows[i]);
			continue;
		}
		describe(writing, i, &group);
		runs_view_measure_group(writing->view, text_of(writing->options), &group);
	}
}

static int write_heading(struct writing *writing)
{
	if (writing->view) {
		measure(writing);
		runs_view_append_heading(writing->view, &writing->buf);
	} else if (writing->options->csv && writing->groups) {
		runs_data_append_group_csv_header(&writing->buf, text_of(writing->options));
	} else if (writing->options->csv) {
		runs_data_append_csv_header(&writing->buf);
	}
	return writing->buf.len || writing->buf.error ? put(writing) : 0;
}

static int write_notes(struct writing *writing)
{
	if (!writing->view)
		return 0;
	runs_view_append_notes(writing->view, &writing->buf, writing->count - rows_of(writing));
	return writing->buf.len || writing->buf.error ? put(writing) : 0;
}

static int write_rows(struct writing *writing)
{
	int r = write_heading(writing);

	for (size_t i = 0; i < rows_of(writing) && !r; i++) {
		append(writing, i);
		r = put(writing);
	}
	return r ? r : write_notes(writing);
}

static int write_table(const struct options *options, struct run_table *table)
{
	AUTO(writing) struct writing writing = { .options = options, .table = table };
	enum sink_framing framing = options->json ? SINK_ARRAY : SINK_RAW;
	AUTO(sink) struct sink *sink = NULL;
	struct term_style style;
	int r = arrange(&writing);

	term_style_detect(STDOUT_FILENO, (enum term_color)options->color, &style);
	style.has_color = style.has_color && !options->out;
	/* A table of nothing would be a heading alone. */
	if (!r && !options->json && !options->csv && table->count == 0)
		return 0;
	if (!r && !options->json && !options->csv)
		r = runs_view_new(&style, options->verbose, &writing.view);
	if (!r)
		r = options->out ? sink_open(options->out, framing, &sink)
				 : sink_new(STDOUT_FILENO, framing, &sink);
	writing.sink = sink;
	if (!r)
		r = write_rows(&writing);
	return r ? r : sink_finish(sink);
}

int stats_runs(const struct options *options, struct report *report)
{
	AUTO(file_list) struct file_list files = { 0 };
	AUTO(run_table) struct run_table table = { 0 };
	int r = find_files(options, &files);
	size_t lost = files.lost;

	if (!r && outputs_check(options, files.paths, files.count))
		return EXIT_STATUS_LOST;
	r = r ? r : read_files(&table, &files, report, &lost);
	if (r) {
		(void)log_error(r, "cannot read them all");
		return EXIT_STATUS_LOST;
	}
	r = write_table(options, &table);
	if (r)
		(void)log_error(r, "cannot write to '%s'", options->out ? options->out : "stdout");
	if (report_is_over_budget(report))
		return EXIT_STATUS_OVER_BUDGET;
	return r || lost ? EXIT_STATUS_LOST : EXIT_STATUS_OK;
}
