/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* libFuzzer: whatever a budget says, it is refused in one line that marks a place, or it can be judged. */
#include <errno.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/budget.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_refusal(int r, const struct denet_error *error)
{
	const char *why = error->text;

	if (!*why || strchr(why, '\n') || (r != -EINVAL && r != -ENODATA))
		abort();
	if (r == -EINVAL && strncmp(why, "at ^ in '", 9) != 0)
		abort();
}

/* What was accepted is accepted again without what stands around it, and means the same. */
static void check_twice(const char *text, const struct expression *expression)
{
	struct expression again;

	if (expression->end <= expression->start ||
	    expression_parse(text + expression->start, expression->end - expression->start, &again,
			     NULL))
		abort();
	if (again.bound != expression->bound || again.relation != expression->relation ||
	    strcmp(again.figure.key, expression->figure.key) != 0)
		abort();
}

static void check_judged(const struct expression *expression)
{
	static const struct denet_group group = { .comm = "cc1", .cpu_time_ns = 1 };
	const struct denet_summary summary = {
		.size = sizeof(summary),
		.accounting = DENET_ACCOUNTING_BPF,
		.groups = &group,
		.groups_count = 1,
	};
	struct denet_budget budget = { .size = sizeof(budget) };

	budget_judge(expression, &summary, &budget);
	if (!(budget.bound >= 0) || (budget.outcome == DENET_BUDGET_UNKNOWN) != isnan(budget.value))
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct denet_error error = { .size = sizeof(error) };
	struct expression expression;
	int r = expression_parse((const char *)data, size, &expression, &error);

	if (r) {
		check_refusal(r, &error);
		return 0;
	}
	check_twice((const char *)data, &expression);
	check_judged(&expression);
	return 0;
}
