/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/loop.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#include "agent/choice.h"
#include "agent/forget.h"
#include "agent/labels.h"
#include "agent/options.h"
#include "agent/processes.h"
#include "agent/records.h"
#include "agent/show.h"
#include "agent/survey.h"
#include "agent/telling.h"
#include "agent/status.h"
#include "agent/sums.h"
#include "agent/waiter.h"
#include "host/cgroups.h"
#include "host/classes.h"
#include "host/history.h"
#include "host/lives.h"
#include "host/machine.h"
#include "hostprobe/hostprobe.h"
#include "names/helper.h"
#include "output/human.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/sink.h"
#include "util/units.h"

#define SLOW_NS (5 * NS_PER_S) /* how often what is dear is read */

struct loop {
	const struct agent_options *options; /* borrowed */
	struct procfs procfs;
	struct cgroups *groups; /* owned, as all below */
	struct helper
		*helper; /* NULL where it could not be started, or another machine is looked at */
	struct machine machine;
	struct choice choice;
	struct classes classes;
	struct waiter waiter;
	struct hostprobe *probe; /* NULL where processes are not told */
	struct processes processes;
	struct forget forget;
	struct survey survey;
	struct history *history; /* NULL without one */
	struct sink *screen; /* stdout; NULL once it has failed */
	struct sink *file; /* NULL without -o */
	struct term_style style;
	struct buf text;
	bool has_warned; /* of groups that are left out */
};

/* Descriptors are kept for each group; what the limit does not allow is opened anew each time. */
static void raise_files(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur == limit.rlim_max)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_outputs(struct loop *loop)
{
	const struct agent_options *options = loop->options;
	int r = sink_new(STDOUT_FILENO, options->json ? SINK_LINES : SINK_RAW, &loop->screen);

	if (r)
		return log_error(r, "cannot write to stdout");
	if (!options->out)
		return 0;
	r = sink_open(options->out, SINK_LINES, &loop->file);
	return r ? log_error(r, "cannot open '%s'", options->out) : 0;
}

/* Only where they are shown. What is known of cgroups is told without, too. */
static void open_probe(struct loop *loop)
{
	const struct agent_options *options = loop->options;
	bool by_v1 = cgroups_key(loop->groups) == MOUNT_CPUACCT;
	int r;

	/* Another machine's cgroups have ids of their own. */
	if (options->cgroup_root || !cgroups_has_cgroups(loop->groups) ||
	    (!options->verbose && !options->json && !options->out && !options->rules.count))
		return;
	/* Without events what lives shorter than the interval may be missed, as docs say. */
	(void)waiter_open_events(&loop->waiter, by_v1);
	r = hostprobe_open(by_v1, &loop->probe);
	if (r && options->verbose)
		log_warning("processes are not told, which takes BPF: %s", strerror(-r));
}

static int write_record(struct loop *loop, struct sink *sink)
{
	int r = loop->text.error;

	return r ? r : sink_add(sink, loop->text.data, loop->text.len);
}

/* What it takes is said at once; with --once there is none. */
static int open_history(struct loop *loop)
{
	const struct agent_options *options = loop->options;
	uint64_t seconds = options->history.entries * options->interval_ns / NS_PER_S;
	struct buf *text = &loop->text;
	int r;

	if (options->once || !options->history.entries)
		return 0;
	r = history_new((size_t)options->history.entries, &loop->history);
	if (r)
		return log_error(r, "cannot keep a history");
	if (options->json)
		return 0;
	buf_printf(text, "history: the last %" PRIu64 " looks, %s; ", options->history.entries,
		   human_duration(seconds * NS_PER_S).text);
	buf_printf(text, "%s", human_bytes(history_machine_bytes(loop->history)).text);
	buf_printf(text, " of memory, and %s for each of at most %d groups\n\n",
		   human_bytes(history_group_bytes(loop->history)).text, HISTORY_GROUPS_MAX);
	r = write_record(loop, loop->screen);
	if (!r)
		r = sink_flush(loop->screen);
	return r ? log_error(r, "cannot write to stdout") : 0;
}

static int open_classes(struct loop *loop)
{
	const struct config_items *pairs = &loop->options->classes;
	const struct config_pair *items = pairs->items;
	int r = 0;

	for (size_t i = 0; i < pairs->count && !r; i++)
		r = classes_add_rule(&loop->classes, items[i].key, items[i].value);
	return r;
}

static int open_loop(struct loop *loop, const sigset_t *signals)
{
	const struct agent_options *options = loop->options;
	int r;

	if (!options->cgroup_root)
		(void)helper_start(options->proc_root, "", &loop->helper);
	procfs_init(&loop->procfs, options->proc_root);
	machine_init(&loop->machine, &loop->procfs);
	term_style_detect(STDOUT_FILENO, TERM_COLOR_AUTO, &loop->style);
	r = open_outputs(loop);
	if (r)
		return r;
	r = cgroups_new(&loop->procfs, options->cgroup_root, &loop->groups);
	if (r)
		return log_error(r, "cannot find the cgroups of this machine");
	r = waiter_init(&loop->waiter, loop->groups, loop->helper, signals);
	if (r)
		return log_error(r, "cannot wait for signals");
	if (!cgroups_has_cgroups(loop->groups))
		log_warning("no cgroups are mounted%s%s: the machine alone is told",
			    options->cgroup_root ? " below " : "",
			    options->cgroup_root ? options->cgroup_root : "");
	open_probe(loop);
	r = survey_open(&loop->survey, &loop->procfs, options);
	if (r)
		return log_error(r, "cannot group processes");
	r = open_classes(loop);
	if (r)
		return log_error(r, "cannot sort containers");
	return open_history(loop);
}

static void close_loop(struct loop *loop)
{
	sink_free(loop->screen);
	sink_free(loop->file);
	choice_done(&loop->choice);
	classes_done(&loop->classes);
	waiter_done(&loop->waiter);
	helper_stop(loop->helper);
	hostprobe_close(loop->probe);
	processes_done(&loop->processes);
	forget_done(&loop->forget);
	survey_close(&loop->survey);
	history_free(loop->history);
	cgroups_free(loop->groups);
	machine_done(&loop->machine);
	buf_done(&loop->text);
}

static int look_around(struct loop *loop, const struct hostprobe_row *rows, size_t count,
		       uint64_t mono_ns, uint64_t ts_ms)
{
	const struct survey_look look = {
		.groups = loop->groups,
		.rows = rows,
		.count = count,
		.has_rows = loop->probe,
		.mono_ns = mono_ns,
		.ts_ms = ts_ms,
	};
	int r = survey_take(&loop->survey, &look);

	loop->machine.figures.processes_unreadable = loop->survey.tasks.unreadable;

	return r ? log_error(r, "cannot look at the processes") : 0;
}

/* Behind the cgroups: a row is sorted by what they have found. */
static int look_at_processes(struct loop *loop, uint64_t mono_ns, uint64_t ts_ms)
{
	struct host_machine *figures = &loop->machine.figures;
	const struct hostprobe_row *rows = NULL;
	struct hostprobe_losses losses;
	size_t count = 0;
	int r;

	if (!loop->probe)
		return look_around(loop, NULL, 0, mono_ns, ts_ms);
	r = hostprobe_look(loop->probe, &rows, &count);
	if (!r)
		r = processes_take(&loop->processes, loop->groups, rows, count, mono_ns, ts_ms);
	if (!r)
		r = forget_take(&loop->forget, loop->probe, loop->groups, rows, count);
	if (!r)
		figures->command_rows = count;
	losses = hostprobe_losses(loop->probe);
	figures->threads_overcounted = losses.bases_lost;
	figures->threads_unsorted = losses.rows_lost;
	if (r)
		return log_error(r, "cannot look at the processes");
	return look_around(loop, rows, count, mono_ns, ts_ms);
}

static int look(struct loop *loop)
{
	uint64_t mono_ns = clock_mono_ns(), wall_ms = clock_wall_ms();
	int r = waiter_take(&loop->waiter);
	uint64_t omitted;

	if (r)
		return log_error(r, "cannot look at the cgroups");
	r = machine_look(&loop->machine, mono_ns, wall_ms);
	if (r)
		return log_error(r, "cannot read '%s/stat'", loop->procfs.proc);
	r = cgroups_look(loop->groups, mono_ns, wall_ms, loop->options->once ? 0 : SLOW_NS);
	if (!r)
		r = labels_look(loop->helper, loop->groups, mono_ns);
	if (!r)
		r = choice_make(&loop->choice, loop->groups, loop->options);
	if (r)
		return log_error(r, "cannot look at the cgroups");
	omitted = cgroups_omitted(loop->groups);
	loop->machine.figures.groups = cgroups_count(loop->groups);
	loop->machine.figures.groups_omitted = omitted;
	loop->machine.figures.cgroup_events_lost = waiter_lost(&loop->waiter);
	if (omitted && !loop->has_warned)
		log_warning("more than %d cgroups: the others are left out", CGROUPS_MAX);
	loop->has_warned |= omitted != 0;
	if (loop->history)
		r = history_take(loop->history, &loop->machine.figures, loop->groups);
	if (r)
		return log_error(r, "cannot keep a history");
	r = look_at_processes(loop, mono_ns, wall_ms);
	if (r)
		return r;
	sums_take(loop->groups, loop->probe ? &loop->processes : NULL);
	r = classes_take(&loop->classes, loop->groups, mono_ns, wall_ms);
	return r ? log_error(r, "cannot sum up the cgroups") : 0;
}

static int write_commands(struct loop *loop, struct sink *sink, const struct cgroup *group)
{
	size_t count;
	const struct process_group *items = processes_of(&loop->processes, group, &count);
	int r = 0;

	for (size_t i = 0; i < count && !r; i++) {
		buf_reset(&loop->text);
		records_append_command(&loop->text, &items[i].figures);
		r = write_record(loop, sink);
	}
	return r;
}

/* Of what has ended since the look before, whole. */
static int write_ended(struct loop *loop, struct sink *sink)
{
	int r = 0;

	for (size_t i = 0; i < lives_ended_count(loop->groups) && !r; i++) {
		const struct cgroup *group = lives_ended(loop->groups, i);

		if (!choice_wants(group, loop->options))
			continue;
		buf_reset(&loop->text);
		records_append_container(&loop->text, &group->figures);
		r = write_record(loop, sink);
		if (!r)
			r = write_commands(loop, sink, group);
	}
	return r;
}

/* All of them, whatever was asked for: a container's class is there when it is gone. */
static int write_classes(struct loop *loop, struct sink *sink)
{
	int r = 0;

	for (size_t i = 0; i < loop->classes.count && !r; i++) {
		buf_reset(&loop->text);
		records_append_class(&loop->text, loop->classes.items[i]);
		r = write_record(loop, sink);
	}
	return r;
}

static int write_records(struct loop *loop, struct sink *sink)
{
	const struct telling telling = { sink, &loop->text };
	int r;

	buf_reset(&loop->text);
	records_append_machine(&loop->text, &loop->machine.figures);
	r = write_record(loop, sink);
	for (size_t i = 0; i < loop->choice.count && !r; i++) {
		buf_reset(&loop->text);
		records_append_group(&loop->text, &loop->choice.items[i]->figures);
		r = write_record(loop, sink);
		if (!r)
			r = write_commands(loop, sink, loop->choice.items[i]);
	}
	if (!r)
		r = write_ended(loop, sink);
	if (!r)
		r = write_classes(loop, sink);
	if (!r)
		r = telling_devices(&telling, &loop->machine.devices);
	if (!r)
		r = telling_survey(&telling, &loop->survey, loop->options);
	return r ? r : sink_flush(sink);
}

static int write_screen(struct loop *loop)
{
	const struct show show = {
		.style = &loop->style,
		.machine = &loop->machine.figures,
		.choice = &loop->choice,
		.processes = &loop->processes,
		.survey = &loop->survey,
		.history = loop->history,
		.options = loop->options,
		.is_verbose = loop->options->verbose,
	};
	int r;

	buf_reset(&loop->text);
	show_append(&loop->text, &show);
	if (!loop->options->once)
		buf_append_char(&loop->text, '\n');
	r = write_record(loop, loop->screen);
	return r ? r : sink_flush(loop->screen);
}

/* The first look has no rates: it goes to files and pipes alone. */
static int tell(struct loop *loop, bool is_first)
{
	const struct agent_options *options = loop->options;
	int r = 0;

	if (is_first && options->once)
		return 0;
	if (loop->file)
		r = write_records(loop, loop->file);
	if (r)
		return log_error(r, "cannot write to '%s'", options->out);
	if (options->json)
		r = write_records(loop, loop->screen);
	else if (!is_first)
		r = write_screen(loop);
	return r ? log_error(r, "cannot write to stdout") : 0;
}

/* What ended between the last look and a signal is told, too. */
static int tell_last(struct loop *loop)
{
	int r = waiter_take(&loop->waiter);

	if (r || !lives_waiting(loop->groups))
		return r;
	r = look(loop);
	return r ? r : tell(loop, false);
}

static int run(struct loop *loop)
{
	uint64_t interval_ns = loop->options->interval_ns;
	uint64_t next_ns = clock_mono_ns();
	enum waiter_end end = WAITER_TIME;
	int r = 0;

	for (uint64_t looks = 0; end == WAITER_TIME; looks++) {
		r = look(loop);
		if (!r)
			r = tell(loop, looks == 0);
		if (loop->options->once && looks == 1)
			return r;
		/* The second comes soon, so that there is something to see. */
		next_ns += looks || interval_ns < NS_PER_S ? interval_ns : NS_PER_S;
		if (next_ns < clock_mono_ns())
			next_ns = clock_mono_ns();
		end = r ? WAITER_FAILED : waiter_wait(&loop->waiter, next_ns);
		if (end == WAITER_FAILED)
			return r ? r : log_error(-ENOMEM, "cannot look at the cgroups");
	}
	return tell_last(loop);
}

/* Percentiles go to files and pipes once, at the end: these have each value already. */
static int tell_history(struct loop *loop)
{
	const struct agent_options *options = loop->options;
	const struct telling to_file = { loop->file, &loop->text };
	const struct telling to_screen = { loop->screen, &loop->text };
	uint64_t window_ns = options->history.window_ns;
	int r = 0;

	if (!loop->history || !options->verbose)
		return 0;
	if (loop->file)
		r = telling_history(&to_file, loop->history, window_ns);
	if (r)
		return log_error(r, "cannot write to '%s'", options->out);
	if (options->json)
		r = telling_history(&to_screen, loop->history, window_ns);
	return r ? log_error(r, "cannot write to stdout") : 0;
}

static int finish(struct loop *loop)
{
	const char *missing = choice_missing(loop->groups, &loop->survey.families, loop->options);

	if (loop->options->once && missing) {
		(void)log_error(0, "there is no '%s' among the cgroups of this machine", missing);
		return STATUS_LOST;
	}
	return tell_history(loop) ? STATUS_LOST : STATUS_OK;
}

int loop_run(const struct agent_options *options)
{
	struct loop loop = { .options = options, .waiter.signal_fd = -1 };
	sigset_t signals;
	int status = STATUS_FAILED;

	(void)sigemptyset(&signals);
	(void)sigaddset(&signals, SIGINT);
	(void)sigaddset(&signals, SIGTERM);
	(void)sigaddset(&signals, SIGHUP);
	(void)sigprocmask(SIG_BLOCK, &signals, NULL);
	(void)signal(SIGPIPE, SIG_IGN);
	raise_files();
	if (!open_loop(&loop, &signals))
		status = run(&loop) ? STATUS_LOST : finish(&loop);
	close_loop(&loop);
	return status;
}
