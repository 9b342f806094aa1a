/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How a budget fared, in words. */
#ifndef DENET_OUTPUT_BUDGET_VIEW_H
#define DENET_OUTPUT_BUDGET_VIEW_H

#include <stdbool.h>

#include "denet/denet.h"
#include "output/human.h"
#include "util/buf.h"

/* Of a table of metrics: its unit, and so many of it. */
struct human budget_view_amount(const char *unit, double amount);

/* "it is at least 3.20 s, sampled from /proc"; with digits where the bound looks the same. */
void budget_view_append_value(struct buf *buf, const struct denet_budget *budget);

/* What leaves a budget open breaks it if that is how it is meant. */
bool budget_view_is_broken(const struct denet_budget *budget, bool is_strict);
bool budget_view_is_open(const struct denet_budget *budget);

#endif
