/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "agent/waiter.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/labels.h"
#include "agent/observers.h"
#include "host/cgroups.h"
#include "host/lives.h"
#include "host/births.h"
#include "hostprobe/hostevents.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/log.h"
#include "util/units.h"

#define WAITING_MAX 1000 /* cgroups that have ended and are not told yet */

/* Of a session that has one, until that is hung up. */
static bool find_terminal(void)
{
	AUTO_FD int fd = open("/dev/tty", O_RDONLY | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);

	return fd >= 0;
}

int waiter_init(struct waiter *waiter, struct cgroups *groups, struct helper *helper,
		struct observers *observers, const sigset_t *signals)
{
	*waiter = (struct waiter){ .groups = groups,
				   .helper = helper,
				   .observers = observers,
				   .has_terminal = find_terminal() };
	waiter->signal_fd = signalfd(-1, signals, SFD_CLOEXEC | SFD_NONBLOCK);
	return waiter->signal_fd < 0 ? -errno : 0;
}

static int on_event(void *context, const struct host_event *event, const char *path)
{
	struct cgroups *groups = context;

	switch ((enum host_event_kind)event->kind) {
	case HOST_EVENT_POPULATED:
		return path ? lives_populated(groups, event->cgroup_id, path, clock_mono_ns(),
					      clock_wall_ms())
			    : 0;
	case HOST_EVENT_EMPTIED:
		lives_emptied(groups, event->cgroup_id,
			      event->memory_peak_pages * (uint64_t)sysconf(_SC_PAGESIZE),
			      clock_mono_ns(), clock_wall_ms());
		return 0;
	case HOST_EVENT_REMOVED:
		return lives_removed(groups, event->cgroup_id, clock_wall_ms());
	default:
		return 0;
	}
}

int waiter_open_events(struct waiter *waiter, bool by_v1)
{
	int r = hostevents_open(by_v1, on_event, waiter->groups, &waiter->events);

	if (!r)
		cgroups_walk_seldom(waiter->groups);
	return r;
}

static int on_news(void *context, enum births_news news, const char *folder)
{
	struct cgroups *groups = context;

	switch (news) {
	case BIRTHS_BORN:
		return lives_born_at(groups, folder, clock_mono_ns(), clock_wall_ms());
	case BIRTHS_EMPTIED:
		lives_emptied_at(groups, folder, clock_mono_ns(), clock_wall_ms());
		return 0;
	case BIRTHS_GONE:
		return lives_gone_at(groups, folder, clock_wall_ms());
	}
	return 0;
}

static void warn_once(struct waiter *waiter)
{
	if (waiter->has_warned || !births_left_out(waiter->births))
		return;
	log_warning("not all folders of cgroups can be watched (fs.inotify.max_user_watches, at "
		    "most %d): "
		    "what is short-lived below the others may be missed",
		    BIRTHS_FOLDERS_MAX);
	waiter->has_warned = true;
}

int waiter_watch_folders(struct waiter *waiter)
{
	const char *point = cgroups_point(waiter->groups);
	int r = point ? births_open(point, BIRTHS_FOLDERS_MAX, on_news, waiter->groups,
				    &waiter->births)
		      : -ENOENT;

	if (!r)
		warn_once(waiter);
	return r;
}

static int take_news(struct waiter *waiter)
{
	int r;

	if (!waiter->births)
		return waiter->events ? hostevents_take(waiter->events) : 0;
	r = births_take(waiter->births);
	warn_once(waiter);
	return r;
}

static int news_fd(const struct waiter *waiter)
{
	if (waiter->births)
		return births_fd(waiter->births);
	return waiter->events ? hostevents_fd(waiter->events) : -1;
}

void waiter_done(struct waiter *waiter)
{
	births_close(waiter->births);
	hostevents_close(waiter->events);
	cleanup_fd(&waiter->signal_fd);
	*waiter = (struct waiter){ .signal_fd = -1 };
}

int waiter_take(struct waiter *waiter)
{
	int r = take_news(waiter);
	uint64_t lost = waiter_lost(waiter);

	if (lost != waiter->lost)
		cgroups_walk_next(waiter->groups);
	waiter->lost = lost;
	/* One that lives shorter than the interval has a name, too. */
	return r ? r : labels_look(waiter->helper, waiter->groups, clock_mono_ns());
}

static uint64_t smaller(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static enum waiter_end which_signal(const struct waiter *waiter)
{
	struct signalfd_siginfo signal;

	if (read(waiter->signal_fd, &signal, sizeof(signal)) != (ssize_t)sizeof(signal) ||
	    signal.ssi_signo != SIGHUP)
		return WAITER_SIGNAL;
	return waiter->has_terminal && !find_terminal() ? WAITER_SIGNAL : WAITER_RELOAD;
}

#define OWN_FDS 2 /* before those of observers */

enum waiter_end waiter_wait(struct waiter *waiter, uint64_t until_ns)
{
	struct pollfd fds[OWN_FDS + OBSERVERS_MAX] = {
		{ .fd = waiter->signal_fd, .events = POLLIN },
		{ .fd = news_fd(waiter), .events = POLLIN },
	};

	for (;;) {
		uint64_t now_ns = clock_mono_ns();
		uint64_t next_ns = smaller(smaller(until_ns, lives_settle(waiter->groups, now_ns)),
					   observers_due_ns(waiter->observers));
		uint64_t left_ns = next_ns > now_ns ? next_ns - now_ns : 0;
		struct timespec left = { (time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S) };
		int ready;

		if (now_ns >= until_ns || lives_waiting(waiter->groups) >= WAITING_MAX)
			return WAITER_TIME;
		observers_fill(waiter->observers, fds + OWN_FDS);
		ready = ppoll(fds, OWN_FDS + OBSERVERS_MAX, &left, NULL);
		observers_run(waiter->observers);
		/* A runtime may stand above a new one, or write of it, only after it came. */
		if (ready == 0 && labels_look(waiter->helper, waiter->groups, clock_mono_ns()))
			return WAITER_FAILED;
		if (ready > 0 && fds[0].revents)
			return which_signal(waiter);
		if (ready > 0 && fds[1].revents && waiter_take(waiter))
			return WAITER_FAILED;
	}
}

uint64_t waiter_lost(const struct waiter *waiter)
{
	if (waiter->births)
		return births_lost(waiter->births);
	return waiter->events ? hostevents_lost(waiter->events) : 0;
}
