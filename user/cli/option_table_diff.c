/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Options about the comparison of runs; as option_table.c. */
#include "cli/options_internal.h"

#define FIELD(name) offsetof(struct options, name)

const struct option_spec option_table_diff[] = {
	{
		.name = "md",
		.kind = OPTION_FLAG,
		.commands = ON_DIFF | ON_BENCH,
		.offset = FIELD(markdown),
		.group = OPTION_SCREEN,
		.text = "as tables of Markdown",
		.details = "Writes tables of Markdown, for a page of CI or a comment.",
	},
};

const size_t option_table_diff_count = sizeof(option_table_diff) / sizeof(option_table_diff[0]);
