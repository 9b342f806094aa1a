/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a summary says of one budget. */
#ifndef DENET_ANALYSIS_BUDGET_H
#define DENET_ANALYSIS_BUDGET_H

#include "analysis/expression.h"

/* All but the texts that the caller owns. */
void budget_judge(const struct expression *expression, const struct denet_summary *summary,
		  struct denet_budget *ret_budget);

#endif
