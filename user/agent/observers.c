/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/observers.h"

#include <stddef.h>
#include <time.h>

#include "agent/options.h"
#include "util/clock.h"
#include "util/units.h"

/* Each leaves the operations NULL where the configuration does not ask for it, and tells what is wrong. */
typedef int (*open_fn)(const struct agent_options *options, struct observer *ret_observer);

static const open_fn openers[] = { NULL };

int observers_open(struct observers *observers, const struct agent_options *options)
{
	for (const open_fn *open = openers; *open; open++) {
		struct observer observer = { 0 };
		int r = (*open)(options, &observer);

		if (r)
			return r;
		if (observer.ops)
			observers->items[observers->count++] = observer;
	}
	return 0;
}

void observers_close(struct observers *observers)
{
	for (size_t i = 0; i < observers->count; i++)
		observers->items[i].ops->close(observers->items[i].self);
	*observers = (struct observers){ 0 };
}

void observers_take(struct observers *observers, const struct view *view)
{
	for (size_t i = 0; i < observers->count; i++)
		observers->items[i].ops->take(observers->items[i].self, view);
}

void observers_fill(const struct observers *observers, struct pollfd fds[OBSERVERS_MAX])
{
	for (size_t i = 0; i < OBSERVERS_MAX; i++) {
		const struct observer *observer = &observers->items[i];
		bool has_fd = i < observers->count && observer->ops->fd;

		fds[i] = (struct pollfd){ .fd = has_fd ? observer->ops->fd(observer->self) : -1,
					  .events = POLLIN };
	}
}

uint64_t observers_due_ns(const struct observers *observers)
{
	uint64_t first_ns = OBSERVER_NEVER;

	for (size_t i = 0; i < observers->count; i++) {
		const struct observer *observer = &observers->items[i];
		uint64_t due_ns = observer->ops->due_ns ? observer->ops->due_ns(observer->self)
							: OBSERVER_NEVER;

		if (due_ns < first_ns)
			first_ns = due_ns;
	}
	return first_ns;
}

void observers_run(struct observers *observers)
{
	for (size_t i = 0; i < observers->count; i++)
		if (observers->items[i].ops->run)
			observers->items[i].ops->run(observers->items[i].self);
}

static bool are_done(const struct observers *observers)
{
	for (size_t i = 0; i < observers->count; i++) {
		const struct observer *observer = &observers->items[i];

		if (observer->ops->is_done && !observer->ops->is_done(observer->self))
			return false;
	}
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
