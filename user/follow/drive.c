/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who drives a monitor: the caller step by step, or a thread of ours. */
#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include "follow/monitor_internal.h"
#include "util/clock.h"
#include "util/units.h"

/* Who waits for a descriptor does not learn that it was closed: a thread of ours looks that often. */
#define LOOK_MS 1000

/* Once monitoring has ended with r, it is for all to see; nothing but one descriptor is left. */
static void publish(struct denet_monitor *monitor, int r)
{
	struct control *control = &monitor->control;

	if (monitor->phase != PHASE_ENDED || control->is_published)
		return;
	if (monitor->observer.on_summary)
		monitor->observer.on_summary(monitor->observer.context, &monitor->summary.shown);
	/* Whoever polls is woken, and finds it readable for ever. */
	control_request(control);
	watch_end(&monitor->watch, control->request_fd);
	control_close_request(control);
	control_publish(control, r < 0 ? r : 0);
}

/* A sample that other threads wait for. */
static void give_sample(struct denet_monitor *monitor)
{
	uint64_t wanted;

	if (control_is_sample_wanted(&monitor->control, &wanted))
		control_give_sample(&monitor->control, wanted, step_sample_now(monitor));
}

static void begin_driving(struct denet_monitor *monitor, enum own_driver driver)
{
	control_begin_driving(&monitor->control);
	own_enter(&monitor->own, driver);
}

static void end_driving(struct denet_monitor *monitor, enum own_driver driver)
{
	own_leave(&monitor->own, driver);
	control_end_driving(&monitor->control);
}

/* Driving. */
static int do_what_is_due(struct denet_monitor *monitor)
{
	int r;

	if (monitor->phase == PHASE_ENDED)
		return 1;
	control_forget_request(&monitor->control);
	if (atomic_load(&monitor->control.wants_finish)) {
		step_finish(monitor);
		r = 1;
	} else {
		r = step_due(monitor);
	}
	if (!r)
		give_sample(monitor);
	publish(monitor, r);
	return r;
}

static int drive(struct denet_monitor *monitor, enum own_driver driver)
{
	int r;

	begin_driving(monitor, driver);
	r = do_what_is_due(monitor);
	end_driving(monitor, driver);
	return r;
}

static void *run_thread(void *context)
{
	struct denet_monitor *monitor = context;
	struct pollfd news = { .fd = denet_monitor_fd(monitor), .events = POLLIN };
	int r = 0;

	/* From here on control.thread is written. */
	(void)pthread_mutex_lock(monitor->control.lock);
	(void)pthread_mutex_unlock(monitor->control.lock);
	control_begin_driving(&monitor->control);
	own_enter(&monitor->own, OWN_THREAD);
	control_end_driving(&monitor->control);
	while (!r && !atomic_load(&monitor->control.wants_stop)) {
		if (poll(&news, 1, LOOK_MS) < 0 && errno != EINTR)
			r = -errno;
		else if (!atomic_load(&monitor->control.wants_stop))
			r = drive(monitor, OWN_THREAD);
	}
	control_begin_driving(&monitor->control);
	/* Whoever waits must not wait for ever. */
	if (r < 0) {
		step_finish(monitor);
		publish(monitor, r);
	}
	end_driving(monitor, OWN_THREAD);
	return NULL;
}

/* Signals are the business of the threads that the program knows. */
static int create_thread(struct denet_monitor *monitor)
{
	struct control *control = &monitor->control;
	sigset_t all, before;
	int r;

	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	(void)pthread_mutex_lock(control->lock);
	control->owner = getpid();
	atomic_store(&control->is_threaded, true);
	r = pthread_create(&control->thread, NULL, run_thread, monitor);
	if (r)
		atomic_store(&control->is_threaded, false);
	(void)pthread_mutex_unlock(control->lock);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return -r;
}

int denet_monitor_start_thread(struct denet_monitor *monitor)
{
	int r;

	if (monitor->control.is_threaded)
		return -EALREADY;
	/* Who asks for it later must not read what the thread writes. */
	begin_driving(monitor, OWN_CALLER);
	news_note_start(monitor);
	/* Somebody may have asked for something while there was no thread. */
	control_request(&monitor->control);
	r = create_thread(monitor);
	end_driving(monitor, OWN_CALLER);
	return r;
}

/* Who waits for the thread must not be who it waits for. */
static bool is_another_s(struct control *control)
{
	return control_is_driven_by_another(control) && !control_is_driven_here(control);
}

int denet_monitor_join(struct denet_monitor *monitor)
{
	struct control *control = &monitor->control;

	if (!control->is_threaded)
		return -EINVAL;
	if (atomic_load(&control->is_joined))
		return control->result;
	if (control_is_left_behind(control))
		return -ECHILD;
	if (!is_another_s(control))
		return -EDEADLK;
	(void)pthread_join(control->thread, NULL);
	atomic_store(&control->is_joined, true);
	return control->result;
}

/* Whoever waits for a sample goes on waiting; what starts next gives it. */
int denet_monitor_stop_thread(struct denet_monitor *monitor)
{
	struct control *control = &monitor->control;

	if (!control->is_threaded)
		return -EINVAL;
	if (control_is_left_behind(control))
		return -ECHILD;
	if (!atomic_load(&control->is_joined)) {
		if (!is_another_s(control))
			return -EDEADLK;
		atomic_store(&control->wants_stop, true);
		control_request(control);
		(void)pthread_join(control->thread, NULL);
	}
	atomic_store(&control->wants_stop, false);
	atomic_store(&control->is_threaded, false);
	atomic_store(&control->is_joined, false);
	return 0;
}

void denet_monitor_request_finish(struct denet_monitor *monitor)
{
	int before = errno; /* of what a signal handler has interrupted */

	atomic_store(&monitor->control.wants_finish, true);
	control_request(&monitor->control);
	errno = before;
}

/* Neither from a callback, which would call itself, nor where the thread was left behind. */
static int check_caller(struct control *control)
{
	if (control_is_left_behind(control))
		return -ECHILD;
	return control_is_driven_here(control) ? -EDEADLK : 0;
}

int denet_monitor_step(struct denet_monitor *monitor)
{
	int r = check_caller(&monitor->control);

	if (r)
		return r;
	return control_is_driven_by_another(&monitor->control) ? -EBUSY
							       : drive(monitor, OWN_CALLER);
}

static void finish_here(struct denet_monitor *monitor)
{
	uint64_t asked_mono_ns = clock_mono_ns();

	begin_driving(monitor, OWN_CALLER);
	/* A sample may be under way that had to be waited for: it is not what is measured. */
	if (monitor->own.is_watched)
		monitor->times.asked_mono_ns = asked_mono_ns;
	if (monitor->phase != PHASE_ENDED)
		step_finish(monitor);
	publish(monitor, 0);
	end_driving(monitor, OWN_CALLER);
}

int denet_monitor_finish(struct denet_monitor *monitor)
{
	int r = check_caller(&monitor->control);

	if (r)
		return r;
	if (!control_is_driven_by_another(&monitor->control)) {
		finish_here(monitor);
		return 0;
	}
	/*
	 * The end of what we do ourselves is now. The thread may get no CPU for long, and its wait
	 * would be a part of what is measured.
	 */
	if (monitor->own.is_watched)
		finish_here(monitor);
	else
		denet_monitor_request_finish(monitor);
	return denet_monitor_join(monitor);
}

/* Rounded up, so that a wait does not spin through its last millisecond. */
static int ms_until(uint64_t end_ns)
{
	uint64_t now_ns = clock_mono_ns();

	return now_ns < end_ns ? (int)((end_ns - now_ns + NS_PER_MS - 1) / NS_PER_MS) : 0;
}

int denet_monitor_wait(struct denet_monitor *monitor, int timeout_ms)
{
	uint64_t end_ns = clock_mono_ns() + (timeout_ms > 0 ? timeout_ms * NS_PER_MS : 0);
	struct pollfd news = { .fd = denet_monitor_fd(monitor), .events = POLLIN };
	int n, r = check_caller(&monitor->control);

	if (r)
		return r;
	if (control_is_driven_by_another(&monitor->control))
		return control_await_end(&monitor->control, timeout_ms);
	if (monitor->phase == PHASE_ENDED)
		return 1;
	do {
		n = poll(&news, 1, timeout_ms < 0 ? -1 : ms_until(end_ns));
		if (n < 0)
			return -errno;
		if (n)
			r = drive(monitor, OWN_CALLER);
	} while (!r && (timeout_ms < 0 || ms_until(end_ns)));
	return r;
}

int denet_monitor_sample_now(struct denet_monitor *monitor)
{
	int r = check_caller(&monitor->control);

	if (r)
		return r;
	if (control_is_driven_by_another(&monitor->control))
		return control_await_sample(&monitor->control);
	if (monitor->phase == PHASE_ENDED)
		return 1;
	begin_driving(monitor, OWN_CALLER);
	r = step_sample_now(monitor);
	end_driving(monitor, OWN_CALLER);
	return r;
}

static int count(const struct source *source, uint64_t *ret_born, uint64_t *ret_alive)
{
	struct tree_totals totals;

	if (!source || !source->sees_births)
		return -ENODATA;
	source->ops->counted(source, &totals);
	if (!ledger_counts_all(source, &totals) || totals.alive.processes < 0)
		return -ENODATA;
	*ret_born = totals.processes_started;
	*ret_alive = (uint64_t)totals.alive.processes;
	return 0;
}

int denet_monitor_count(struct denet_monitor *monitor, uint64_t *ret_born, uint64_t *ret_alive)
{
	int r = check_caller(&monitor->control);

	if (r)
		return r;
	/* What it costs is less than to know what it costs. */
	control_begin_driving(&monitor->control);
	r = count(monitor->source, ret_born, ret_alive);
	control_end_driving(&monitor->control);
	return r;
}

int denet_monitor_exit(struct denet_monitor *monitor, struct denet_end *ret_end)
{
	int r = -EBUSY;

	control_lock(&monitor->control);
	if (monitor->control.has_ended) {
		*ret_end = monitor->root.end;
		r = 0;
	}
	control_unlock(&monitor->control);
	return r;
}
