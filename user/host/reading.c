/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/reading.h"

#include <math.h>
#include <stdbool.h>

#include "denet/system.h"
#include "host/cgroup.h"
#include "host/files.h"
#include "util/units.h"

#define RESTING 3 /* times as seldom is one read that does nothing */

/* Unknown at the first, when no time has passed, and where a counter fell. */
static double rate(uint64_t before, uint64_t now, uint64_t passed_ns, double per)
{
	if (before == DENET_UNKNOWN || now == DENET_UNKNOWN || now < before || !passed_ns)
		return NAN;
	return (double)(now - before) / (double)passed_ns * per;
}

static double percent(uint64_t before, uint64_t now, uint64_t passed_ns)
{
	return rate(before, now, passed_ns, 100);
}

static double per_s(uint64_t before, uint64_t now, uint64_t passed_ns)
{
	return rate(before, now, passed_ns, (double)NS_PER_S);
}

/* What tasks did comes behind the reading, and is of another moment. */
static void take_disk_rates(struct host_group *now, const struct host_group *before,
			    uint64_t passed_ns)
{
	now->disk_read_bytes_per_sec =
		per_s(before->disk_read_bytes, now->disk_read_bytes, passed_ns);
	now->disk_write_bytes_per_sec =
		per_s(before->disk_write_bytes, now->disk_write_bytes, passed_ns);
}

/* Of one that does nothing the dear counters do not move, but for those that others change. */
static bool has_moved(const struct host_group *before, const struct host_group *now)
{
	return before->cpu_time_ns != now->cpu_time_ns ||
	       before->memory_bytes != now->memory_bytes || before->pids != now->pids;
}

enum dear { DEAR_LATER, DEAR_OTHERS, DEAR_ALL };

/* One that has come to rest is read once more, so that no rate of before stands on. */
static enum dear what_is_due(struct cgroup *group, uint64_t passed_ns, uint64_t slow_ns)
{
	bool was_moving = group->is_moving;

	if (group->slow_mono_ns && passed_ns < slow_ns)
		return DEAR_LATER;
	group->is_moving = has_moved(&group->rated, &group->figures);
	if (!group->slow_mono_ns || was_moving || group->is_moving)
		return DEAR_ALL;
	return passed_ns >= RESTING * slow_ns ? DEAR_OTHERS : DEAR_LATER;
}

/* Of one in which nothing ran only others change them: by reclaim, or when they wait for who has ended. */
static void read_cheap(struct cgroup *group, uint64_t mono_ns, uint64_t slow_ns)
{
	uint64_t cpu_ns = group->figures.cpu_time_ns;

	if (group->cheap_mono_ns && cpu_ns != DENET_UNKNOWN && cpu_ns == group->rated_cpu_ns &&
	    mono_ns - group->cheap_mono_ns < RESTING * slow_ns)
		return;
	(void)files_read_cheap(group);
	group->cheap_mono_ns = mono_ns;
}

void reading_take(struct cgroup *group, uint64_t mono_ns, uint64_t ts_ms, uint64_t slow_ns)
{
	const struct host_group *before = &group->rated;
	struct host_group *now = &group->figures;
	uint64_t slow_passed_ns = group->slow_mono_ns ? mono_ns - group->slow_mono_ns : 0;
	uint64_t passed_ns = group->read_mono_ns ? mono_ns - group->read_mono_ns : 0;
	enum dear due;

	(void)files_read_cpu(group);
	read_cheap(group, mono_ns, slow_ns);
	now->ts_ms = ts_ms;
	now->cpu_usage = percent(group->rated_cpu_ns, now->cpu_time_ns, passed_ns);
	group->rated_cpu_ns = now->cpu_time_ns;
	group->read_mono_ns = mono_ns;
	due = what_is_due(group, slow_passed_ns, slow_ns);
	if (due == DEAR_LATER)
		return;
	if (due == DEAR_OTHERS)
		files_read_others(group);
	else
		(void)files_read_dear(group);
	now->throttled = percent(before->throttled_ns, now->throttled_ns, slow_passed_ns);
	take_disk_rates(now, before, group->has_task_bytes ? 0 : slow_passed_ns);
	now->cpu_pressure = percent(before->cpu_stall_ns, now->cpu_stall_ns, slow_passed_ns);
	now->memory_pressure =
		percent(before->memory_stall_ns, now->memory_stall_ns, slow_passed_ns);
	now->io_pressure = percent(before->io_stall_ns, now->io_stall_ns, slow_passed_ns);
	group->rated = *now;
	group->slow_mono_ns = mono_ns;
}

void reading_take_last(struct cgroup *group)
{
	bool is_told;

	group->is_gone = false;
	is_told = files_read_cpu(group);
	is_told |= files_read_cheap(group);
	is_told |= files_read_dear(group);
	/* What went meanwhile was read before: at its emptiness, or not. */
	if (is_told && !group->is_gone)
		group->figures.is_final = true;
}
