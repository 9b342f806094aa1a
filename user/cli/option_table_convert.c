/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Options about what a file is converted to; as option_table.c. */
#include "cli/options_internal.h"

#define FIELD(name) offsetof(struct options, name)

/* In the order of their enum. */
static const char *const conversions[] = { "csv",    "trace", "folded", "snakemake", "nextflow",
					   "time-v", "prom",  "influx", "md",	     NULL };

static const char *const tracks[] = { "lanes", "process", NULL };

const struct option_spec option_table_convert[] = {
	{
		.name = "to",
		.value = "csv|trace|folded|snakemake|nextflow|time-v|prom|influx|md",
		.kind = OPTION_CHOICE,
		.commands = ON_CONVERT,
		.offset = FIELD(conversion),
		.choices = conversions,
		.group = OPTION_REPORT,
		.text = "what FILE is to become",
		.details =
			"csv is a row for each sample. trace is Chrome's trace events, for "
			"Perfetto and "
			"speedscope: what the wall time waited for, then the processes. folded is "
			"the "
			"text of a flame graph: CPU by the path of commands. snakemake is a "
			"benchmark "
			"file of Snakemake's, nextflow a raw trace file of Nextflow's with a row "
			"for each task of a recorded workflow, time-v what "
			"GNU "
			"time -v prints. prom is Prometheus' text of the whole run, for the "
			"textfile "
			"collector. influx is InfluxDB's line protocol: samples, the run and its "
			"programs, with times in nanoseconds. md is a page of Markdown, as "
			"--summary "
			"FILE.md writes it.",
	},
	{
		.name = "processes",
		.kind = OPTION_FLAG,
		.commands = ON_CONVERT,
		.offset = FIELD(processes),
		.group = OPTION_REPORT,
		.text = "with --to csv: a row for each process",
		.details = "With --to csv, a row for each process instead of each sample, with "
			   "all keys of its record.",
	},
	{
		.name = "tracks",
		.value = "lanes|process",
		.kind = OPTION_CHOICE,
		.commands = ON_CONVERT,
		.offset = FIELD(tracks),
		.choices = tracks,
		.default_value = "lanes",
		.group = OPTION_REPORT,
		.text = "with --to trace: how processes lie in it",
		.details =
			"With --to trace: lanes puts processes into as few rows as can be, for "
			"viewers that show one at a time; process gives each a row of its own, for "
			"Perfetto.",
	},
};

const size_t option_table_convert_count =
	sizeof(option_table_convert) / sizeof(option_table_convert[0]);
