/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/heavy.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "util/cleanup.h"

struct heavy_point {
	uint64_t mono_ns;
	uint64_t cpu_time_ns;
};

struct heavy_track {
	pid_t pid;
	uint64_t start_boot_ns;
	size_t points; /* that there are; the newest last */
};

/* What a look makes anew of what the one before has left. */
struct taking {
	struct heavy *heavy;
	uint64_t mono_ns;
	struct heavy_track *tracks;
	struct heavy_point *points;
	size_t count;
	struct heavy_found *found;
	size_t found_count;
};

void heavy_init(struct heavy *heavy, const struct heavy_limits *limits)
{
	*heavy = (struct heavy){ .limits = *limits };
}

void heavy_done(struct heavy *heavy)
{
	free(heavy->tracks);
	free(heavy->points);
	free(heavy->found);
	*heavy = (struct heavy){ .limits = heavy->limits };
}

static size_t points_each(const struct heavy *heavy)
{
	return (size_t)heavy->limits.window + 1;
}

static bool is_same(const struct task *task, pid_t pid, uint64_t start_boot_ns)
{
	return task->pid == pid && task->start_boot_ns == start_boot_ns;
}

/* Those before it have gone. Both are by pid. */
static const struct heavy_track *track_of(const struct heavy *heavy, size_t *at,
					  const struct task *task)
{
	while (*at < heavy->count && heavy->tracks[*at].pid < task->pid)
		(*at)++;
	if (*at == heavy->count ||
	    !is_same(task, heavy->tracks[*at].pid, heavy->tracks[*at].start_boot_ns))
		return NULL;
	return &heavy->tracks[*at];
}

static double percent(const struct heavy_point *before, const struct heavy_point *now)
{
	uint64_t passed_ns = now->mono_ns - before->mono_ns;

	if (!passed_ns || now->cpu_time_ns < before->cpu_time_ns)
		return NAN;
	return 100 * (double)(now->cpu_time_ns - before->cpu_time_ns) / (double)passed_ns;
}

/* Its points of before, of which the oldest goes where there is no room, and the new one. */
static const struct heavy_point *add_track(struct taking *taking, size_t at,
					   const struct task *task,
					   const struct heavy_track *before)
{
	const struct heavy *heavy = taking->heavy;
	size_t room = points_each(heavy);
	struct heavy_point *points = taking->points + taking->count * room;
	size_t kept = before ? before->points : 0;
	size_t dropped = kept == room ? 1 : 0;

	kept -= dropped;
	if (kept)
		memcpy(points, heavy->points + at * room + dropped, kept * sizeof(*points));
	points[kept] = (struct heavy_point){ taking->mono_ns, task->cpu_time_ns };
	taking->tracks[taking->count++] =
		(struct heavy_track){ task->pid, task->start_boot_ns, kept + 1 };
	return points;
}

static bool is_more(double value, double limit)
{
	return isfinite(value) && value > limit;
}

static void judge(struct taking *taking, const struct task *task, const struct heavy_point *points,
		  size_t count)
{
	const struct heavy_limits *limits = &taking->heavy->limits;
	const struct heavy_point *now = &points[count - 1];
	double over_window = count > 1 ? percent(points, now) : NAN;
	double latest = count > 1 ? percent(now - 1, now) : NAN;
	bool is_cpu =
		is_more(over_window, limits->cpu_percent) || is_more(latest, limits->cpu_percent);
	struct heavy_found *found = &taking->found[taking->found_count];

	if (!is_cpu && task->rss_bytes <= limits->memory_bytes)
		return;
	*found = (struct heavy_found){ .task = *task };
	found->task.exe = NULL;
	found->figures.reason = is_cpu ? "cpu" : "memory";
	found->figures.cpu_percent = over_window;
	found->figures.cpu_percent_latest = latest;
	taking->found_count++;
}

/* What is known of one that was heavy before stays. */
static void keep_names(struct taking *taking)
{
	const struct heavy *heavy = taking->heavy;
	size_t at = 0;

	for (size_t i = 0; i < taking->found_count; i++) {
		struct heavy_found *found = &taking->found[i];
		const struct heavy_found *before;

		while (at < heavy->found_count && heavy->found[at].task.pid < found->task.pid)
			at++;
		before = at < heavy->found_count ? &heavy->found[at] : NULL;
		if (!before || !is_same(&found->task, before->task.pid, before->task.start_boot_ns))
			continue;
		found->is_named = before->is_named;
		found->create_time_s = before->create_time_s;
		memcpy(found->username, before->username, sizeof(found->username));
		memcpy(found->container, before->container, sizeof(found->container));
	}
}

static int by_pid(const void *a, const void *b)
{
	const struct heavy_found *one = a, *other = b;

	return one->task.pid < other->task.pid ? -1 : one->task.pid > other->task.pid;
}

static void add_ended(struct taking *taking, const struct tasks *tasks)
{
	const struct heavy *heavy = taking->heavy;

	for (size_t i = 0; i < heavy->found_count; i++) {
		const struct heavy_found *before = &heavy->found[i];
		const struct task *task = tasks_find(tasks, before->task.pid);

		if (before->figures.ended ||
		    (task && is_same(task, before->task.pid, before->task.start_boot_ns)))
			continue;
		taking->found[taking->found_count] = *before;
		taking->found[taking->found_count++].figures.ended = true;
	}
	if (taking->found_count)
		qsort(taking->found, taking->found_count, sizeof(*taking->found), by_pid);
}

static void take_tasks(struct taking *taking, const struct tasks *tasks)
{
	size_t at = 0;

	for (size_t i = 0; i < tasks->count; i++) {
		const struct task *task = &tasks->items[i];
		const struct heavy_track *before = track_of(taking->heavy, &at, task);
		const struct heavy_point *points = add_track(taking, at, task, before);

		judge(taking, task, points, taking->tracks[taking->count - 1].points);
	}
}

int heavy_take(struct heavy *heavy, const struct tasks *tasks, uint64_t mono_ns)
{
	size_t room = tasks->count + 1;
	AUTO_FREE struct heavy_track *tracks = calloc(room, sizeof(*tracks));
	AUTO_FREE struct heavy_point *points = calloc(room * points_each(heavy), sizeof(*points));
	AUTO_FREE struct heavy_found *found = calloc(room + heavy->found_count, sizeof(*found));
	struct taking taking = { heavy, mono_ns, tracks, points, 0, found, 0 };

	if (!tracks || !points || !found)
		return -ENOMEM;
	take_tasks(&taking, tasks);
	keep_names(&taking);
	add_ended(&taking, tasks);
	heavy_done(heavy);
	heavy->tracks = TAKE(tracks);
	heavy->points = TAKE(points);
	heavy->found = TAKE(found);
	heavy->count = taking.count;
	heavy->found_count = taking.found_count;
	heavy->is_fresh = true;
	return 0;
}

void heavy_tell(struct heavy_found *found, uint64_t ts_ms)
{
	struct host_heavy *figures = &found->figures;

	figures->ts_ms = ts_ms;
	figures->pid = (uint64_t)found->task.pid;
	figures->name = found->task.comm;
	figures->rss_bytes = found->task.rss_bytes;
	figures->vms_bytes = found->task.vms_bytes;
	figures->username = found->username[0] ? found->username : NULL;
	figures->create_time_s = found->create_time_s;
	figures->container = found->container[0] ? found->container : NULL;
}
