/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* CPU in the summary: how much, of how many cores, and what was waited for. */
#ifndef DENET_OUTPUT_SUMMARY_CPU_H
#define DENET_OUTPUT_SUMMARY_CPU_H

#include "denet/denet.h"
#include "output/layout.h"

void summary_cpu_show(struct layout *layout, const struct denet_summary *summary);

#endif
