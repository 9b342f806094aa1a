/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is wrong with a budget is told before anything starts. Read it is when the runs are over. */
#include <string.h>

#include "cli/options_internal.h"
#include "util/cleanup.h"

static void denet_budgets_freep(struct denet_budgets **budgets)
{
	denet_budgets_free(*budgets);
}

static int check_budget(const char *text, struct denet_error *why)
{
	AUTO(denet_budgets) struct denet_budgets *budgets = NULL;
	int r = denet_budgets_new(&budgets);

	return r ? r : denet_budgets_add(budgets, text, why);
}

bool options_is_change(const struct options *options, const char *budget)
{
	return options->command == COMMAND_DIFF ||
	       (options->command == COMMAND_BENCH && strpbrk(budget, "+-") && strchr(budget, '%'));
}

int options_check_budgets(const struct options *options, char error[OPTIONS_ERROR_BYTES])
{
	for (size_t i = 0; i < options->budgets.count; i++) {
		const char *text = options->budgets.items[i];
		struct denet_error why = { .size = sizeof(why) };
		int r = options_is_change(options, text)
				? denet_comparison_check(NULL, text, NULL, NULL, &why)
				: check_budget(text, &why);

		if (r)
			return option_refuse(error, "option '--fail-if': %s",
					     why.text[0] ? why.text : strerror(-r));
	}
	return 0;
}
