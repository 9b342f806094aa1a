/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/summary_memory.h"

#include <stdint.h>

#include "output/human.h"
#include "output/text.h"

static bool is_known(uint64_t value)
{
	return value != DENET_UNKNOWN;
}

static bool has(uint64_t value)
{
	return is_known(value) && value > 0;
}

/* Of one process it is its high-water mark, and exact once the kernel has closed its account. */
static void show_peak_of_one(struct layout *layout, const struct denet_summary *summary)
{
	bool is_exact = summary->accounting == DENET_ACCOUNTING_BPF && summary->end.known;

	layout_piece(layout, TONE_STRONG, "%s%s", is_exact ? "" : "at least ",
		     human_kib(summary->peak_mem_rss_kb).text);
}

static void show_peak_in_one(struct layout *layout, uint64_t peak_kb)
{
	layout_piece(layout, TONE_STRONG, "%s in one process", human_kib(peak_kb).text);
}

/*
 * Only a sum has a time. But a file that is cut off does not tell that either: there the two figures are
 * of one process when they are the same. With /proc one that was waited for may have had more than was
 * ever seen of it.
 */
static bool is_of_one(const struct denet_summary *summary)
{
	if (is_known(summary->peak_mem_at_ns))
		return false;
	return summary->peak_mem_rss_kb == summary->peak_process_rss_kb ||
	       (summary->accounting == DENET_ACCOUNTING_PROC && !summary->incomplete);
}

static void show_peak_of_sum(struct layout *layout, const struct denet_summary *summary)
{
	if (is_of_one(summary)) {
		show_peak_in_one(layout, summary->peak_mem_rss_kb);
		/* They were never met together by a sample, unless there was one at a time. */
		if (summary->processes_peak != 1)
			layout_piece(layout, TONE_PLAIN, "all together not known");
		return;
	}
	if (is_known(summary->peak_mem_at_ns))
		layout_piece(layout, TONE_STRONG, "sum of RSS %s, at %s",
			     human_kib(summary->peak_mem_rss_kb).text,
			     human_duration(summary->peak_mem_at_ns).text);
	else
		layout_piece(layout, TONE_STRONG, "sum of RSS %s",
			     human_kib(summary->peak_mem_rss_kb).text);
	layout_piece(layout, TONE_PLAIN, "shared pages counted in each process");
}

static void show_sum(struct layout *layout, const struct denet_summary *summary)
{
	if (is_known(summary->peak_mem_at_ns))
		layout_piece(layout, TONE_PLAIN, "sum of RSS %s",
			     human_kib(summary->peak_mem_rss_kb).text);
}

static void show_peak_of_pss(struct layout *layout, const struct denet_summary *summary)
{
	const char *most = summary->pss_is_rough   ? "roughly "
			   : summary->pss_is_bound ? "at most "
						   : "";

	if (is_known(summary->peak_pss_at_ns))
		layout_piece(layout, TONE_STRONG, "%s%s, at %s", most,
			     human_kib(summary->peak_pss_kb).text,
			     human_duration(summary->peak_pss_at_ns).text);
	else
		layout_piece(layout, TONE_STRONG, "%s%s", most,
			     human_kib(summary->peak_pss_kb).text);
	show_sum(layout, summary);
}

static void show_peak_beside_sum(struct layout *layout, const struct denet_summary *summary)
{
	show_peak_in_one(layout, summary->peak_process_rss_kb);
	show_sum(layout, summary);
}

/* What one process had between two samples may be more than all had at one. */
static bool is_pss_largest(const struct denet_summary *summary)
{
	return has(summary->peak_pss_kb) && (!is_known(summary->peak_process_rss_kb) ||
					     summary->peak_pss_kb >= summary->peak_process_rss_kb);
}

static void show_peak(struct layout *layout, const struct denet_summary *summary)
{
	if (!has(summary->peak_mem_rss_kb))
		return;
	if (summary->processes_total == 1)
		show_peak_of_one(layout, summary);
	else if (is_pss_largest(summary))
		show_peak_of_pss(layout, summary);
	else if (has(summary->peak_pss_kb))
		show_peak_beside_sum(layout, summary);
	else
		show_peak_of_sum(layout, summary);
}

/* Less than a hundredth of the time is not worth a word. */
static void show_stall(struct layout *layout, const struct denet_summary *summary)
{
	if (!has(summary->memory_stall_ns) || !is_known(summary->wall_ns) ||
	    summary->memory_stall_ns < summary->wall_ns / 100)
		return;
	layout_piece(layout, TONE_WARN, "%s short of memory for %s",
		     summary->memory_stall_of_cgroup ? "its cgroup was" : "this machine was",
		     human_duration(summary->memory_stall_ns).text);
}

/* Who was seen with less than one has had is not the largest. */
static bool has_largest(const struct denet_summary *summary)
{
	return has(summary->peak_process_rss_kb) && summary->processes_total != 1 &&
	       !(is_of_one(summary) && summary->peak_process_rss_kb < summary->peak_mem_rss_kb);
}

/* That of the end; what it was at the start is told where it was another. */
static void show_limit(struct layout *layout, const struct denet_summary *summary)
{
	enum term_tone tone = summary->memory_limit_hit ? TONE_WARN : TONE_PLAIN;
	static const struct human none = { "none" };
	struct human now = none, before = none;

	if (has(summary->memory_limit_kb))
		now = human_kib(summary->memory_limit_kb);
	if (has(summary->memory_limit_before_kb))
		before = human_kib(summary->memory_limit_before_kb);
	if (summary->memory_limit_changed)
		layout_piece(layout, tone, "limit %s, %s at the start", now.text, before.text);
	else if (has(summary->memory_limit_kb))
		layout_piece(layout, tone, "limit %s", now.text);
}

/* BPF says of each process whether it was. */
static void show_kills(struct layout *layout, const struct denet_summary *summary)
{
	uint64_t kills = summary->oom_kills;

	if (has(kills) && summary->accounting == DENET_ACCOUNTING_PROC)
		layout_piece(layout, TONE_BAD, "%s %s of its cgroup killed for want of it",
			     human_count(kills).text, kills == 1 ? "process" : "processes");
}

void summary_memory_show(struct layout *layout, bool is_unicode,
			 const struct denet_summary *summary)
{
	layout_row(layout, "memory");
	show_peak(layout, summary);
	if (has_largest(summary))
		layout_piece(layout, TONE_PLAIN, "largest %s[%u] %s",
			     text_name(is_unicode, summary->peak_process_comm).text,
			     summary->peak_process_pid,
			     human_kib(summary->peak_process_rss_kb).text);
	if (has(summary->cgroup_peak_kb))
		layout_piece(layout, TONE_PLAIN, "its cgroup %s, with page cache",
			     human_kib(summary->cgroup_peak_kb).text);
	show_limit(layout, summary);
	show_kills(layout, summary);
	show_stall(layout, summary);
}
