/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/recorder.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <unistd.h>

#include "cli/ci.h"
#include "cli/heartbeat.h"
#include "cli/insight.h"
#include "cli/signals.h"
#include "output/ci_view.h"
#include "output/heartbeat_view.h"
#include "output/live.h"
#include "output/summary_view.h"
#include "output/term.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/sink.h"

#define PROCESSES_MAX 50000 /* of a run are kept for its summary; the file has all */

struct recorder {
	const struct options *options; /* borrowed */
	struct denet_observer observer;
	struct denet_writer *writer; /* owned */
	const struct denet_observer *records; /* the writer's */
	struct denet_writer *told; /* owned, in memory: start and end alone; NULL without --push */
	struct denet_analysis *analysis; /* owned; NULL when no summary is shown */
	struct term_style screen; /* stderr */
	struct live live;
	struct heartbeat heartbeat;
	bool has_lost;
	bool has_file_lost; /* the file, not stdout, which may go on when that cannot */
	struct beside *beside; /* borrowed; never NULL */
	uint64_t t0_ms;
	enum denet_accounting accounting;
};

bool recorder_owns_stdout(const struct options *options)
{
	return options->json && !(options->quiet && options->out);
}

static void on_loss(void *context, const char *target, int error)
{
	struct recorder *recorder = context;

	recorder_pause(recorder);
	if (!target) {
		log_warning("cannot describe this machine: %s", strerror(-error));
		return;
	}
	recorder->has_lost = true;
	if (recorder->options->out && strcmp(target, recorder->options->out) == 0)
		recorder->has_file_lost = true;
	(void)log_error(error, "cannot write to '%s', recording there has ended", target);
}

/* For the summary. */
#define PASS_TO_ANALYSIS(recorder_, callback_, argument_)                       \
	do {                                                                    \
		if ((recorder_)->analysis) {                                    \
			const struct denet_observer *to_ =                      \
				denet_analysis_observer((recorder_)->analysis); \
			to_->callback_(to_->context, argument_);                \
		}                                                               \
	} while (0)

static const struct denet_observer *told_of(const struct recorder *recorder)
{
	return denet_writer_observer(recorder->told);
}

static void on_start(void *context, const struct denet_start *start)
{
	struct recorder *recorder = context;

	recorder->t0_ms = start->t0_ms;
	recorder->accounting = start->accounting;
	PASS_TO_ANALYSIS(recorder, on_start, start);
	recorder->records->on_start(recorder->writer, start);
	if (recorder->told)
		told_of(recorder)->on_start(recorder->told, start);
}

static void on_arrival(void *context, const struct denet_arrival *arrival)
{
	struct recorder *recorder = context;

	recorder->records->on_arrival(recorder->writer, arrival);
}

static void show_line(struct recorder *recorder, const struct denet_tree *tree)
{
	bool root_alone = recorder->options->monitor.exclude_children;
	AUTO(buf) struct buf line = { 0 };

	if (recorder->live.place != LIVE_NOWHERE) {
		uint64_t elapsed_ms =
			tree->ts_ms > recorder->t0_ms ? tree->ts_ms - recorder->t0_ms : 0;

		live_show(&recorder->live, tree, root_alone, elapsed_ms);
		return;
	}
	live_append_full(&line, &recorder->screen, tree, root_alone);
	buf_append_char(&line, '\n');
	if (!line.error && write(STDERR_FILENO, line.data, line.len) < 0)
		return; /* stderr is gone: nowhere to tell */
}

static void show_heartbeat(struct recorder *recorder, const struct denet_tree *tree)
{
	uint64_t elapsed_ms = tree->ts_ms > recorder->t0_ms ? tree->ts_ms - recorder->t0_ms : 0;
	AUTO(buf) struct buf line = { 0 };

	recorder_pause(recorder);
	heartbeat_view_append(&line, tree, recorder->options->monitor.exclude_children, elapsed_ms);
	log_warning("%s", buf_text(&line));
	heartbeat_spoken(&recorder->heartbeat, clock_mono_ns());
}

static bool shows_text(const struct options *options)
{
	return !options->quiet && !options->json;
}

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct recorder *recorder = context;

	recorder->records->on_sample(recorder->writer, tree);
	PASS_TO_ANALYSIS(recorder, on_sample, tree);
	/* What has ended does not run. */
	if (!tree->aggregated_is_over && heartbeat_is_due(&recorder->heartbeat, clock_mono_ns()))
		show_heartbeat(recorder, tree);
	if (shows_text(recorder->options) &&
	    (recorder->live.place != LIVE_NOWHERE || recorder->options->no_update))
		show_line(recorder, tree);
}

static void on_process(void *context, const struct denet_process *process)
{
	struct recorder *recorder = context;

	recorder->records->on_process(recorder->writer, process);
	PASS_TO_ANALYSIS(recorder, on_process, process);
}

static void on_exit_record(void *context, const struct denet_exit *end)
{
	struct recorder *recorder = context;

	recorder->records->on_exit(recorder->writer, end);
}

static void record_beside(struct recorder *recorder)
{
	struct denet_summary summary;

	beside_finish(recorder->beside);
	for (size_t i = 0; i < recorder->beside->count; i++)
		if (beside_summary(recorder->beside, i, &summary))
			denet_writer_add_beside(recorder->writer, &summary);
}

static void on_summary(void *context, const struct denet_summary *summary)
{
	struct recorder *recorder = context;

	record_beside(recorder);
	recorder->records->on_summary(recorder->writer, summary);
	if (recorder->told)
		told_of(recorder)->on_summary(recorder->told, summary);
	PASS_TO_ANALYSIS(recorder, on_summary, summary);
}

static void on_warning(void *context, const char *text)
{
	recorder_pause(context);
	/* A reader that has left must not take the command with us, which waits to be let go. */
	signals_survive_pipes();
	log_warning("%s", text);
}

static int open_writer(struct recorder *recorder)
{
	const struct options *options = recorder->options;
	const struct denet_writer_options wanted = {
		.size = sizeof(wanted),
		.format = (enum denet_format)options->format,
		.compat_denet = options->compat_denet,
		.exclude_children = options->monitor.exclude_children,
		.write_env = options->write_env,
		.on_loss = on_loss,
		.context = recorder,
		.never_waits = true,
	};
	int r = denet_writer_new(&wanted, &recorder->writer);

	if (r)
		return log_error(r, "cannot record");
	recorder->records = denet_writer_observer(recorder->writer);
	if (options->out)
		r = denet_writer_add_file(recorder->writer, options->out);
	if (r)
		return log_error(r, "cannot write to '%s'", options->out);
	if (recorder_owns_stdout(options))
		r = denet_writer_add_fd(recorder->writer, STDOUT_FILENO, "stdout");
	return r ? log_error(r, "cannot write to stdout") : 0;
}

static int open_told(struct recorder *recorder)
{
	const struct denet_writer_options wanted = { .size = sizeof(wanted) };
	int r;

	if (!recorder->options->push)
		return 0;
	r = denet_writer_new(&wanted, &recorder->told);
	if (!r)
		r = denet_writer_add_memory(recorder->told, 0);
	return r ? log_error(r, "cannot record") : 0;
}

static void open_live(struct recorder *recorder)
{
	const struct options *options = recorder->options;
	enum term_color color = (enum term_color)options->color;

	if (!shows_text(options) || options->no_update)
		return;
	if (options->command == COMMAND_ATTACH)
		live_open(&recorder->live, color);
	else if (options->live)
		live_open_beside(&recorder->live, color);
}

/* Of the root alone there is nothing to compare. */
static int open_analysis(struct recorder *recorder)
{
	const struct denet_analysis_options wanted = { .size = sizeof(wanted),
						       .processes_max = PROCESSES_MAX };
	int r = 0;

	if ((shows_text(recorder->options) || recorder->options->summaries.count ||
	     recorder->options->ci) &&
	    !recorder->options->monitor.exclude_children)
		r = denet_analysis_new(&wanted, &recorder->analysis);
	return r ? log_error(r, "cannot record") : 0;
}

int recorder_new(const struct options *options, struct recorder **ret_recorder)
{
	static struct beside nobody;
	AUTO(recorder) struct recorder *recorder = calloc(1, sizeof(*recorder));
	int r;

	if (!recorder)
		return log_error(-ENOMEM, "cannot record");
	recorder->options = options;
	recorder->accounting = DENET_ACCOUNTING_NONE;
	recorder->beside = &nobody;
	recorder->observer = (struct denet_observer){
		.size = sizeof(recorder->observer),
		.context = recorder,
		.on_start = on_start,
		.on_arrival = on_arrival,
		.on_sample = on_sample,
		.on_process = on_process,
		.on_exit = on_exit_record,
		.on_warning = on_warning,
		.on_summary = on_summary,
	};
	r = open_writer(recorder);
	if (!r)
		r = open_analysis(recorder);
	if (!r)
		r = open_told(recorder);
	if (r)
		return r;
	heartbeat_start(&recorder->heartbeat, options->heartbeat_ns,
			recorder_owns_stdout(options) ? -1 : STDOUT_FILENO, STDERR_FILENO,
			clock_mono_ns());
	term_style_detect(STDERR_FILENO, (enum term_color)options->color, &recorder->screen);
	open_live(recorder);
	*ret_recorder = TAKE(recorder);
	return 0;
}

void recorder_free(struct recorder *recorder)
{
	if (!recorder)
		return;
	denet_writer_free(recorder->writer);
	denet_writer_free(recorder->told);
	denet_analysis_free(recorder->analysis);
	live_done(&recorder->live);
	free(recorder);
}

void recorder_show_beside(struct recorder *recorder, struct beside *beside)
{
	recorder->beside = beside;
}

const struct denet_observer *recorder_observer(const struct recorder *recorder)
{
	return &recorder->observer;
}

void recorder_pause(struct recorder *recorder)
{
	live_clear(&recorder->live);
}

enum denet_accounting recorder_accounting(const struct recorder *recorder)
{
	return recorder->accounting;
}

bool recorder_has_lost(const struct recorder *recorder)
{
	return recorder->has_lost;
}

/* NULL where there is none, and for want of memory: the rest is shown all the same. */
static const struct waited_context *take_insight(const struct recorder *recorder,
						 struct insight *insight)
{
	const struct options *options = recorder->options;

	if (!recorder->analysis || insight_take(insight, recorder->analysis, options))
		return NULL;
	insight->shown.records_path = recorder->has_file_lost ? NULL : options->out;
	return &insight->shown;
}

int recorder_take_told(const struct recorder *recorder, char **ret_text, size_t *ret_len)
{
	if (!recorder->told)
		return -ENODATA;
	denet_writer_finish(recorder->told);
	return denet_writer_take(recorder->told, ret_text, ret_len);
}

bool recorder_take_waited(const struct recorder *recorder, struct denet_waited *ret_waited)
{
	ret_waited->size = sizeof(*ret_waited);
	return recorder->analysis && !denet_analysis_waited(recorder->analysis, ret_waited);
}

/* A part for each, as of a run of its own. */
static void append_beside(const struct recorder *recorder, const struct term_style *style,
			  struct buf *text)
{
	const struct summary_context context = { .is_verbose = recorder->options->verbose };
	struct denet_summary summary;

	for (size_t i = 0; i < recorder->beside->count; i++) {
		if (!beside_summary(recorder->beside, i, &summary))
			continue;
		buf_append_char(text, '\n');
		summary_view_append(text, style, &summary, &context);
	}
}

void recorder_append_summary(const struct recorder *recorder, const struct term_style *style,
			     const struct denet_summary *summary, struct buf *text)
{
	const struct options *options = recorder->options;
	struct insight insight;
	const struct summary_context context = {
		.analysis = take_insight(recorder, &insight),
		.records_path = options->out,
		.are_records_incomplete = recorder->has_file_lost,
		.attached_pid = (uint32_t)options->pid,
		.is_verbose = options->verbose,
	};

	summary_view_append(text, style, summary, &context);
	append_beside(recorder, style, text);
}

static void show_summary(const struct recorder *recorder, const struct denet_summary *summary)
{
	bool is_section = recorder->options->ci && ci_detect() == CI_GITLAB;
	AUTO(sink) struct sink *screen = NULL;
	AUTO(buf) struct buf text = { 0 };
	int r;

	if (is_section)
		ci_view_gitlab_begin(&text, clock_wall_ms() / 1000);
	if (recorder->screen.is_terminal)
		buf_append_char(&text, '\n');
	recorder_append_summary(recorder, &recorder->screen, summary, &text);
	if (is_section)
		ci_view_gitlab_end(&text, clock_wall_ms() / 1000);
	r = text.error ? text.error : sink_new(STDERR_FILENO, SINK_RAW, &screen);
	if (!r)
		r = sink_add(screen, text.data, text.len);
	if (!r)
		(void)sink_finish(screen);
	else
		(void)log_error(r, "cannot show the summary");
}

int recorder_fd(const struct recorder *recorder)
{
	return denet_writer_fd(recorder->writer);
}

bool recorder_step(struct recorder *recorder)
{
	return denet_writer_step(recorder->writer);
}

void recorder_abandon(struct recorder *recorder)
{
	recorder->has_lost = true;
	log_warning("the last records are lost: nobody reads them");
}

static void tell_lost(const struct recorder *recorder)
{
	uint64_t lost = denet_writer_lost(recorder->writer);

	if (lost)
		log_warning("%" PRIu64 " %s lost: their reader was too slow", lost,
			    lost == 1 ? "record was" : "records were");
}

void recorder_finish(struct recorder *recorder, const struct denet_summary *summary)
{
	denet_writer_finish(recorder->writer);
	recorder_pause(recorder);
	tell_lost(recorder);
	if (shows_text(recorder->options))
		show_summary(recorder, summary);
}
