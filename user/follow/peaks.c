/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/peaks.h"

#include <math.h>

void peaks_init(struct peaks *peaks)
{
	/* Samples may all come too late to see it, but the root there was. */
	*peaks = (struct peaks){ .processes = 1, .threads = 1 };
}

void peaks_take_counted(struct peaks *peaks, const struct at_once *most)
{
	if (most->processes <= 0)
		return;
	peaks->processes = (uint64_t)most->processes;
	peaks->threads = (uint64_t)most->threads;
}

static void note_pressure(struct peaks *peaks, double some_avg10)
{
	if (isnan(some_avg10))
		return;
	peaks->psi_samples++;
	peaks->psi_stalled_samples += some_avg10 > 0;
}

static void note_pss(struct peaks *peaks, const struct denet_tree *tree,
		     const struct denet_sample *sum, uint64_t elapsed_ns)
{
	if (sum->pss_kb == DENET_UNKNOWN || sum->mem_rss_kb == DENET_UNKNOWN)
		return;
	if (sum->mem_rss_kb > peaks->pss_sum_kb)
		peaks->pss_sum_kb = sum->mem_rss_kb;
	if (sum->pss_kb <= peaks->pss_kb)
		return;
	peaks->pss_kb = sum->pss_kb;
	peaks->pss_at_ns = elapsed_ns;
	peaks->pss_is_bound = sum == &tree->aggregated && tree->pss_is_bound;
}

bool peaks_have_pss(const struct peaks *peaks)
{
	return peaks->pss_kb && peaks->pss_sum_kb >= peaks->sum_kb - peaks->sum_kb / 10;
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
	note_pss(peaks, tree, sum, elapsed_ns);
	if (tree->process_count > peaks->processes)
		peaks->processes = tree->process_count;
	if (sum->thread_count > peaks->threads)
		peaks->threads = sum->thread_count;
	note_pressure(peaks, sum->psi_some_avg10);
}
