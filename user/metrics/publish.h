/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* From the kernel's counters to those that users see. */
#ifndef DENET_METRICS_PUBLISH_H
#define DENET_METRICS_PUBLISH_H

#include <linux/types.h>

#include "denet/denet.h"
#include "kernel/task.h"

/*
 * The split of the CPU time comes from ticks; below ten of them it is left unknown. So is what
 * unknown (COUNTER_) names.
 */
void publish_counters(const struct task_counters *counters, uint32_t unknown, uint64_t tick_ns,
		      struct denet_counters *ret_counters);

/* All unknown. */
void publish_nothing(struct denet_counters *ret_counters);

/* From a status as wait() gives it. */
struct denet_end publish_end(uint32_t wait_status);

#endif
