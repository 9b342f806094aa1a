/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What samples have met at most, and how many there were at once. */
#ifndef DENET_METRICS_PEAKS_H
#define DENET_METRICS_PEAKS_H

#include <stdbool.h>
#include <stdint.h>

#include "denet/denet.h"

/* Of the samples at which PSS was read. */
struct pss_peak {
	uint64_t kb; /* 0 before it was read */
	uint64_t at_ns;
	uint64_t sum_kb; /* the largest sum of RSS at which it was read */
	bool is_bound;
	bool is_rough;
};

struct peaks {
	uint64_t sample_count;
	uint64_t last_sample_ms; /* of the wall clock */
	uint64_t sum_kb; /* 0 before any is known */
	uint64_t sum_at_ns; /* since the start */
	uint64_t last_sum_kb; /* at the sample before */
	struct pss_peak pss; /* while the sum did not rise, and while it did */
	struct pss_peak pss_rising;
	struct pss_peak pss_rough; /* while the tree changed */
	uint64_t processes;
	uint64_t threads;
	uint64_t psi_samples;
	uint64_t psi_stalled_samples;
};

void peaks_init(struct peaks *peaks);

/*
 * What the source counts at each birth, if it does, is what samples may have missed or have double;
 * and it counts a thread of ours, if there is one.
 */
void peaks_take_counted(struct peaks *peaks, int64_t processes, int64_t threads,
			bool has_own_thread);

/* As PSS was read near the largest sum, so that its own peak is not elsewhere; NULL when it was not. */
const struct pss_peak *peaks_pss(const struct peaks *peaks);

/* sum: the part of the sample that is asked for. */
void peaks_note(struct peaks *peaks, const struct denet_tree *tree, const struct denet_sample *sum,
		uint64_t elapsed_ns);

#endif
