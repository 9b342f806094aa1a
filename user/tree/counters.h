/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Arithmetic on the kernel's counters, field by field. Differences wrap, so that sums stay right. */
#ifndef DENET_TREE_COUNTERS_H
#define DENET_TREE_COUNTERS_H

#include <linux/types.h>
#include <stdbool.h>

#include "kernel/task.h"

void counters_add(struct task_counters *sum, const struct task_counters *counters);
void counters_subtract(struct task_counters *sum, const struct task_counters *counters);

/* What is below 0, by an estimate that was too high, becomes 0. */
void counters_floor(struct task_counters *counters);

/* No field of floor gets smaller. A sum that is short of what is to be subtracted is below 0. */
void counters_raise(struct task_counters *floor, const struct task_counters *counters);

#endif
