/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* CPU in the summary: how much, of how many cores, and what was waited for. */
#ifndef DENET_OUTPUT_SUMMARY_CPU_H
#define DENET_OUTPUT_SUMMARY_CPU_H

#include <stdint.h>

#include "denet/denet.h"
#include "output/layout.h"

/* cpu_count: that the command may use, where the summary does not tell that; 0 when not known. */
void summary_cpu_show(struct layout *layout, const struct denet_summary *summary,
		      uint64_t cpu_count);

#endif
