/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/observers.h"

#include <errno.h>
#include <stddef.h>
#include <time.h>

#include "agent/console.h"
#include "agent/notify.h"
#include "agent/options.h"
#include "alert/alerting.h"
#include "expose/textfile.h"
#include "push/push.h"
#include "serve/serve.h"
#include "util/clock.h"
#include "util/units.h"

/* It asks the configuration for nothing. */
static int keep(const struct agent_options *options, struct observer *observer)
{
	(void)options;
	(void)observer;
	return 0;
}

static int open_textfile(const struct agent_options *options, struct observer *ret_observer)
{
	if (!options->textfile)
		return 0;
	return textfile_open(options->textfile, &options->expose, ret_observer);
}

static int open_push(const struct agent_options *options, struct observer *ret_observer)
{
	return push_open(&options->push, options->proc_root, ret_observer);
}

static int open_alerts(const struct agent_options *options, struct observer *ret_observer)
{
	return alerting_open(&options->alerts, ret_observer);
}

static int reload_alerts(const struct agent_options *options, struct observer *observer)
{
	return alerting_reload(&options->alerts, observer);
}

static int open_serve(const struct agent_options *options, struct observer *ret_observer)
{
	return serve_open(&options->serve, &options->expose, ret_observer);
}

static int reload_serve(const struct agent_options *options, struct observer *observer)
{
	return serve_reload(&options->serve, &options->expose, observer);
}

/* Of those below that know of each other. */
enum { AT_PUSH = 3, AT_ALERTS, AT_SERVE };

/*
 * open() leaves the operations NULL where the configuration does not ask for it. reload() carries over what must not
 * be lost, a listener's socket for one; without it a new one is opened before the old one is closed. Both tell
 * what is wrong.
 */
static const struct kind {
	int (*open)(const struct agent_options *options, struct observer *ret_observer);
	int (*reload)(const struct agent_options *options, struct observer *observer);
} kinds[] = {
	{ console_open, keep },
	{ notify_open, NULL },
	{ open_textfile, NULL },
	[AT_PUSH] = { open_push, NULL },
	[AT_ALERTS] = { open_alerts, reload_alerts },
	[AT_SERVE] = { open_serve, reload_serve },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))
#define LEAVING \
	KINDS /* the place of one that another has replaced, while something of it waits to be sent */
_Static_assert(LEAVING < OBSERVERS_MAX, "a place for each");

#define LEAVE_NS (5 * NS_PER_S) /* as at the end of all */

/* Alerts are served, and what was dropped on its way elsewhere. */
static void join(const struct observers *observers)
{
	const struct observer *alerts = &observers->items[AT_ALERTS];
	const struct api_alerts knows = { alerts->ops ? alerting_append_json : NULL, alerts->self };

	const struct observer *push = &observers->items[AT_PUSH];
	void *serve = observers->items[AT_SERVE].self;

	if (!observers->items[AT_SERVE].ops)
		return;
	serve_set_alerts(serve, &knows);
	serve_set_sinks(serve, push->ops ? push_sinks : NULL, push->self);
}

int observers_open(struct observers *observers, const struct agent_options *options)
{
	int r = 0;

	for (size_t i = 0; i < KINDS && !r; i++)
		r = kinds[i].open(options, &observers->items[i]);
	join(observers);
	return r;
}

static void close_one(struct observer *observer)
{
	if (observer->ops)
		observer->ops->close(observer->self);
	*observer = (struct observer){ 0 };
}

static bool is_done(const struct observer *observer)
{
	return !observer->ops || !observer->ops->is_done || observer->ops->is_done(observer->self);
}

static void let_go(struct observers *observers, struct observer *observer)
{
	if (is_done(observer)) {
		close_one(observer);
		return;
	}
	close_one(&observers->items[LEAVING]);
	observers->items[LEAVING] = *observer;
	observers->leave_ns = clock_mono_ns() + LEAVE_NS;
}

static int reopen(struct observers *observers, size_t kind, const struct agent_options *options)
{
	struct observer fresh = { 0 };
	int r = kinds[kind].open(options, &fresh);

	if (r)
		return r;
	let_go(observers, &observers->items[kind]);
	observers->items[kind] = fresh;
	return 0;
}

int observers_reload(struct observers *observers, const struct agent_options *options)
{
	int r = 0;

	for (size_t i = 0; i < KINDS; i++) {
		struct observer *observer = &observers->items[i];
		int one = observer->ops && kinds[i].reload ? kinds[i].reload(options, observer)
							   : reopen(observers, i, options);

		r = r ? r : one;
	}
	join(observers);
	return !r && observers->items[LEAVING].ops ? -EAGAIN : r;
}

bool observers_are_any(const struct observers *observers)
{
	for (size_t i = 0; i < KINDS; i++)
		if (observers->items[i].ops)
			return true;
	return false;
}

void observers_close(struct observers *observers)
{
	for (size_t i = 0; i < OBSERVERS_MAX; i++)
		close_one(&observers->items[i]);
}

void observers_take(struct observers *observers, const struct view *view)
{
	for (size_t i = 0; i < KINDS; i++)
		if (observers->items[i].ops)
			observers->items[i].ops->take(observers->items[i].self, view);
}

void observers_fill(const struct observers *observers, struct pollfd fds[OBSERVERS_MAX])
{
	for (size_t i = 0; i < OBSERVERS_MAX; i++) {
		const struct observer *observer = &observers->items[i];
		bool has_fd = observer->ops && observer->ops->fd;

		fds[i] = (struct pollfd){ .fd = has_fd ? observer->ops->fd(observer->self) : -1,
					  .events = POLLIN };
	}
}

uint64_t observers_due_ns(const struct observers *observers)
{
	uint64_t first_ns = observers->items[LEAVING].ops ? observers->leave_ns : OBSERVER_NEVER;

	for (size_t i = 0; i < OBSERVERS_MAX; i++) {
		const struct observer *observer = &observers->items[i];
		uint64_t due_ns = observer->ops && observer->ops->due_ns
					  ? observer->ops->due_ns(observer->self)
					  : OBSERVER_NEVER;

		if (due_ns < first_ns)
			first_ns = due_ns;
	}
	return first_ns;
}

void observers_run(struct observers *observers)
{
	struct observer *leaving = &observers->items[LEAVING];

	for (size_t i = 0; i < OBSERVERS_MAX; i++)
		if (observers->items[i].ops && observers->items[i].ops->run)
			observers->items[i].ops->run(observers->items[i].self);
	if (leaving->ops && (is_done(leaving) || clock_mono_ns() >= observers->leave_ns))
		close_one(leaving);
}

static bool are_done(const struct observers *observers)
{
	for (size_t i = 0; i < OBSERVERS_MAX; i++)
		if (!is_done(&observers->items[i]))
			return false;
	return true;
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

void observers_finish(struct observers *observers, uint64_t until_ns)
{
	uint64_t now_ns;

	while (!are_done(observers) && (now_ns = clock_mono_ns()) < until_ns) {
		uint64_t next_ns = smaller(until_ns, observers_due_ns(observers));
		uint64_t left_ns = next_ns > now_ns ? next_ns - now_ns : 0;
		struct timespec left = { (time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S) };
		struct pollfd fds[OBSERVERS_MAX];

		observers_fill(observers, fds);
		(void)ppoll(fds, OBSERVERS_MAX, &left, NULL);
		observers_run(observers);
	}
}
