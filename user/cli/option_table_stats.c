/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Options about a table of many runs; as option_table.c. */
#include "cli/options_internal.h"

#define FIELD(name) offsetof(struct options, name)

static const char *const groups[] = { "run", "label", "host", "job", "user", "command", NULL };

const struct option_spec option_table_stats[] = {
	{
		.letter = 'r',
		.name = "recursive",
		.value = "DIR",
		.kind = OPTION_FILES,
		.commands = ON_STATS,
		.offset = FIELD(folders),
		.group = OPTION_REPORT,
		.text = "all *.jsonl and *.jsonl.gz below DIR",
		.details = "Each file below DIR whose name ends in .jsonl or .jsonl.gz is a run. "
			   "Links to folders are not followed. May be given again and again.",
	},
	{
		.name = "group-by",
		.value = "label|host|job|user|command",
		.kind = OPTION_CHOICE,
		.commands = ON_STATS,
		.offset = FIELD(group_by),
		.choices = groups,
		.default_value = "run",
		.group = OPTION_REPORT,
		.text = "a row for all runs that have it in common",
		.details =
			"A row for each label, host, job, user or whole command, with how many "
			"runs it has, how many of them failed, and the median and the quartiles of "
			"each figure over those that tell it.",
	},
	{
		.name = "csv",
		.kind = OPTION_FLAG,
		.commands = ON_STATS,
		.offset = FIELD(csv),
		.group = OPTION_REPORT,
		.text = "the table as CSV, a row a run",
		.details = "The table of runs as CSV, with a header; what is not known is empty.",
	},
};

const size_t option_table_stats_count = sizeof(option_table_stats) / sizeof(option_table_stats[0]);
