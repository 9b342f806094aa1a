/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/summary_figures.h"

#include <stdint.h>
#include <string.h>

#include "output/human.h"
#include "output/text.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/units.h"

static bool is_known(uint64_t value)
{
	return value != DENET_UNKNOWN;
}

static bool has(uint64_t value)
{
	return is_known(value) && value > 0;
}

static const char *plural(uint64_t count, const char *one, const char *many)
{
	return count == 1 ? one : many;
}

static void show_tasks_lost(struct layout *layout, const struct denet_summary *summary)
{
	uint64_t lost = summary->tasks_lost;

	if (has(lost))
		layout_piece(layout, TONE_BAD,
			     "%s %s could not be followed: every total is a lower bound",
			     human_count(lost).text, plural(lost, "task", "tasks"));
}

static void show_losses(struct layout *layout, const struct denet_summary *summary)
{
	show_tasks_lost(layout, summary);
	if (has(summary->records_lost))
		layout_piece(layout, TONE_WARN, "%s %s lost: what they tell is in the totals alone",
			     human_count(summary->records_lost).text,
			     plural(summary->records_lost, "record", "records"));
	if (has(summary->events_lost))
		layout_piece(layout, TONE_WARN,
			     "%s %s lost: some commands are not known, no total is affected",
			     human_count(summary->events_lost).text,
			     plural(summary->events_lost, "event", "events"));
	if (!has(summary->tasks_lost) && !has(summary->records_lost) &&
	    !has(summary->events_lost) && !summary->incomplete)
		layout_piece(layout, TONE_PLAIN, "nothing lost");
}

static void show_incomplete(struct layout *layout, const struct denet_summary *summary)
{
	const char *why = summary->incomplete;
	uint64_t failed = summary->samples_failed;
	AUTO(buf) struct buf text = { 0 };

	if (why) {
		text_append_fitted(&text, layout->style->is_unicode, why, strlen(why), SIZE_MAX);
		layout_piece(layout, TONE_BAD, "incomplete: %s", buf_text(&text));
	}
	if (has(failed))
		layout_piece(layout, TONE_WARN, "%s %s failed and left out",
			     human_count(failed).text, plural(failed, "sample", "samples"));
}

/* Of the rest, who still ran was seen at last; the others have no record at all. */
static void show_exact(struct layout *layout, const struct denet_summary *summary)
{
	uint64_t total = summary->processes_total, exact = summary->processes_exact;
	uint64_t rest = exact < total ? total - exact : 0, seen = rest;
	const char *who;

	if (!is_known(exact) || !is_known(total))
		return;
	if (has(summary->records_lost) && summary->processes_running < rest)
		seen = summary->processes_running;
	who = !seen ? "" : seen == rest ? "; the rest as last seen" : "; some as last seen";
	layout_piece(layout, rest ? TONE_PLAIN : TONE_GOOD, "exact for %s of %s %s, by eBPF%s",
		     human_count(exact).text, human_count(total).text,
		     plural(total, "process", "processes"), who);
}

bool summary_figures_is_total_exact(const struct denet_summary *summary)
{
	uint64_t counted_ns = summary->cgroup_cpu_ns, total_ns = summary->used.cpu_time_ns;

	if (summary->accounting != DENET_ACCOUNTING_PROC)
		return true;
	return has(counted_ns) && is_known(total_ns) && total_ns >= counted_ns &&
	       total_ns - counted_ns < NS_PER_US;
}

void summary_figures_show(struct layout *layout, const struct denet_summary *summary)
{
	layout_row(layout, "figures");
	switch (summary->accounting) {
	case DENET_ACCOUNTING_BPF:
		show_exact(layout, summary);
		show_losses(layout, summary);
		break;
	case DENET_ACCOUNTING_PROC:
		layout_piece(layout, TONE_WARN,
			     "sampled from /proc: lower bounds, what lived "
			     "between two samples is missed");
		if (summary_figures_is_total_exact(summary))
			layout_piece(layout, TONE_GOOD, "cpu in all exact, by its cgroup");
		show_tasks_lost(layout, summary);
		break;
	default:
		layout_piece(layout, TONE_WARN, "none: nothing could be measured here");
		break;
	}
	show_incomplete(layout, summary);
}
