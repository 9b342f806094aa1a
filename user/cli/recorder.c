/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/recorder.h"

#include <errno.h>
#include <sched.h>
#include <string.h>
#include <unistd.h>

#include "cli/signals.h"
#include "output/live.h"
#include "output/summary_view.h"
#include "output/term.h"
#include "record/csv.h"
#include "record/record.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/sink.h"

#define SINKS_MAX 2

struct target {
	struct sink *sink; /* owned */
	const char *name; /* borrowed */
	bool has_lost;
};

struct recorder {
	const struct options *options; /* borrowed */
	struct denet_observer observer;
	struct record_style style;
	struct target targets[SINKS_MAX];
	size_t target_count;
	struct buf record;
	struct term_style screen; /* stderr */
	struct live live;
	bool is_live;
	bool has_lost;
	uint64_t t0_ms;
	enum denet_accounting accounting;
};

bool recorder_owns_stdout(const struct options *options)
{
	return options->json && !(options->quiet && options->out);
}

static void report_loss(struct recorder *recorder, struct target *target, int error)
{
	recorder->has_lost = true;
	target->has_lost = true;
	recorder_pause(recorder);
	(void)log_error(error, "cannot write to '%s', recording there has ended", target->name);
}

static void add_to_all(struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->target_count; i++) {
		struct target *target = &recorder->targets[i];
		int r = recorder->record.error ? recorder->record.error
					       : sink_add(target->sink, recorder->record.data,
							  recorder->record.len);

		if (r)
			report_loss(recorder, target, r);
	}
	buf_reset(&recorder->record);
}

static void flush_all(struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->target_count; i++) {
		int r = sink_flush(recorder->targets[i].sink);

		if (r)
			report_loss(recorder, &recorder->targets[i], r);
	}
}

/* Whether anybody wants records as JSON. */
static bool wants_json(const struct recorder *recorder)
{
	return recorder->target_count > 0 && recorder->options->format != FORMAT_CSV;
}

static bool wants_csv(const struct recorder *recorder)
{
	return recorder->target_count > 0 && recorder->options->format == FORMAT_CSV;
}

static void write_env(struct recorder *recorder, pid_t pid)
{
	AUTO_FREE char *text = NULL;
	int r = denet_env_json(pid, &text);

	if (r) {
		log_warning("cannot describe this machine: %s", strerror(-r));
		return;
	}
	buf_append_text(&recorder->record, text);
	add_to_all(recorder);
}

static void on_start(void *context, const struct denet_start *start)
{
	struct recorder *recorder = context;

	recorder->t0_ms = start->t0_ms;
	recorder->accounting = start->accounting;
	if (wants_csv(recorder)) {
		csv_append_header(&recorder->record);
		add_to_all(recorder);
	}
	if (wants_json(recorder) && recorder->options->write_env)
		write_env(recorder, (pid_t)start->pid);
	if (wants_json(recorder) && record_metadata(&recorder->style, start, &recorder->record))
		add_to_all(recorder);
	flush_all(recorder);
}

static void on_arrival(void *context, const struct denet_arrival *arrival)
{
	struct recorder *recorder = context;

	if (wants_json(recorder) && !recorder->options->monitor.exclude_children &&
	    record_child(&recorder->style, arrival, &recorder->record))
		add_to_all(recorder);
}

static void show_line(struct recorder *recorder, const struct denet_tree *tree)
{
	bool root_alone = recorder->options->monitor.exclude_children;
	AUTO(buf) struct buf line = { 0 };

	if (recorder->is_live) {
		uint64_t elapsed_ms =
			tree->ts_ms > recorder->t0_ms ? tree->ts_ms - recorder->t0_ms : 0;

		live_show(&recorder->live, STDERR_FILENO, tree, root_alone, elapsed_ms);
		return;
	}
	live_append_full(&line, &recorder->screen, tree, root_alone);
	buf_append_char(&line, '\n');
	if (!line.error && write(STDERR_FILENO, line.data, line.len) < 0)
		return; /* stderr is gone: nowhere to tell */
}

static bool shows_text(const struct options *options)
{
	return !options->quiet && !options->json;
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct recorder *recorder = context;
	bool root_alone = recorder->options->monitor.exclude_children;
	struct buf *record = &recorder->record;

	if (wants_csv(recorder)) {
		csv_append_row(record, tree, root_alone);
		add_to_all(recorder);
	} else if (wants_json(recorder) &&
		   (root_alone ? record_sample(&recorder->style, tree, record)
			       : record_tree(&recorder->style, tree, record))) {
		add_to_all(recorder);
	}
	flush_all(recorder);
	if (shows_text(recorder->options) && (recorder->is_live || recorder->options->no_update))
		show_line(recorder, tree);
}

static void on_process(void *context, const struct denet_process *process)
{
	struct recorder *recorder = context;

	if (wants_json(recorder) && record_process(&recorder->style, process, &recorder->record))
		add_to_all(recorder);
}

static void on_exit_record(void *context, const struct denet_exit *end)
{
	struct recorder *recorder = context;

	if (wants_json(recorder) && record_exit(&recorder->style, end, &recorder->record))
		add_to_all(recorder);
	flush_all(recorder);
}

static void on_warning(void *context, const char *text)
{
	recorder_pause(context);
	/* A reader that has left must not take the command with us, which waits to be let go. */
	signals_survive_pipes();
	log_warning("%s", text);
}

static enum sink_framing framing(enum format format)
{
	switch (format) {
	case FORMAT_CSV:
		return SINK_RAW;
	case FORMAT_JSON:
		return SINK_ARRAY;
	default:
		return SINK_LINES;
	}
}

static int open_targets(struct recorder *recorder)
{
	const struct options *options = recorder->options;
	struct target *target = &recorder->targets[0];
	int r;

	if (options->out) {
		target->name = options->out;
		r = sink_open(options->out, framing(options->format), &target->sink);
		if (r)
			return log_error(r, "cannot write to '%s'", options->out);
		target = &recorder->targets[++recorder->target_count];
	}
	if (recorder_owns_stdout(options)) {
		target->name = "stdout";
		r = sink_new(STDOUT_FILENO, framing(options->format), &target->sink);
		if (r)
			return log_error(r, "cannot write to stdout");
		recorder->target_count++;
	}
	return 0;
}

int recorder_new(const struct options *options, struct recorder **ret_recorder)
{
	AUTO(recorder) struct recorder *recorder = calloc(1, sizeof(*recorder));
	int r;

	if (!recorder)
		return log_error(-ENOMEM, "cannot record");
	recorder->options = options;
	recorder->accounting = DENET_ACCOUNTING_NONE;
	recorder->observer = (struct denet_observer){
		.size = sizeof(recorder->observer),
		.context = recorder,
		.on_start = on_start,
		.on_arrival = on_arrival,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_exit = on_exit_record,
		.on_warning = on_warning,
	};
	r = open_targets(recorder);
	if (r)
		return r;
	record_style_init(&recorder->style);
	recorder->style.compat_denet = options->compat_denet;
	term_style_detect(STDERR_FILENO, (enum term_color)options->color, &recorder->screen);
	recorder->live.style = &recorder->screen;
	recorder->is_live = recorder->screen.is_terminal && !options->no_update &&
			    (options->live || options->command == COMMAND_ATTACH);
	*ret_recorder = TAKE(recorder);
	return 0;
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	for (size_t i = 0; i < SINKS_MAX; i++)
		sink_free(recorder->targets[i].sink);
	buf_done(&recorder->record);
	live_done(&recorder->live);
	free(recorder);
}

const struct denet_observer *recorder_observer(const struct recorder *recorder)
{
	return &recorder->observer;
}

void recorder_pause(struct recorder *recorder)
{
	live_clear(&recorder->live, STDERR_FILENO);
}

enum denet_accounting recorder_accounting(const struct recorder *recorder)
{
	return recorder->accounting;
}

bool recorder_has_lost(const struct recorder *recorder)
{
	return recorder->has_lost;
}

/* The CPUs that the root may use. */
static uint64_t count_cpus(pid_t pid)
{
	cpu_set_t set;

	if (sched_getaffinity(pid, sizeof(set), &set) == 0)
		return (uint64_t)CPU_COUNT(&set);
	return (uint64_t)sysconf(_SC_NPROCESSORS_ONLN);
}

/* The file, not stdout, which may go on when that cannot. */
static bool has_file_lost(const struct recorder *recorder)
{
	for (size_t i = 0; i < recorder->target_count; i++)
		if (recorder->targets[i].name == recorder->options->out)
			return recorder->targets[i].has_lost;
	return false;
}

static void show_summary(const struct recorder *recorder, const struct denet_summary *summary)
{
	const struct options *options = recorder->options;
	const struct summary_context context = {
		.records_path = options->out,
		.are_records_incomplete = has_file_lost(recorder),
		.cpu_count = count_cpus(options->pid),
		.attached_pid = (uint32_t)options->pid,
		.is_verbose = options->verbose,
	};
	AUTO(sink) struct sink *screen = NULL;
	AUTO(buf) struct buf text = { 0 };
	int r;

	if (recorder->screen.is_terminal)
		buf_append_char(&text, '\n');
	summary_view_append(&text, &recorder->screen, summary, &context);
	r = text.error ? text.error : sink_new(STDERR_FILENO, SINK_RAW, &screen);
	if (!r)
		r = sink_add(screen, text.data, text.len);
	if (!r)
		(void)sink_finish(screen);
	else
		(void)log_error(r, "cannot show the summary");
}

void recorder_finish(struct recorder *recorder, const struct denet_summary *summary)
{
	if (wants_json(recorder) && record_summary(&recorder->style, summary, &recorder->record))
		add_to_all(recorder);
	for (size_t i = 0; i < recorder->target_count; i++) {
		int r = sink_finish(recorder->targets[i].sink);

		if (r)
			report_loss(recorder, &recorder->targets[i], r);
	}
	recorder_pause(recorder);
	if (shows_text(recorder->options))
		show_summary(recorder, summary);
}
