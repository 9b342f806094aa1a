/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/summary_cpu.h"

#include <math.h>

#include "output/human.h"
#include "output/summary_figures.h"

#define WAITING_MIN 0.05 /* less on average is not worth a word, as the next */
#define THROTTLED_MIN_NS 1000000u

static bool is_known(uint64_t value)
{
	return value != DENET_UNKNOWN;
}

static bool has(uint64_t value)
{
	return is_known(value) && value > 0;
}

/* What was used since the root's birth was not used since the attach. */
static uint64_t counted_ns(const struct denet_summary *summary)
{
	return has(summary->counted_ns) ? summary->counted_ns : summary->wall_ns;
}

/* Of a file that does not tell since when it counts. */
static uint64_t uncounted_ns(const struct denet_summary *summary)
{
	uint64_t before_ns = summary->cpu_time_before_ns;

	return !has(summary->counted_ns) && has(before_ns) && before_ns <= summary->used.cpu_time_ns
		       ? before_ns
		       : 0;
}

static bool has_quota(const struct denet_summary *summary)
{
	return isfinite(summary->cpu_limit_cores) && summary->cpu_limit_cores > 0;
}

/* Where there are fewer CPUs, they are what bounds. */
static bool is_quota_least(const struct denet_summary *summary, uint64_t cpus)
{
	return has_quota(summary) && (!cpus || summary->cpu_limit_cores < (double)cpus);
}

static void show_cores(struct layout *layout, const struct denet_summary *summary, uint64_t cpus)
{
	double cores;

	if (!has(counted_ns(summary)))
		return;
	cores = (double)(summary->used.cpu_time_ns - uncounted_ns(summary)) /
		(double)counted_ns(summary);
	if (is_quota_least(summary, cpus))
		layout_piece(layout, TONE_PLAIN, "%.2f of %.3g %s (quota)", cores,
			     summary->cpu_limit_cores,
			     summary->cpu_limit_cores == 1 ? "core" : "cores");
	else if (cpus)
		layout_piece(layout, TONE_PLAIN, "%.2f of %s %s", cores, human_count(cpus).text,
			     cpus == 1 ? "core" : "cores");
	else
		layout_piece(layout, TONE_PLAIN, "%.2f cores", cores);
}

/* A part that no tick has met is less than can be told. */
static void show_parts(struct layout *layout, const struct denet_counters *used)
{
	if (has(used->cpu_user_ns))
		layout_piece(layout, TONE_PLAIN, "user %s", human_duration(used->cpu_user_ns).text);
	if (has(used->cpu_system_ns))
		layout_piece(layout, TONE_PLAIN, "system %s",
			     human_duration(used->cpu_system_ns).text);
}

static void show_waiting(struct layout *layout, const struct denet_summary *summary)
{
	double waiting;

	if (!has(counted_ns(summary)) || !has(summary->used.run_delay_ns))
		return;
	waiting = (double)summary->used.run_delay_ns / (double)counted_ns(summary);
	if (waiting >= WAITING_MIN)
		layout_piece(layout, TONE_PLAIN, "%.1f waiting for a cpu on average", waiting);
}

static void show_throttled(struct layout *layout, const struct denet_summary *summary,
			   uint64_t cpus)
{
	if (!has(summary->throttled_ns) || summary->throttled_ns < THROTTLED_MIN_NS)
		return;
	if (is_quota_least(summary, cpus) || !has_quota(summary))
		layout_piece(layout, TONE_WARN, "throttled %s",
			     human_duration(summary->throttled_ns).text);
	else
		layout_piece(layout, TONE_WARN, "throttled %s (limit %.3g cores)",
			     human_duration(summary->throttled_ns).text, summary->cpu_limit_cores);
}

static void show_change(struct layout *layout, const struct denet_summary *summary)
{
	if (!summary->cpu_limit_changed)
		return;
	if (!has_quota(summary))
		layout_piece(layout, TONE_PLAIN,
			     "quota of %.3g cores at the start, none at the end",
			     summary->cpu_limit_before_cores);
	else if (!isfinite(summary->cpu_limit_before_cores))
		layout_piece(layout, TONE_PLAIN, "no quota at the start, %.3g cores at the end",
			     summary->cpu_limit_cores);
	else
		layout_piece(layout, TONE_PLAIN,
			     "quota of %.3g cores at the start, %.3g at the end",
			     summary->cpu_limit_before_cores, summary->cpu_limit_cores);
}

void summary_cpu_show(struct layout *layout, const struct denet_summary *summary)
{
	const struct denet_counters *used = &summary->used;
	uint64_t cpus = has(summary->cpus_usable) ? summary->cpus_usable : 0;

	layout_row(layout, "cpu");
	if (!is_known(used->cpu_time_ns))
		return;
	layout_piece(layout, TONE_STRONG, "%s%s",
		     summary_figures_is_total_exact(summary) ? "" : "at least ",
		     human_duration(used->cpu_time_ns).text);
	show_cores(layout, summary, cpus);
	show_parts(layout, used);
	show_waiting(layout, summary);
	show_throttled(layout, summary, cpus);
	show_change(layout, summary);
}
