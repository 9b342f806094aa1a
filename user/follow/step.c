/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is due: the news, a sample, the end. */
#include <errno.h>

#include "follow/monitor_internal.h"
#include "metrics/interval.h"
#include "util/clock.h"
#include "util/units.h"

static bool is_sampling(const struct denet_monitor *monitor)
{
	return monitor->source && !monitor->options.no_polling && !monitor->failing.is_source_gone;
}

static uint64_t end_due_ns(const struct denet_monitor *monitor)
{
	return times_due_ns(&monitor->times, monitor->options.duration_ns);
}

static void arm_next(struct denet_monitor *monitor)
{
	uint64_t at = end_due_ns(monitor);

	if (is_sampling(monitor) && monitor->deadline_mono_ns < at)
		at = monitor->deadline_mono_ns;
	if (monitor->phase == PHASE_SETTLING && monitor->settle.due_ns < at)
		at = monitor->settle.due_ns;
	if (at != UINT64_MAX)
		watch_arm(&monitor->watch, at);
}

/* News that cannot be taken stay where they are for the next time. */
static void take_news(struct denet_monitor *monitor)
{
	int r;

	if (!monitor->source || monitor->failing.is_source_gone)
		return;
	r = news_drain(monitor);
	if (r)
		failing_note(monitor, r);
}

static void begin(struct denet_monitor *monitor)
{
	/* Asked only now, so that a caller may raise the limit after the start. */
	memory_limit(&monitor->memory);
	/* The exec of the root is the first of the news: it tells what was started. */
	if (monitor->root.is_ours)
		take_news(monitor);
	news_start(monitor);
	monitor->phase = PHASE_RUNNING;
	monitor->deadline_mono_ns = monitor->times.start_mono_ns;
}

static void look_at_root(struct denet_monitor *monitor, uint64_t now_ns)
{
	if (monitor->cgroup && monitor->phase == PHASE_RUNNING && settle_is_cgroup_over(monitor))
		root_note_empty(&monitor->root, monitor->times.last_end_boot_ns);
	if (root_note_end(&monitor->root))
		watch_remove(&monitor->watch, monitor->root.fd);
	if (monitor->root.is_gone && monitor->phase == PHASE_RUNNING)
		settle_begin(monitor, now_ns);
}

/* The last follows and tells the same, but a start has each run. */
static bool is_last_enough(const struct denet_monitor *monitor)
{
	return monitor->deadline_mono_ns > monitor->times.start_mono_ns &&
	       settle_awaits_last(monitor);
}

static void sample_if_due(struct denet_monitor *monitor, uint64_t now_ns)
{
	bool is_needless;

	if (!is_sampling(monitor) || now_ns < monitor->deadline_mono_ns)
		return;
	is_needless = is_last_enough(monitor);
	monitor->deadline_mono_ns =
		interval_next_ns(monitor->options.interval_ms * NS_PER_MS,
				 monitor->options.max_interval_ms * NS_PER_MS,
				 monitor->times.start_mono_ns, monitor->deadline_mono_ns, now_ns);
	/* One that fails is counted there, and the next is due as if nothing had been. */
	if (!is_needless)
		(void)tick_sample(monitor);
}

/* Beside the ones that are due, which go on as they would have. */
int step_sample_now(struct denet_monitor *monitor)
{
	if (monitor->phase == PHASE_STARTING)
		begin(monitor);
	take_news(monitor);
	if (!monitor->source || monitor->failing.is_source_gone)
		return -ENODATA;
	return tick_sample(monitor);
}

void step_finish(struct denet_monitor *monitor)
{
	if (monitor->phase == PHASE_ENDED)
		return;
	if (monitor->phase == PHASE_STARTING)
		begin(monitor);
	take_news(monitor);
	(void)root_note_end(&monitor->root);
	finish_monitoring(monitor);
}

static bool is_end_due(struct denet_monitor *monitor, uint64_t now_ns)
{
	if (settle_is_over(monitor, now_ns))
		return true;
	if (now_ns < end_due_ns(monitor))
		return false;
	monitor->has_timed_out = !monitor->root.is_gone;
	return true;
}

int step_due(struct denet_monitor *monitor)
{
	uint64_t now_ns = clock_mono_ns();
	int r;

	if (monitor->phase == PHASE_ENDED)
		return 1;
	r = watch_forget_timer(&monitor->watch);
	if (r)
		return r;
	if (monitor->phase == PHASE_STARTING)
		begin(monitor);
	take_news(monitor);
	look_at_root(monitor, now_ns);
	sample_if_due(monitor, now_ns);
	if (is_end_due(monitor, now_ns)) {
		step_finish(monitor);
		return 1;
	}
	arm_next(monitor);
	return 0;
}
