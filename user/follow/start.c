/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From a request to a monitor that follows: `run` and `attach`. */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "follow/monitor_internal.h"
#include "launch/launch.h"
#include "launch/request.h"
#include "procfs/procfs.h"
#include "procfs/status.h"
#include "util/error.h"

static void denet_monitor_freep(struct denet_monitor **monitor)
{
	denet_monitor_free(*monitor);
}

void start_clocks(struct denet_monitor *monitor)
{
	uint64_t now_ns;

	times_begin(&monitor->times);
	now_ns = monitor->times.start_mono_ns;
	sampler_begin_rates(&monitor->sampler, now_ns);
	ledger_begin(&monitor->ledger, now_ns);
	root_begin_rate(&monitor->root, now_ns);
}

/* Asked for, and of nobody told. */
static void warn_of_net(const struct denet_monitor *monitor)
{
	const struct source *source = monitor->source;
	char why[200], text[256];

	if (!monitor->options.net || !source || !monitor->observer.on_warning ||
	    !(source->ops->unknown(source) & COUNTER_NET))
		return;
	source->ops->explain_net(source, why, sizeof(why));
	(void)snprintf(text, sizeof(text), "bytes of sockets are not told: %s", why);
	monitor->observer.on_warning(monitor->observer.context, text);
}

void start_observing(struct denet_monitor *monitor, pid_t pid)
{
	around_open(&monitor->around, &monitor->procfs, monitor->source, pid);
	if (monitor->warning[0] && monitor->observer.on_warning)
		monitor->observer.on_warning(monitor->observer.context, monitor->warning);
	monitor_warn_of_group(monitor);
	warn_of_net(monitor);
}

static int watch_root(struct denet_monitor *monitor)
{
	const struct source *source = monitor->source;
	struct watch *watch = &monitor->watch;
	int r = watch_open(watch);

	if (!r)
		r = watch_add(watch, monitor->control.request_fd);
	if (!r)
		r = watch_add(watch, monitor->root.fd);
	if (!r && source && source->fd >= 0)
		r = watch_add(watch, source->fd);
	return r;
}

/* Opens the pidfd of the root, before anybody else can be meant by the pid. */
static int open_root(struct denet_monitor *monitor, pid_t pid, bool is_ours)
{
	int r = root_open(&monitor->root, pid, is_ours);

	if (!r)
		around_open_net(&monitor->around, &monitor->procfs, pid);
	return r;
}

/* A stub that waits stays who it is. */
static int open_and_watch_stub(struct denet_monitor *monitor)
{
	int r = open_root(monitor, monitor->root.pid, true);

	return r ? r : watch_root(monitor);
}

static int follow_stub(struct denet_monitor *monitor, struct launch *held,
		       const struct denet_launch *launch, const struct source_ops *const *sources,
		       struct denet_error *error)
{
	int r = open_source_for_run(monitor, sources, error);

	if (r)
		return r;
	r = open_and_watch_stub(monitor);
	/* Short of descriptors: being able to wait for the command comes before measuring it. */
	if ((r == -EMFILE || r == -ENFILE) && monitor->source &&
	    monitor->options.accounting == DENET_ACCOUNTING_AUTO) {
		open_nothing(monitor, strerror(-r));
		watch_close(&monitor->watch);
		r = open_and_watch_stub(monitor);
	}
	if (r)
		return error_set(error, r, "cannot watch the command: %s", strerror(-r));
	start_observing(monitor, monitor->root.pid);
	group_begin(&monitor->group);
	start_clocks(monitor);
	return request_release(held, launch, error);
}

static int start(struct denet_monitor *monitor, const struct denet_launch *launch,
		 const struct source_ops *const *sources, struct denet_error *error)
{
	struct launch held;
	/* Before anything large is loaded, so that the stub is small and is born meanwhile. */
	int r = request_hold(launch, &held, error);

	if (r)
		return r;
	root_set_pid(&monitor->root, held.pid);
	r = root_set_args(&monitor->root, launch->argv);
	if (launch->own_cgroup)
		group_make(&monitor->group, &monitor->procfs, held.pid);
	else
		group_share(&monitor->group, &monitor->procfs);
	if (r)
		(void)error_set(error, r, "out of memory");
	else
		r = follow_stub(monitor, &held, launch, sources, error);
	if (r)
		launch_cancel(&held);
	return r;
}

int start_running(const struct denet_options *options, const struct denet_observer *observer,
		  const struct denet_launch *launch, const struct source_ops *const *sources,
		  struct denet_monitor **ret_monitor, struct denet_error *error)
{
	__attribute__((cleanup(denet_monitor_freep))) struct denet_monitor *monitor = NULL;
	struct denet_launch known;
	int r;

	if (error)
		error->exec_errno = 0;
	r = request_take(launch, &known, error);
	if (!r)
		r = monitor_new(options, observer, &monitor, error);
	if (r || !monitor)
		return r;
	facts_of_launch(&monitor->facts, &known, monitor->options.label);
	r = start(monitor, &known, sources, error);
	if (r)
		return r;
	*ret_monitor = monitor;
	monitor = NULL;
	return 0;
}

int denet_run(const struct denet_options *options, const struct denet_observer *observer,
	      const struct denet_launch *launch, struct denet_monitor **ret_monitor,
	      struct denet_error *error)
{
	return start_running(options, observer, launch, source_list, ret_monitor, error);
}

static int check_pid(const struct procfs *procfs, pid_t pid, struct denet_error *error)
{
	pid_t tgid;
	int r;

	/* denet_self() */
	if (pid == getpid())
		return 0;
	r = status_read_tgid(procfs, pid, &tgid);
	if (r == -ESRCH || r == -ENOENT)
		return error_set(error, r, "there is no process %d", (int)pid);
	if (r)
		return error_set(error, r, "process %d cannot be read: %s", (int)pid, strerror(-r));
	if (tgid != pid)
		return error_set(error, -EINVAL, "%d is a thread of process %d", (int)pid,
				 (int)tgid);
	return 0;
}

static int begin_following(struct denet_monitor *monitor)
{
	int r = watch_root(monitor);

	if (r)
		return r;
	start_observing(monitor, monitor->root.pid);
	start_clocks(monitor);
	return tick_begin_rates(monitor);
}

static int follow(struct denet_monitor *monitor, pid_t pid, const struct source_ops *const *sources,
		  struct denet_error *error)
{
	int r = open_root(monitor, pid, false);

	if (r == -ESRCH)
		return error_set(error, r, "there is no process %d", (int)pid);
	if (r)
		return error_set(error, r, "cannot watch process %d: %s", (int)pid, strerror(-r));
	monitor->own.is_watched = pid == getpid();
	root_read_args(&monitor->root);
	facts_of_process(&monitor->facts, &monitor->procfs, pid, monitor->options.label);
	r = open_source(monitor, sources, error);
	if (r)
		return r;
	own_enter(&monitor->own, OWN_CALLER);
	own_include_seeding(&monitor->own);
	r = begin_following(monitor);
	own_leave(&monitor->own, OWN_CALLER);
	if (r)
		return error_set(error, r, "cannot watch process %d: %s", (int)pid, strerror(-r));
	return 0;
}

int start_following(const struct denet_options *options, const struct denet_observer *observer,
		    pid_t pid, const struct source_ops *const *sources,
		    struct denet_monitor **ret_monitor, struct denet_error *error)
{
	__attribute__((cleanup(denet_monitor_freep))) struct denet_monitor *monitor = NULL;
	int r = monitor_new(options, observer, &monitor, error);

	if (r || !monitor)
		return r;
	r = check_pid(&monitor->procfs, pid, error);
	if (!r)
		r = follow(monitor, pid, sources, error);
	if (r)
		return r;
	*ret_monitor = monitor;
	monitor = NULL;
	return 0;
}

int denet_attach(const struct denet_options *options, const struct denet_observer *observer,
		 pid_t pid, struct denet_monitor **ret_monitor, struct denet_error *error)
{
	if (pid <= 0)
		return error_set(error, -EINVAL, "%d is not a process id", (int)pid);
	if (pid == getpid())
		return error_set(error, -EINVAL, "%d is the monitor itself", (int)pid);
	return start_following(options, observer, pid, source_list, ret_monitor, error);
}

int denet_self(const struct denet_options *options, const struct denet_observer *observer,
	       struct denet_monitor **ret_monitor, struct denet_error *error)
{
	return start_following(options, observer, getpid(), source_list, ret_monitor, error);
}
