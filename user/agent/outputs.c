/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/outputs.h"

#include <errno.h>
#include <inttypes.h>
#include <unistd.h>

#include "agent/options.h"
#include "agent/show.h"
#include "host/history.h"
#include "output/human.h"
#include "record/host_record.h"
#include "util/log.h"
#include "util/sink.h"
#include "util/units.h"

static int open_file(struct outputs *outputs)
{
	int r = sink_open(outputs->options->out, SINK_LINES, &outputs->file);

	if (r)
		return log_error(r, "cannot open '%s'", outputs->options->out);
	if (stat(outputs->options->out, &outputs->file_stat))
		outputs->file_stat = (struct stat){ 0 };
	return 0;
}

int outputs_open(struct outputs *outputs, const struct agent_options *options)
{
	int r = sink_new(STDOUT_FILENO, options->json ? SINK_LINES : SINK_RAW, &outputs->screen);

	outputs->options = options;
	term_style_detect(STDOUT_FILENO, TERM_COLOR_AUTO, &outputs->style);
	if (r)
		return log_error(r, "cannot write to stdout");
	if (!options->out)
		return 0;
	return open_file(outputs);
}

static bool is_still(const struct outputs *outputs, const char *path)
{
	struct stat now;

	return outputs->file && path && stat(path, &now) == 0 &&
	       now.st_dev == outputs->file_stat.st_dev && now.st_ino == outputs->file_stat.st_ino;
}

void outputs_reload(struct outputs *outputs, const struct agent_options *options)
{
	struct sink *before = outputs->file;

	outputs->options = options;
	if (is_still(outputs, options->out))
		return;
	outputs->file = NULL;
	if (options->out && open_file(outputs))
		outputs->file = before;
	else
		sink_free(before);
}

void outputs_close(struct outputs *outputs)
{
	sink_free(outputs->screen);
	sink_free(outputs->file);
	rows_done(&outputs->rows);
	host_repeat_done(&outputs->repeat);
	buf_done(&outputs->text);
}

static int write_text(struct outputs *outputs, struct sink *sink)
{
	int r = outputs->text.error;

	return r ? r : sink_add(sink, outputs->text.data, outputs->text.len);
}

static int write_record(struct outputs *outputs, struct sink *sink, enum denet_record record,
			const void *figures)
{
	buf_reset(&outputs->text);
	host_record_append(&outputs->text, record, figures);
	return write_text(outputs, sink);
}

static int write_records(struct outputs *outputs, struct sink *sink)
{
	const struct rows *rows = &outputs->rows;
	int r = 0;

	for (size_t i = 0; i < rows->count && !r; i++) {
		const struct view_row *row = &rows->items[i];
		const char *text;
		size_t len;

		r = host_repeat_text(&outputs->repeat, row->record, row->figures, &text, &len);
		if (!r)
			r = sink_add(sink, text, len);
	}
	return r ? r : sink_flush(sink);
}

static int write_screen(struct outputs *outputs, const struct rows_of *of,
			const struct history *history)
{
	const struct show show = {
		.style = &outputs->style,
		.machine = &of->machine->figures,
		.choice = of->choice,
		.processes = of->processes,
		.survey = of->survey,
		.spaces = of->spaces,
		.history = history,
		.options = outputs->options,
		.is_verbose = outputs->options->verbose,
	};
	int r;

	buf_reset(&outputs->text);
	show_append(&outputs->text, &show);
	if (!outputs->options->once)
		buf_append_char(&outputs->text, '\n');
	r = write_text(outputs, outputs->screen);
	return r ? r : sink_flush(outputs->screen);
}

int outputs_announce(struct outputs *outputs, const struct history *history)
{
	const struct agent_options *options = outputs->options;
	uint64_t seconds = options->history.entries * options->interval_ns / NS_PER_S;
	struct buf *text = &outputs->text;
	int r;

	if (options->json || options->live)
		return 0;
	buf_reset(text);
	buf_printf(text, "history: the last %" PRIu64 " looks, %s; ", options->history.entries,
		   human_duration(seconds * NS_PER_S).text);
	buf_printf(text, "%s", human_bytes(history_machine_bytes(history)).text);
	buf_printf(text, " of memory, and %s for each of at most %d groups\n\n",
		   human_bytes(history_group_bytes(history)).text, HISTORY_GROUPS_MAX);
	r = write_text(outputs, outputs->screen);
	if (!r)
		r = sink_flush(outputs->screen);
	return r ? log_error(r, "cannot write to stdout") : 0;
}

int outputs_tell(struct outputs *outputs, const struct rows_of *of, const struct history *history,
		 bool is_first)
{
	const struct agent_options *options = outputs->options;
	int r = 0;

	if (is_first && options->once)
		return 0;
	host_repeat_begin(&outputs->repeat);
	if (outputs->file || options->json)
		r = rows_make(&outputs->rows, of);
	if (r)
		return log_error(r, "cannot tell of the cgroups");
	if (outputs->file)
		r = write_records(outputs, outputs->file);
	if (r)
		return log_error(r, "cannot write to '%s'", options->out);
	if (options->json)
		r = write_records(outputs, outputs->screen);
	else if (!is_first && !options->live)
		r = write_screen(outputs, of, history);
	host_repeat_end(&outputs->repeat);
	return r ? log_error(r, "cannot write to stdout") : 0;
}

static int write_history(struct outputs *outputs, struct sink *sink, const struct history *history)
{
	int r = 0;

	for (size_t i = 0; i < history_count(history) && !r; i++) {
		struct host_history figures;

		r = history_tell(history, i, outputs->options->history.window_ns, &figures);
		if (!r)
			r = write_record(outputs, sink, DENET_RECORD_HISTORY, &figures);
		r = r == -ENODATA ? 0 : r;
	}
	return r ? r : sink_flush(sink);
}

int outputs_tell_history(struct outputs *outputs, const struct history *history)
{
	const struct agent_options *options = outputs->options;
	int r = 0;

	if (!history || !options->verbose)
		return 0;
	if (outputs->file)
		r = write_history(outputs, outputs->file, history);
	if (r)
		return log_error(r, "cannot write to '%s'", options->out);
	if (options->json)
		r = write_history(outputs, outputs->screen, history);
	return r ? log_error(r, "cannot write to stdout") : 0;
}
