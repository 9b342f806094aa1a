/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From a request to a monitor that follows: `run` and `attach`. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "monitor/error.h"
#include "monitor/monitor_internal.h"
#include "procfs/pressure.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "procfs/status.h"
#include "util/clock.h"

static void denet_monitor_freep(struct denet_monitor **monitor)
{
	denet_monitor_free(*monitor);
}

/* Callers built against an older header hand over less; what they do not know stays 0. */
static void copy_sized(void *to, size_t to_size, const void *from, size_t from_size)
{
	memset(to, 0, to_size);
	memcpy(to, from, from_size < to_size ? from_size : to_size);
}

static int check_options(const struct denet_options *options, struct denet_error *error)
{
	if (!options->interval_ms)
		return error_set(error, -EINVAL, "the interval cannot be 0");
	if (options->interval_ms > options->max_interval_ms)
		return error_set(error, -EINVAL, "the interval is above its maximum");
	if (options->max_interval_ms > UINT64_MAX / 4000000)
		return error_set(error, -EINVAL, "the interval is too long");
	if (options->accounting == DENET_ACCOUNTING_PROC)
		return error_set(error, -ENOTSUP, "accounting 'proc' is not there yet");
	return 0;
}

static int new_monitor(const struct denet_options *options, const struct denet_observer *observer,
		       struct denet_monitor **ret_monitor, struct denet_error *error)
{
	struct denet_monitor *monitor = calloc(1, sizeof(*monitor));
	int r;

	if (!monitor)
		return error_set(error, -ENOMEM, "out of memory");
	copy_sized(&monitor->options, sizeof(monitor->options), options, options->size);
	if (observer)
		copy_sized(&monitor->observer, sizeof(monitor->observer), observer, observer->size);
	monitor->epoll_fd = -1;
	monitor->timer_fd = -1;
	monitor->root_fd = -1;
	monitor->netdev_fd = -1;
	monitor->pressure_fd = -1;
	monitor->accounting = DENET_ACCOUNTING_NONE;
	monitor->tick_ns = clock_tick_ns();
	r = check_options(&monitor->options, error);
	if (r)
		free(monitor);
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

static int open_probe(struct denet_monitor *monitor, struct denet_error *error)
{
	struct probe_options options = { 0 };
	char why[160];
	int r = probe_open(&options, &monitor->probe);

	if (!r)
		r = news_seed(monitor);
	if (!r) {
		monitor->accounting = DENET_ACCOUNTING_BPF;
		return 0;
	}
	probe_free(monitor->probe);
	monitor->probe = NULL;
	/* 6.18's task iterator was seen to leave out process 1. */
	if (r == -ESRCH && monitor_has_root_ended(monitor))
		return error_set(error, r, "process %d has ended", (int)monitor->root_pid);
	if (r == -ESRCH)
		return error_set(error, r, "the kernel does not show process %d to BPF programs",
				 (int)monitor->root_pid);
	probe_explain(r, why, sizeof(why));
	return error_set(error, r, "%s", why);
}

static void warn(struct denet_monitor *monitor, const char *text)
{
	if (monitor->observer.on_warning)
		monitor->observer.on_warning(monitor->observer.context, text);
}

/* Whoever asked for the best that is possible gets the command all the same. */
static int open_probe_for_run(struct denet_monitor *monitor, struct denet_error *error)
{
	struct denet_error why = { .size = sizeof(why) };
	char text[320];
	int r = open_probe(monitor, &why);

	if (!r)
		return 0;
	if (monitor->options.accounting == DENET_ACCOUNTING_BPF)
		return error_set(error, r, "cannot measure: %s", why.text);
	(void)snprintf(text, sizeof(text), "the command runs unmonitored: %s", why.text);
	warn(monitor, text);
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
		process->rate = (struct rate){ .cpu_ns = process->used.cpu_ns,
					       .mono_ns = monitor->start_mono_ns };
	monitor->rate.cpu_ns = monitor->total.cpu_ns;
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

static void drop_probe(struct denet_monitor *monitor, int error)
{
	char text[128];

	(void)snprintf(text, sizeof(text), "the command runs unmonitored: %s", strerror(-error));
	warn(monitor, text);
	probe_free(monitor->probe);
	monitor->probe = NULL;
	monitor->accounting = DENET_ACCOUNTING_NONE;
	monitor_unwatch(monitor);
}

static int release(struct denet_monitor *monitor, struct launch *launch, const char *name,
		   struct denet_error *error)
{
	int exec_errno = 0, r;

	note_start(monitor);
	r = launch_release(launch, &exec_errno);
	if (r)
		return error_set(error, r, "cannot start '%s': %s", name, strerror(-r));
	if (!exec_errno)
		return 0;
	if (error)
		error->exec_errno = exec_errno;
	return error_set(error, -exec_errno, "cannot execute '%s': %s", name, strerror(exec_errno));
}

static int follow_stub(struct denet_monitor *monitor, struct launch *launch, const char *name,
		       struct denet_error *error)
{
	int r = open_probe_for_run(monitor, error);

	if (r)
		return r;
	r = watch_root(monitor);
	/* Short of descriptors: being able to wait for the command comes before measuring it. */
	if ((r == -EMFILE || r == -ENFILE) && monitor->probe &&
	    monitor->options.accounting != DENET_ACCOUNTING_BPF) {
		drop_probe(monitor, r);
		r = watch_root(monitor);
	}
	if (r)
		return error_set(error, r, "cannot watch the command: %s", strerror(-r));
	open_system_files(monitor);
	return release(monitor, launch, name, error);
}

int denet_run(const struct denet_options *options, const struct denet_observer *observer,
	      char *const argv[], int stdout_fd, struct denet_monitor **ret_monitor,
	      struct denet_error *error)
{
	__attribute__((cleanup(denet_monitor_freep))) struct denet_monitor *monitor = NULL;
	struct launch_changes changes = { .stdout_fd = stdout_fd };
	struct launch launch;
	int r;

	if (error)
		error->exec_errno = 0;
	if (!argv || !argv[0])
		return error_set(error, -EINVAL, "no command");
	r = new_monitor(options, observer, &monitor, error);
	if (r || !monitor)
		return r;
	/* Before anything large is loaded, so that the stub is small and is born meanwhile. */
	changes.mask = monitor->options.command_mask;
	changes.ignored = monitor->options.command_ignored;
	r = launch_hold(argv, &changes, &launch);
	if (r)
		return error_set(error, r, "cannot fork: %s", strerror(-r));
	monitor->root_pid = launch.pid;
	r = copy_args(argv, &monitor->args, &monitor->args_len);
	if (r)
		(void)error_set(error, r, "out of memory");
	else
		r = follow_stub(monitor, &launch, argv[0], error);
	if (r) {
		launch_cancel(&launch);
		return r;
	}
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

int denet_attach(const struct denet_options *options, const struct denet_observer *observer,
		 pid_t pid, struct denet_monitor **ret_monitor, struct denet_error *error)
{
	__attribute__((cleanup(denet_monitor_freep))) struct denet_monitor *monitor = NULL;
	int r = check_pid(pid, error);

	if (!r)
		r = new_monitor(options, observer, &monitor, error);
	if (r || !monitor)
		return r;
	monitor->root_pid = pid;
	monitor->is_attached = true;
	/* The pidfd first: from here on nobody else can be meant by the pid. */
	r = open_root(monitor);
	if (r)
		return error_set(error, r, "there is no process %d", (int)pid);
	read_root_command(monitor);
	note_start(monitor);
	r = open_probe(monitor, error);
	if (r)
		return r;
	r = begin_rates(monitor);
	if (!r)
		r = monitor_watch(monitor);
	if (r)
		return error_set(error, r, "cannot watch process %d: %s", (int)pid, strerror(-r));
	open_system_files(monitor);
	*ret_monitor = monitor;
	monitor = NULL;
	return 0;
}
