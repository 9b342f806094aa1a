/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What drives one monitored tree: the timer, the root's pidfd and the ring behind one descriptor. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "metrics/interval.h"
#include "metrics/publish.h"
#include "follow/monitor_internal.h"
#include "util/sized.h"
#include "procfs/process.h"
#include "procfs/procfs.h"
#include "util/clock.h"

#ifndef P_PIDFD
#define P_PIDFD 3 /* since 5.4; not in each libc */
#endif
#define NS_PER_MS 1000000ull

/* How long the kernel may take between telling a parent and a task's last switch. */
#define SETTLE_NS (20 * NS_PER_MS)

/* Nor for longer in all, when the dying goes on. */
#define SETTLE_LIMIT_NS (1000 * NS_PER_MS)

/* How often it is looked up whether descendants live that the counters speak of. */
#define LOOKUP_NS (200 * NS_PER_MS)

/* For whoever shares this process with us, and for what is opened for a moment. */
#define DESCRIPTORS_SPARED 128

void denet_options_init(struct denet_options *options)
{
	static const struct denet_options defaults = {
		.size = sizeof(defaults),
		.interval_ms = 100,
		.max_interval_ms = 1000,
		.children_max = 256,
	};

	sized_give(options, &defaults, sizeof(defaults));
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

void monitor_unwatch(struct denet_monitor *monitor)
{
	close_if_open(&monitor->epoll_fd);
	close_if_open(&monitor->timer_fd);
	close_if_open(&monitor->root_fd);
	close_if_open(&monitor->netdev_fd);
}

void denet_monitor_free(struct denet_monitor *monitor)
{
	if (!monitor)
		return;
	control_done(&monitor->control);
	records_free(monitor->records);
	source_close(monitor->source);
	cgroup_paths_free(monitor->cgroups);
	tree_done(&monitor->tree);
	tally_done(&monitor->tally);
	idmap_done(&monitor->mms);
	free(monitor->children);
	free(monitor->candidates);
	free(monitor->survivors);
	free(monitor->args);
	free(monitor->exe);
	monitor_unwatch(monitor);
	close_if_open(&monitor->pressure_fd);
	free(monitor);
}

int denet_monitor_fd(const struct denet_monitor *monitor)
{
	return monitor->epoll_fd;
}

pid_t denet_monitor_pid(const struct denet_monitor *monitor)
{
	return monitor->root_pid;
}

bool denet_monitor_timed_out(const struct denet_monitor *monitor)
{
	return monitor->has_timed_out;
}

int denet_monitor_signal(struct denet_monitor *monitor, int signal)
{
	if (monitor_has_root_ended(monitor))
		return -ESRCH;
	return syscall(SYS_pidfd_send_signal, monitor->root_fd, signal, NULL, 0) ? -errno : 0;
}

uint64_t monitor_wall_ms_of_boot(const struct denet_monitor *monitor, uint64_t boot_ns)
{
	return monitor->t0_ms + boot_ns / NS_PER_MS - monitor->start_boot_ns / NS_PER_MS;
}

static void arm(struct denet_monitor *monitor, uint64_t at_mono_ns)
{
	struct itimerspec when = { 0 };

	/* A time of 0 would disarm. */
	when.it_value.tv_sec = (time_t)(at_mono_ns / 1000000000);
	when.it_value.tv_nsec = (long)(at_mono_ns % 1000000000) | 1;
	(void)timerfd_settime(monitor->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

static uint64_t duration_end_ns(const struct denet_monitor *monitor)
{
	uint64_t duration = monitor->options.duration_ns;

	if (!duration || duration > UINT64_MAX - monitor->start_mono_ns)
		return UINT64_MAX;
	return monitor->start_mono_ns + duration;
}

static bool is_sampling(const struct denet_monitor *monitor)
{
	return monitor->source && !monitor->options.no_polling;
}

static void arm_next(struct denet_monitor *monitor)
{
	uint64_t at = duration_end_ns(monitor);

	if (is_sampling(monitor) && monitor->deadline_mono_ns < at)
		at = monitor->deadline_mono_ns;
	if (monitor->phase == PHASE_SETTLING && monitor->settle_mono_ns < at)
		at = monitor->settle_mono_ns;
	if (at != UINT64_MAX)
		arm(monitor, at);
}

static int watch(struct denet_monitor *monitor, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(monitor->epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

int monitor_watch(struct denet_monitor *monitor)
{
	int r;

	monitor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	monitor->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (monitor->epoll_fd < 0 || monitor->timer_fd < 0)
		return -errno;
	r = watch(monitor, monitor->timer_fd);
	if (!r)
		r = watch(monitor, monitor->control.request_fd);
	if (!r)
		r = watch(monitor, monitor->root_fd);
	if (!r && monitor->source && monitor->source->fd >= 0)
		r = watch(monitor, monitor->source->fd);
	if (!r)
		arm(monitor, 1);
	return r;
}

/* Asked when the first sample is due, so that a caller may raise the limit after the start. */
static size_t descriptors_to_keep(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) || limit.rlim_cur < 2 * DESCRIPTORS_SPARED)
		return 0;
	return limit.rlim_cur - DESCRIPTORS_SPARED;
}

static int begin(struct denet_monitor *monitor)
{
	int r = 0;

	monitor->statm_kept_max = descriptors_to_keep();

	/* The exec of the root is the first of the news: it tells what was started. */
	if (monitor->source && !monitor->is_attached)
		r = news_drain(monitor);
	news_start(monitor);
	monitor->phase = PHASE_RUNNING;
	monitor->deadline_mono_ns = monitor->start_mono_ns;
	return r;
}

bool monitor_has_root_ended(const struct denet_monitor *monitor)
{
	struct pollfd root = { .fd = monitor->root_fd, .events = POLLIN };

	return poll(&root, 1, 0) == 1;
}

/* By pidfd: when our host has waited for the root, its pid may be another child's of the host. */
bool monitor_wait_root(const struct denet_monitor *monitor, siginfo_t *ret_info, int flags)
{
	int r;

	do
		r = waitid(P_PIDFD, (id_t)monitor->root_fd, ret_info, WEXITED | flags);
	while (r && errno == EINTR);
	return !r;
}

/* wait() would take the status away from whoever calls it at the end. */
static void note_root_end(struct denet_monitor *monitor)
{
	siginfo_t info = { 0 };

	if (monitor->is_root_gone || !monitor_has_root_ended(monitor))
		return;
	monitor->is_root_gone = true;
	(void)epoll_ctl(monitor->epoll_fd, EPOLL_CTL_DEL, monitor->root_fd, NULL);
	if (monitor->is_attached || !monitor_wait_root(monitor, &info, WNOWAIT))
		return;
	monitor->root_end = (struct denet_end){ .known = true, .exit_code = -1 };
	if (info.si_code == CLD_EXITED)
		monitor->root_end.exit_code = info.si_status;
	else
		monitor->root_end.signal = info.si_status;
	monitor->root_end.core_dumped = info.si_code == CLD_DUMPED;
}

static void settle(struct denet_monitor *monitor, uint64_t now_ns)
{
	note_root_end(monitor);
	if (!monitor->is_root_gone || monitor->phase != PHASE_RUNNING)
		return;
	monitor->phase = PHASE_SETTLING;
	monitor->settle_mono_ns = now_ns + SETTLE_NS;
	monitor->settle_limit_ns = now_ns + SETTLE_LIMIT_NS;
	if (monitor->source)
		monitor->source->ops->wake_at_every_exit(monitor->source);
}

/*
 * The counters tell when everybody has ended; a walk at each exit would cost too much. That somebody
 * lives they say for ever if one end was missed, so it is looked up now and then.
 */
static bool has_descendants(struct denet_monitor *monitor, uint64_t now_ns)
{
	struct tree_totals totals;

	monitor->source->ops->totals(monitor->source, &totals);
	if (monitor->source->sees_births && !totals.dropped_accounts && !totals.dropped_births &&
	    monitor->seeded_processes + totals.processes_started <= totals.processes_exited)
		return false;
	if (now_ns < monitor->lookup_mono_ns)
		return true;
	monitor->lookup_mono_ns = now_ns + LOOKUP_NS;
	return tick_walk(monitor) || !monitor->is_of_one_moment || monitor->tree.tasks_seen;
}

/* A thousand that were killed with the root take their time: as long as they go on dying. */
static void extend_settling(struct denet_monitor *monitor, uint64_t now_ns)
{
	if (monitor->exits_seen == monitor->exits_settled || now_ns >= monitor->settle_limit_ns)
		return;
	monitor->exits_settled = monitor->exits_seen;
	monitor->settle_mono_ns = now_ns + SETTLE_NS;
}

/*
 * Born, not ended, and not met by the last walk: whoever was waited for, and has been preempted on
 * the way to its last switch. Newer kernels let that happen.
 */
static bool is_somebody_between(const struct denet_monitor *monitor)
{
	const struct tree_totals *totals = &monitor->totals;
	const struct process *process = monitor->tree.oldest;
	uint64_t known = totals->processes_exited;

	if (!monitor->source->sees_births || totals->dropped_accounts || totals->dropped_births)
		return false;
	for (; process; process = process->younger)
		known += process_is_alive(&monitor->tree, process);
	return known < monitor->seeded_processes + totals->processes_started;
}

/*
 * A parent hears of a death before the last switch of the dead: the account of the root, and of
 * who died with it, is a moment away.
 */
static bool is_settled(struct denet_monitor *monitor, uint64_t now_ns)
{
	if (monitor->phase != PHASE_SETTLING)
		return false;
	if (!monitor->source)
		return true;
	if (monitor->options.wait_all && has_descendants(monitor, now_ns)) {
		monitor->settle_mono_ns = now_ns + SETTLE_NS;
		return false;
	}
	extend_settling(monitor, now_ns);
	if (now_ns < monitor->settle_mono_ns && !monitor->is_root_closed)
		return false;
	if (tick_walk(monitor) || now_ns >= monitor->settle_limit_ns)
		return true;
	if (is_somebody_between(monitor)) {
		if (now_ns >= monitor->settle_mono_ns)
			monitor->settle_mono_ns = now_ns + SETTLE_NS;
		return false;
	}
	return now_ns >= monitor->settle_mono_ns || !monitor->tree.exiting_seen;
}

static int sample_if_due(struct denet_monitor *monitor, uint64_t now_ns)
{
	int r;

	if (!is_sampling(monitor) || now_ns < monitor->deadline_mono_ns)
		return 0;
	monitor->deadline_mono_ns =
		interval_next_ns(monitor->options.interval_ms * NS_PER_MS,
				 monitor->options.max_interval_ms * NS_PER_MS,
				 monitor->start_mono_ns, monitor->deadline_mono_ns, now_ns);
	r = tick_walk(monitor);
	return r ? r : tick_show(monitor);
}

/* Beside the ones that are due, which go on as they would have. */
int monitor_sample_now(struct denet_monitor *monitor)
{
	int r = 0;

	if (monitor->phase == PHASE_STARTING)
		r = begin(monitor);
	if (r || !monitor->source)
		return r ? r : -ENODATA;
	r = news_drain(monitor);
	if (!r)
		r = tick_walk(monitor);
	return r ? r : tick_show(monitor);
}

int monitor_finish(struct denet_monitor *monitor)
{
	if (monitor->phase == PHASE_ENDED)
		return 0;
	if (monitor->phase == PHASE_STARTING)
		(void)begin(monitor);
	if (monitor->source)
		(void)news_drain(monitor);
	note_root_end(monitor);
	return finish(monitor);
}

int monitor_step(struct denet_monitor *monitor)
{
	uint64_t expirations, now_ns = clock_mono_ns();
	int r = 0;

	if (monitor->phase == PHASE_ENDED)
		return 1;
	while (read(monitor->timer_fd, &expirations, sizeof(expirations)) < 0 && errno == EINTR)
		;
	if (monitor->phase == PHASE_STARTING)
		r = begin(monitor);
	if (!r && monitor->source)
		r = news_drain(monitor);
	settle(monitor, now_ns);
	if (!r)
		r = sample_if_due(monitor, now_ns);
	if (is_settled(monitor, now_ns)) {
		r = monitor_finish(monitor);
		return r ? r : 1;
	}
	if (now_ns >= duration_end_ns(monitor)) {
		monitor->has_timed_out = !monitor->is_root_gone;
		r = monitor_finish(monitor);
		return r ? r : 1;
	}
	arm_next(monitor);
	return r;
}
