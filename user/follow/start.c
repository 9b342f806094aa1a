/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From a request to a monitor that follows: `run` and `attach`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/error.h"
#include "follow/monitor_internal.h"
#include "launch/request.h"
#include "util/sized.h"
#include "procfs/pressure.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "procfs/status.h"
#include "util/clock.h"

#define UNMONITORED "the command runs unmonitored"

static void denet_monitor_freep(struct denet_monitor **monitor)
{
	denet_monitor_free(*monitor);
}

static int check_options(const struct denet_options *options, struct denet_error *error)
{
	if (!options->interval_ms)
		return error_set(error, -EINVAL, "the interval cannot be 0");
	if (options->interval_ms > options->max_interval_ms)
		return error_set(error, -EINVAL, "the interval is above its maximum");
	if (options->max_interval_ms > UINT64_MAX / 4000000)
		return error_set(error, -EINVAL, "the interval is too long");
	return 0;
}

/* What the caller hands over, as far as it is known here; and the observer that keeps records. */
static int take_request(struct denet_monitor *monitor, const struct denet_options *options,
			const struct denet_observer *observer, struct denet_error *error)
{
	struct denet_observer callers = { 0 };
	int r;

	if (!options)
		return error_set(error, -EINVAL, "no options");
	monitor->options.size = sizeof(monitor->options);
	denet_options_init(&monitor->options);
	r = sized_take(&monitor->options, sizeof(monitor->options), options);
	if (!r && observer)
		r = sized_take(&callers, sizeof(callers), observer);
	if (r == -E2BIG)
		return error_set(error, r, SIZED_YOUNGER_CALLER);
	if (r)
		return error_set(error, r, "options or observer without size");
	r = check_options(&monitor->options, error);
	if (r)
		return r;
	r = records_new(&monitor->options, &callers, &monitor->records);
	if (r)
		return error_set(error, r, "out of memory");
	monitor->observer = *records_observer(monitor->records);
	return 0;
}

static int new_monitor(const struct denet_options *options, const struct denet_observer *observer,
		       struct denet_monitor **ret_monitor, struct denet_error *error)
{
	struct denet_monitor *monitor = calloc(1, sizeof(*monitor));
	int r;

	if (!monitor)
		return error_set(error, -ENOMEM, "out of memory");
	monitor->epoll_fd = -1;
	monitor->timer_fd = -1;
	monitor->root_fd = -1;
	monitor->netdev_fd = -1;
	monitor->pressure_fd = -1;
	monitor->accounting = DENET_ACCOUNTING_NONE;
	monitor->tick_ns = clock_tick_ns();
	r = control_init(&monitor->control);
	if (r)
		(void)error_set(error, r, "cannot watch: %s", strerror(-r));
	else
		r = take_request(monitor, options, observer, error);
	if (r)
		denet_monitor_free(monitor);
	else
		*ret_monitor = monitor;
	return r;
}

static int copy_args(char *const argv[], char **ret_args, size_t *ret_len)
{
	size_t len = 0, i, one;
	char *args;

	for (i = 0; argv[i]; i++)
		len += strlen(argv[i]) + 1;
	args = malloc(len + 1);
	if (!args)
		return -ENOMEM;
	*ret_args = args;
	*ret_len = len;
	for (i = 0; argv[i]; i++) {
		one = strlen(argv[i]) + 1;
		memcpy(args, argv[i], one);
		args += one;
	}
	return 0;
}

static void drop_source(struct denet_monitor *monitor)
{
	source_close(monitor->source);
	monitor->source = NULL;
	monitor->accounting = DENET_ACCOUNTING_NONE;
	/* What seeding had found until it failed. */
	tree_done(&monitor->tree);
	monitor->tree = (struct tree){ 0 };
	monitor->before = (struct task_counters){ 0 };
	monitor->root_rate.cpu_ns = 0;
	monitor->seeded_processes = 0;
	monitor->seeded_threads = 0;
}

/* What an observer is told of where the figures come from. */
static enum denet_accounting accounting_of(const struct source_ops *ops)
{
	return ops->is_exact ? DENET_ACCOUNTING_BPF : DENET_ACCOUNTING_PROC;
}

static int seed(struct denet_monitor *monitor, struct denet_error *error)
{
	int r = news_seed(monitor);

	monitor->accounting = accounting_of(monitor->source->ops);
	if (!r)
		return 0;
	drop_source(monitor);
	/* 6.18's task iterator was seen to leave out process 1. */
	if (r == -ESRCH && monitor_has_root_ended(monitor))
		return error_set(error, r, "process %d has ended", (int)monitor->root_pid);
	if (r == -ESRCH)
		return error_set(error, r, "the kernel does not show process %d",
				 (int)monitor->root_pid);
	return error_set(error, r, "process %d cannot be followed: %s", (int)monitor->root_pid,
			 strerror(-r));
}

static int try_source(struct denet_monitor *monitor, const struct source_ops *ops,
		      struct denet_error *error)
{
	const struct source_options options = {
		.procfs = procfs_host(),
		.adopt_orphans = monitor->options.adopt_orphans && !monitor->is_attached,
	};
	char why[200];
	int r = source_open(ops, &options, &monitor->source, why, sizeof(why));

	return r ? error_set(error, r, "%s", why) : seed(monitor, error);
}

static void warn(struct denet_monitor *monitor, const char *what, const char *why,
		 const char *remedy)
{
	(void)snprintf(monitor->warning, sizeof(monitor->warning), "%s: %s%s", what, why, remedy);
}

static void tell_warning(struct denet_monitor *monitor)
{
	if (monitor->warning[0] && monitor->observer.on_warning)
		monitor->observer.on_warning(monitor->observer.context, monitor->warning);
}

static bool is_wanted(const struct denet_monitor *monitor, const struct source_ops *ops)
{
	enum denet_accounting wanted = monitor->options.accounting;

	return wanted == DENET_ACCOUNTING_AUTO || wanted == accounting_of(ops);
}

/* Something better was wanted, and why it could not be had. */
static void warn_of_second_best(struct denet_monitor *monitor, const char *why, bool has_ended)
{
	if (has_ended)
		warn(monitor, "figures are what /proc still shows", why, "");
	else
		warn(monitor, "figures are lower bounds, sampled from /proc", why,
		     "; 'denet-bpf doctor' tells what would help");
}

/* The best that is wanted and possible; on failure error is that of the last. */
static int open_source(struct denet_monitor *monitor, struct denet_error *error)
{
	struct denet_error why = { .size = sizeof(why) }, first = { .size = sizeof(first) };
	const struct source_ops *const *ops = source_list;
	bool has_ended = false;
	int r = -ENOSYS;

	for (; *ops; ops++) {
		if (!is_wanted(monitor, *ops))
			continue;
		r = try_source(monitor, *ops, &why);
		if (!r)
			break;
		if (first.text[0])
			continue;
		first = why;
		has_ended = r == -ESRCH && monitor->is_attached && monitor_has_root_ended(monitor);
	}
	if (r)
		return error_set(error, r, "%s", why.text);
	if (first.text[0])
		warn_of_second_best(monitor, first.text, has_ended);
	return 0;
}

/* Whoever asked for the best that is possible gets the command all the same. */
static int open_source_for_run(struct denet_monitor *monitor, struct denet_error *error)
{
	struct denet_error why = { .size = sizeof(why) };
	int r = open_source(monitor, &why);

	if (!r)
		return 0;
	if (monitor->options.accounting != DENET_ACCOUNTING_AUTO)
		return error_set(error, r, "cannot measure: %s", why.text);
	warn(monitor, UNMONITORED, why.text, "");
	return 0;
}

static void note_start(struct denet_monitor *monitor)
{
	monitor->start_mono_ns = clock_mono_ns();
	monitor->start_boot_ns = clock_boot_ns();
	monitor->t0_ms = clock_wall_ms();
	monitor->last_sample_mono_ns = monitor->start_mono_ns;
	monitor->rate.mono_ns = monitor->start_mono_ns;
	monitor->root_rate.mono_ns = monitor->start_mono_ns;
	/* Samples may all come too late to see it, but the root there was. */
	monitor->processes_peak = 1;
	monitor->threads_peak = 1;
}

/* What was used before the attach is in the totals of since_process_start, not in the rates. */
static int begin_rates(struct denet_monitor *monitor)
{
	struct process *process;
	int r = tick_walk(monitor);

	for (process = monitor->tree.oldest; process; process = process->younger)
		process->rate = (struct rate){ .cpu_ns = process->used.cpu_ns + process->slice_ns,
					       .mono_ns = monitor->start_mono_ns };
	monitor->rate.cpu_ns = monitor->total.cpu_ns + monitor->tree.slice_ns;
	if (monitor->options.since_process_start)
		monitor->cpu_before_ns = monitor->total.cpu_ns;
	return r;
}

/* Optional: a figure that cannot be had is left out. */
static void open_system_files(struct denet_monitor *monitor)
{
	monitor->pressure_fd = pressure_open(procfs_host());
	if (monitor->netdev_fd >= 0 && netdev_read(monitor->netdev_fd, &monitor->net_before)) {
		(void)close(monitor->netdev_fd);
		monitor->netdev_fd = -1;
	}
}

static int open_root(struct denet_monitor *monitor)
{
	monitor->root_fd = (int)syscall(SYS_pidfd_open, monitor->root_pid, 0);
	if (monitor->root_fd < 0)
		return -errno;
	monitor->netdev_fd = netdev_open(procfs_host(), monitor->root_pid);
	return 0;
}

static int watch_root(struct denet_monitor *monitor)
{
	int r = open_root(monitor);

	return r ? r : monitor_watch(monitor);
}

static int follow_stub(struct denet_monitor *monitor, struct launch *held,
		       const struct denet_launch *launch, struct denet_error *error)
{
	int r = open_source_for_run(monitor, error);

	if (r)
		return r;
	r = watch_root(monitor);
	/* Short of descriptors: being able to wait for the command comes before measuring it. */
	if ((r == -EMFILE || r == -ENFILE) && monitor->source &&
	    monitor->options.accounting == DENET_ACCOUNTING_AUTO) {
		warn(monitor, UNMONITORED, strerror(-r), "");
		drop_source(monitor);
		monitor_unwatch(monitor);
		r = watch_root(monitor);
	}
	if (r)
		return error_set(error, r, "cannot watch the command: %s", strerror(-r));
	open_system_files(monitor);
	tell_warning(monitor);
	note_start(monitor);
	return request_release(held, launch, error);
}

static int start(struct denet_monitor *monitor, const struct denet_launch *launch,
		 struct denet_error *error)
{
	struct launch held;
	/* Before anything large is loaded, so that the stub is small and is born meanwhile. */
	int r = request_hold(launch, &held, error);

	if (r)
		return r;
	monitor->root_pid = held.pid;
	r = copy_args(launch->argv, &monitor->args, &monitor->args_len);
	if (r)
		(void)error_set(error, r, "out of memory");
	else
		r = follow_stub(monitor, &held, launch, error);
	if (r)
		launch_cancel(&held);
	return r;
}

int denet_run(const struct denet_options *options, const struct denet_observer *observer,
	      const struct denet_launch *launch, struct denet_monitor **ret_monitor,
	      struct denet_error *error)
{
	__attribute__((cleanup(denet_monitor_freep))) struct denet_monitor *monitor = NULL;
	struct denet_launch known;
	int r;

	if (error)
		error->exec_errno = 0;
	r = request_take(launch, &known, error);
	if (!r)
		r = new_monitor(options, observer, &monitor, error);
	if (r || !monitor)
		return r;
	r = start(monitor, &known, error);
	if (r)
		return r;
	*ret_monitor = monitor;
	monitor = NULL;
	return 0;
}

static int check_pid(pid_t pid, struct denet_error *error)
{
	pid_t tgid;
	int r;

	if (pid <= 0)
		return error_set(error, -EINVAL, "%d is not a process id", (int)pid);
	if (pid == getpid())
		return error_set(error, -EINVAL, "%d is the monitor itself", (int)pid);
	r = status_read_tgid(procfs_host(), pid, &tgid);
	if (r == -ESRCH || r == -ENOENT)
		return error_set(error, r, "there is no process %d", (int)pid);
	if (r)
		return error_set(error, r, "process %d cannot be read: %s", (int)pid, strerror(-r));
	if (tgid != pid)
		return error_set(error, -EINVAL, "%d is a thread of process %d", (int)pid,
				 (int)tgid);
	return 0;
}

static void read_root_command(struct denet_monitor *monitor)
{
	char args[DENET_ARGS_MAX];
	bool is_truncated;
	size_t len;

	if (process_read_cmdline(procfs_host(), monitor->root_pid, sizeof(args), args, &len,
				 &is_truncated))
		return;
	monitor->args = malloc(len + 1);
	if (!monitor->args)
		return;
	memcpy(monitor->args, args, len);
	monitor->args_len = len;
}

static int follow(const struct denet_options *options, const struct denet_observer *observer,
		  pid_t pid, struct denet_monitor **ret_monitor, struct denet_error *error)
{
	__attribute__((cleanup(denet_monitor_freep))) struct denet_monitor *monitor = NULL;
	int r = new_monitor(options, observer, &monitor, error);

	if (r || !monitor)
		return r;
	monitor->root_pid = pid;
	monitor->is_attached = true;
	/* The pidfd first: from here on nobody else can be meant by the pid. */
	r = open_root(monitor);
	if (r == -ESRCH)
		return error_set(error, r, "there is no process %d", (int)pid);
	if (r)
		return error_set(error, r, "cannot watch process %d: %s", (int)pid, strerror(-r));
	read_root_command(monitor);
	note_start(monitor);
	r = open_source(monitor, error);
	if (r)
		return r;
	r = begin_rates(monitor);
	if (!r)
		r = monitor_watch(monitor);
	if (r)
		return error_set(error, r, "cannot watch process %d: %s", (int)pid, strerror(-r));
	open_system_files(monitor);
	tell_warning(monitor);
	*ret_monitor = monitor;
	monitor = NULL;
	return 0;
}

int denet_attach(const struct denet_options *options, const struct denet_observer *observer,
		 pid_t pid, struct denet_monitor **ret_monitor, struct denet_error *error)
{
	int r = check_pid(pid, error);

	return r ? r : follow(options, observer, pid, ret_monitor, error);
}

int denet_self(const struct denet_options *options, const struct denet_observer *observer,
	       struct denet_monitor **ret_monitor, struct denet_error *error)
{
	return follow(options, observer, getpid(), ret_monitor, error);
}
