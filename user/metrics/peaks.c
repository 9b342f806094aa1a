/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/peaks.h"

#include <math.h>

void peaks_init(struct peaks *peaks)
{
	/* Samples may all come too late to see it, but the root there was. */
	*peaks = (struct peaks){ .processes = 1, .threads = 1 };
}

void peaks_take_counted(struct peaks *peaks, int64_t processes, int64_t threads,
			bool has_own_thread)
{
	if (processes <= 0)
		return;
	peaks->processes = (uint64_t)processes;
	peaks->threads = (uint64_t)threads - (has_own_thread && threads > 1);
}

static void note_pressure(struct peaks *peaks, double some_avg10)
{
	if (isnan(some_avg10))
		return;
	peaks->psi_samples++;
	peaks->psi_stalled_samples += some_avg10 > 0;
}

/*
 * Processes are read one after the other. Where more come to share pages meanwhile, those who were
 * read first have a larger share than those who were read last leave them: the sum is too large.
 * Whoever begins meanwhile is not read, and has a share all the same: it is too small, by up to all that
 * the new one was forked with. That is the last to be told.
 */
static void note_pss(struct peaks *peaks, const struct denet_tree *tree,
		     const struct denet_sample *sum, uint64_t elapsed_ns)
{
	bool is_rising = sum->mem_rss_kb > peaks->last_sum_kb + peaks->last_sum_kb / 10;
	bool is_of_all = sum == &tree->aggregated;
	bool is_rough = is_of_all && tree->pss_is_rough;
	struct pss_peak *peak = is_rough    ? &peaks->pss_rough
				: is_rising ? &peaks->pss_rising
					    : &peaks->pss;

	if (sum->pss_kb == DENET_UNKNOWN)
		return;
	if (sum->mem_rss_kb > peak->sum_kb)
		peak->sum_kb = sum->mem_rss_kb;
	if (sum->pss_kb <= peak->kb)
		return;
	peak->kb = sum->pss_kb;
	peak->at_ns = elapsed_ns;
	peak->is_bound = is_rising || (is_of_all && tree->pss_is_bound);
	peak->is_rough = is_rough;
}

static bool is_near_largest(const struct peaks *peaks, const struct pss_peak *peak)
{
	return peak->kb && peak->sum_kb >= peaks->sum_kb - peaks->sum_kb / 10;
}

const struct pss_peak *peaks_pss(const struct peaks *peaks)
{
	if (is_near_largest(peaks, &peaks->pss))
		return &peaks->pss;
	if (is_near_largest(peaks, &peaks->pss_rising))
		return &peaks->pss_rising;
	return is_near_largest(peaks, &peaks->pss_rough) ? &peaks->pss_rough : NULL;
}

void peaks_note(struct peaks *peaks, const struct denet_tree *tree, const struct denet_sample *sum,
		uint64_t elapsed_ns)
{
	peaks->sample_count++;
	peaks->last_sample_ms = tree->ts_ms;
	if (sum->mem_rss_kb != DENET_UNKNOWN && sum->mem_rss_kb > peaks->sum_kb) {
		peaks->sum_kb = sum->mem_rss_kb;
		peaks->sum_at_ns = elapsed_ns;
	}
	if (sum->mem_rss_kb != DENET_UNKNOWN) {
		note_pss(peaks, tree, sum, elapsed_ns);
		peaks->last_sum_kb = sum->mem_rss_kb;
	}
	if (tree->process_count != DENET_UNKNOWN && tree->process_count > peaks->processes)
		peaks->processes = tree->process_count;
	if (sum->thread_count != DENET_UNKNOWN && sum->thread_count > peaks->threads)
		peaks->threads = sum->thread_count;
	note_pressure(peaks, sum->psi_some_avg10);
}
