/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The summary's last word: how exact its figures are, and what they lack. */
#ifndef DENET_OUTPUT_SUMMARY_FIGURES_H
#define DENET_OUTPUT_SUMMARY_FIGURES_H

#include "denet/denet.h"
#include "output/layout.h"

/* Not a lower bound: with /proc, where the command's own cgroup has counted; v2's in microseconds. */
bool summary_figures_is_total_exact(const struct denet_summary *summary);

void summary_figures_show(struct layout *layout, const struct denet_summary *summary);

#endif
