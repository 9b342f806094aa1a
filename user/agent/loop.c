/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/loop.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/resource.h>

#include "agent/cage.h"
#include "agent/choice.h"
#include "agent/forget.h"
#include "agent/labels.h"
#include "agent/notify.h"
#include "agent/observers.h"
#include "agent/options.h"
#include "agent/outputs.h"
#include "agent/processes.h"
#include "agent/reload.h"
#include "agent/settings.h"
#include "agent/survey.h"
#include "agent/status.h"
#include "agent/sums.h"
#include "agent/waiter.h"
#include "host/cgroups.h"
#include "host/classes.h"
#include "host/history.h"
#include "host/lives.h"
#include "host/machine.h"
#include "host/spaces.h"
#include "hostprobe/hostprobe.h"
#include "names/helper.h"
#include "procfs/procfs.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/units.h"

#define SLOW_NS (5 * NS_PER_S) /* how often what is dear is read */
#define FINISH_NS (5 * NS_PER_S) /* what waits to be sent may take so long at the end */

struct loop {
	struct reload settings;
	const struct agent_options *options; /* of these */
	struct procfs procfs;
	struct cgroups *groups; /* owned, as all below */
	struct helper *helper; /* NULL where it could not be started */
	bool is_here; /* the cgroups are this machine's */
	struct machine machine;
	struct choice choice;
	struct classes classes;
	struct waiter waiter;
	struct hostprobe *probe; /* NULL where processes are not told */
	struct processes processes;
	struct forget forget;
	struct survey survey;
	struct spaces spaces;
	struct history *history; /* NULL without one */
	uint64_t entries; /* that it was to have */
	struct outputs outputs;
	struct observers observers;
	struct rows rows; /* of everything, for these */
	uint64_t looks; /* so far */
	uint64_t ts_ms; /* of the last */
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

/* Than the table of groups. */
static bool tells_more(const struct loop *loop)
{
	const struct agent_options *options = loop->options;

	return options->verbose || options->json || options->out ||
	       observers_are_any(&loop->observers);
}

/* Only where they are shown. What is known of cgroups is told without, too. */
static void open_probe(struct loop *loop)
{
	const struct agent_options *options = loop->options;
	bool by_v1 = cgroups_key(loop->groups) == MOUNT_CPUACCT;
	int r;

	if (!cgroups_has_cgroups(loop->groups) || (!tells_more(loop) && !options->rules.count))
		return;
	/* Another machine's cgroups have ids of their own. Without either what is short-lived may be missed, as docs say. */
	if (!loop->is_here || waiter_open_events(&loop->waiter, by_v1))
		(void)waiter_watch_folders(&loop->waiter);
	if (!loop->is_here)
		return;
	r = hostprobe_open(by_v1, &loop->probe);
	if (r && options->verbose)
		log_warning("processes are not told, which takes BPF: %s", strerror(-r));
}

/* With --once there is none. */
static int open_history(struct loop *loop)
{
	const struct agent_options *options = loop->options;
	int r;

	loop->entries = options->history.entries;
	if (options->once || !options->history.entries)
		return 0;
	r = history_new((size_t)options->history.entries, &loop->history);
	if (r)
		return log_error(r, "cannot keep a history");
	return outputs_announce(&loop->outputs, loop->history);
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

/* Of another machine's cgroups nobody here knows names. */
static struct helper *labeller(const struct loop *loop)
{
	return loop->is_here ? loop->helper : NULL;
}

static int open_loop(struct loop *loop, const sigset_t *signals)
{
	const struct agent_options *options = loop->options;
	int r;

	(void)helper_start(options->proc_root, "", &loop->helper);
	procfs_init(&loop->procfs, options->proc_root);
	machine_init(&loop->machine, &loop->procfs);
	r = outputs_open(&loop->outputs, options);
	if (!r && !options->once)
		r = observers_open(&loop->observers, options);
	if (r)
		return r;
	r = cgroups_new(&loop->procfs, options->cgroup_root, &loop->groups);
	if (r)
		return log_error(r, "cannot find the cgroups of this machine");
	loop->is_here = !options->cgroup_root || cgroups_are_kernels(loop->groups);
	r = waiter_init(&loop->waiter, loop->groups, labeller(loop), &loop->observers, signals);
	if (r)
		return log_error(r, "cannot wait for signals");
	if (!cgroups_has_cgroups(loop->groups))
		log_warning("no cgroups are mounted%s%s: the machine alone is told",
			    options->cgroup_root ? " below " : "",
			    options->cgroup_root ? options->cgroup_root : "");
	open_probe(loop);
	r = survey_open(&loop->survey, &loop->procfs, loop->helper, options);
	if (r)
		return log_error(r, "cannot group processes");
	r = open_classes(loop);
	if (r)
		return log_error(r, "cannot sort containers");
	r = open_history(loop);
	return r ? r : cage_close((enum cage_filter)options->filter);
}

static void close_loop(struct loop *loop)
{
	observers_close(&loop->observers);
	rows_done(&loop->rows);
	outputs_close(&loop->outputs);
	choice_done(&loop->choice);
	classes_done(&loop->classes);
	waiter_done(&loop->waiter);
	helper_stop(loop->helper);
	hostprobe_close(loop->probe);
	processes_done(&loop->processes);
	forget_done(&loop->forget);
	survey_close(&loop->survey);
	spaces_done(&loop->spaces);
	history_free(loop->history);
	cgroups_free(loop->groups);
	machine_done(&loop->machine);
	reload_done(&loop->settings);
}

static int look_around(struct loop *loop, const struct hostprobe_row *rows, size_t count,
		       uint64_t mono_ns, uint64_t ts_ms)
{
	struct survey_look look = {
		.groups = loop->groups,
		.rows = rows,
		.count = count,
		.has_rows = loop->probe,
		.mono_ns = mono_ns,
		.ts_ms = ts_ms,
	};
	int r;

	if (loop->probe)
		look.endings = hostprobe_endings(loop->probe, &look.endings_count);
	r = survey_take(&loop->survey, &look);
	loop->machine.figures.processes_unreadable = loop->survey.tasks.unreadable;
	return r ? log_error(r, "cannot look at the processes") : 0;
}

static int take_rows(struct loop *loop, const struct leftover_look *look, uint64_t mono_ns,
		     uint64_t ts_ms)
{
	struct leftover_look all;
	int r = leftover_join(&loop->forget.leftover, loop->groups, look, &all);

	if (!r)
		r = processes_take(&loop->processes, loop->groups, all.rows, all.count, mono_ns,
				   ts_ms);
	if (!r)
		r = processes_take_endings(&loop->processes, loop->groups, all.endings,
					   all.endings_count);
	return r ? r : forget_take(&loop->forget, loop->probe, loop->groups, look);
}

/* Behind the cgroups: a row is sorted by what they have found. */
static int look_at_processes(struct loop *loop, uint64_t mono_ns, uint64_t ts_ms)
{
	struct host_machine *figures = &loop->machine.figures;
	const struct hostprobe_row *rows = NULL;
	struct hostprobe_losses losses;
	struct leftover_look look;
	size_t count = 0;
	int r;

	if (!loop->probe)
		return look_around(loop, NULL, 0, mono_ns, ts_ms);
	r = hostprobe_look(loop->probe, &rows, &count);
	look = (struct leftover_look){ .rows = rows, .count = count };
	if (!r)
		look.endings = hostprobe_endings(loop->probe, &look.endings_count);
	if (!r)
		r = take_rows(loop, &look, mono_ns, ts_ms);
	if (!r)
		figures->command_rows = count;
	losses = hostprobe_losses(loop->probe);
	figures->threads_overcounted = losses.bases_lost;
	figures->threads_unsorted = losses.rows_lost;
	figures->ends_unsorted = losses.ends_lost;
	if (r)
		return log_error(r, "cannot look at the processes");
	return look_around(loop, rows, count, mono_ns, ts_ms);
}

/* With --once all of them, at the look that is told. */
static int look_at_connections(struct loop *loop, uint64_t mono_ns, uint64_t ts_ms)
{
	bool is_once = loop->options->once;

	if (!tells_more(loop) || (is_once && loop->looks == 1))
		return 0;
	return spaces_take(&loop->spaces, &loop->procfs, loop->groups, mono_ns, ts_ms, is_once);
}

static int look(struct loop *loop)
{
	uint64_t mono_ns = clock_mono_ns(), wall_ms = clock_wall_ms();
	int r = waiter_take(&loop->waiter);
	uint64_t omitted;

	loop->looks++;
	loop->ts_ms = wall_ms;
	if (r)
		return log_error(r, "cannot look at the cgroups");
	r = machine_look(&loop->machine, mono_ns, wall_ms);
	if (r)
		return log_error(r, "cannot read '%s/stat'", loop->procfs.proc);
	r = cgroups_look(loop->groups, mono_ns, wall_ms, loop->options->once ? 0 : SLOW_NS);
	if (!r)
		r = labels_look(labeller(loop), loop->groups, mono_ns);
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
	if (!r)
		r = look_at_connections(loop, mono_ns, wall_ms);
	return r ? log_error(r, "cannot sum up the cgroups") : 0;
}

static struct rows_of all_of(const struct loop *loop)
{
	return (struct rows_of){
		.machine = &loop->machine,
		.groups = loop->groups,
		.processes = &loop->processes,
		.classes = &loop->classes,
		.survey = &loop->survey,
		.spaces = &loop->spaces,
		.options = loop->options,
	};
}

static int tell_observers(struct loop *loop)
{
	struct rows_of of = all_of(loop);
	struct view view = {
		.history = loop->history,
		.looks = loop->looks,
		.mono_ns = loop->machine.figures.mono_ns,
		.ts_ms = loop->ts_ms,
		.has_fresh_heavy = loop->survey.heavy.is_fresh,
	};
	int r;

	if (!observers_are_any(&loop->observers))
		return 0;
	r = rows_make(&loop->rows, &of);
	if (r)
		return log_error(r, "cannot tell of the cgroups");
	view.rows = loop->rows.items;
	view.count = loop->rows.count;
	observers_take(&loop->observers, &view);
	return 0;
}

static int tell(struct loop *loop)
{
	struct rows_of of = all_of(loop);
	int r;

	of.choice = &loop->choice;
	r = outputs_tell(&loop->outputs, &of, loop->history, loop->looks == 1);
	return r ? r : tell_observers(loop);
}

/* What ended between the last look and a signal is told, too. */
static int tell_last(struct loop *loop)
{
	int r = waiter_take(&loop->waiter);

	if (r || !lives_waiting(loop->groups))
		return r;
	r = look(loop);
	return r ? r : tell(loop);
}

/* Groups of processes and who uses much begin anew with new rules; counters of the kernel and of classes go on. */
static int apply(struct loop *loop)
{
	const struct agent_options *options = loop->options;
	int r;

	survey_close(&loop->survey);
	r = survey_open(&loop->survey, &loop->procfs, loop->helper, options);
	classes_forget_rules(&loop->classes);
	if (!r)
		r = open_classes(loop);
	outputs_reload(&loop->outputs, options);
	if (!r && loop->entries != options->history.entries) {
		history_free(loop->history);
		loop->history = NULL;
		r = open_history(loop);
	}
	return r;
}

/* A wrong configuration changes nothing: it was told, and the one before holds. */
static int reload(struct loop *loop)
{
	int r;

	notify_reloading();
	r = reload_read(&loop->settings);
	if (r) {
		log_warning("the configuration is as it was before");
		notify_ready();
		return 0;
	}
	loop->options = &loop->settings.now->options;
	r = apply(loop);
	if (!r && !observers_reload(&loop->observers, loop->options))
		reload_forget(&loop->settings);
	notify_ready();
	return r;
}

static int run(struct loop *loop)
{
	uint64_t next_ns = clock_mono_ns();
	enum waiter_end end = WAITER_TIME;
	int r = 0;

	while (end == WAITER_TIME || end == WAITER_RELOAD) {
		uint64_t interval_ns;

		r = end == WAITER_RELOAD ? reload(loop) : 0;
		interval_ns = loop->options->interval_ns;
		if (end == WAITER_RELOAD)
			next_ns = clock_mono_ns();
		if (!r)
			r = look(loop);
		if (!r)
			r = tell(loop);
		if (loop->options->once && loop->looks == 2)
			return r;
		/* The second comes soon, so that there is something to see. */
		next_ns += loop->looks > 1 || interval_ns < NS_PER_S ? interval_ns : NS_PER_S;
		if (next_ns < clock_mono_ns())
			next_ns = clock_mono_ns();
		end = r ? WAITER_FAILED : waiter_wait(&loop->waiter, next_ns);
		if (end == WAITER_FAILED)
			return r ? r : log_error(-ENOMEM, "cannot look at the cgroups");
	}
	return tell_last(loop);
}

static int finish(struct loop *loop)
{
	const char *missing = choice_missing(loop->groups, &loop->survey.families, loop->options);

	if (loop->options->once && missing) {
		(void)log_error(0, "there is no '%s' among the cgroups of this machine", missing);
		return STATUS_LOST;
	}
	notify_stopping();
	observers_finish(&loop->observers, clock_mono_ns() + FINISH_NS);
	return outputs_tell_history(&loop->outputs, loop->history) ? STATUS_LOST : STATUS_OK;
}

int loop_run(struct settings *settings)
{
	struct loop loop = { .settings.now = settings,
			     .options = &settings->options,
			     .waiter.signal_fd = -1 };
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
