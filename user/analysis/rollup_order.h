/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_ANALYSIS_ROLLUP_ORDER_H
#define DENET_ANALYSIS_ROLLUP_ORDER_H

#include "denet/denet.h"

/* Sorts rows, most first; what is equal by CPU, then by pid and name. */
void rollup_order(struct denet_rollup_row rows[], size_t count, enum denet_rollup_sort sort);

#endif
