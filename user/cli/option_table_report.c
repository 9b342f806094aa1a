/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Options about what is made of a run when it is over; as option_table.c. */
#include "cli/options_internal.h"

#define FIELD(name) offsetof(struct options, name)

const struct option_spec option_table_report[] = {
	{
		.name = "fail-if",
		.value = "EXPR",
		.kind = OPTION_BUDGET,
		.commands = ON_MONITOR | ON_STATS | ON_DIFF | ON_BENCH,
		.offset = FIELD(budgets),
		.group = OPTION_REPORT,
		.text = "exit with 123 if EXPR holds: 'wall > 5m'",
		.details =
			"A budget: a figure of the summary, one of > >= < <= == !=, and a value "
			"with the figure's unit, such as 'cpu_time > 60s', 'peak_pss > 2GiB', "
			"'processes_failed > 0' or 'programs[cc1plus].cpu_time > 40s'. A figure is "
			"called by its key in the records, which may lack its unit or _total. "
			"Units are ns, us, ms, s, m, h; B, kB, MB, GB, TB, KiB, MiB, GiB, TiB; %. "
			"For diff the value is a change of the median in percent with its sign, "
			"such as "
			"\'wall > +5%\', which has to be outside the noise as well. "
			"For bench it is one of the medians, or such a change against the first "
			"command. "
			"May be given again and again. Every broken budget is told with its value, "
			"and the exit status is 123, unless CMD has failed. What is not known, and "
			"a "
			"bound that leaves it open, breaks no budget and is told.",
	},
	{
		.name = "budget",
		.value = "FILE",
		.kind = OPTION_FILES,
		.commands = ON_MONITOR | ON_STATS | ON_BENCH,
		.offset = FIELD(budget_files),
		.group = OPTION_REPORT,
		.text = "the same from FILE, an EXPR a line",
		.details = "Reads budgets from FILE, one a line, as --fail-if takes them. What "
			   "follows "
			   "a # is a comment. May be given again and again.",
	},
	{
		.name = "strict",
		.environment = "DENET_BPF_STRICT",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR | ON_STATS | ON_BENCH,
		.offset = FIELD(strict),
		.group = OPTION_REPORT,
		.text = "what leaves a budget open breaks it",
		.details = "A budget whose figure is not known, or is a bound that leaves it open, "
			   "counts as broken.",
	},
	{
		.name = "summary",
		.value = "FILE",
		.kind = OPTION_FILES,
		.commands = ON_MONITOR | ON_STATS,
		.offset = FIELD(summaries),
		.group = OPTION_REPORT,
		.text = "the summary to FILE: text, .json, .md, ...",
		.details = "Writes the summary to FILE when all is over, whatever else is shown: "
			   "as text, "
			   "or by the end of its name as JSON (.json), Markdown without CMD's "
			   "arguments "
			   "(.md), JUnit's XML with a test for each budget (.xml) or OpenMetrics, "
			   "which "
			   "GitLab's metrics reports read (.prom). May be given again and again; "
			   "'-' is "
			   "stdout. FILE is written beside an older one and takes its place. That "
			   "it can "
			   "be written is seen before CMD starts.",
	},
	{
		.name = "ci",
		.environment = "DENET_BPF_CI",
		.kind = OPTION_FLAG,
		.commands = ON_MONITOR | ON_STATS,
		.offset = FIELD(ci),
		.group = OPTION_REPORT,
		.text = "tell GitHub, GitLab, TeamCity as they read it",
		.details =
			"By the environment: on GitHub a page behind GITHUB_STEP_SUMMARY, and an "
			"annotation for each budget that is broken or open; on GitLab a section "
			"around the summary; on TeamCity service messages on stdout, a statistic "
			"for each figure and a problem for each broken budget. Elsewhere nothing. "
			"Nothing is sent anywhere, and neither arguments nor the environment are "
			"shown.",
	},
	{
		.name = "push",
		.value = "URL",
		.kind = OPTION_TEXT,
		.commands = ON_RUN,
		.offset = FIELD(push),
		.group = OPTION_REPORT,
		.text = "the summary to InfluxDB or a Pushgateway",
		.details =
			"Sends the summary when CMD has ended: to InfluxDB 1 by a URL as "
			"http://HOST:8086/write?db=NAME, to version 2 by one with "
			"/api/v2/write?bucket=NAME&org=NAME, to a Pushgateway by one with "
			"/metrics/job/NAME. It is denet-bpf-host that does, which is executed for "
			"it; tokens, users and certificates are in the files that "
			"DENET_BPF_PUSH_TOKEN_FILE, DENET_BPF_PUSH_USER_FILE and "
			"DENET_BPF_PUSH_CA_FILE name. Where the URL cannot be one CMD is not "
			"started; where it cannot be sent to, within 10 seconds, a line tells, and "
			"the exit status is CMD's.",
	},
	{
		.name = "heartbeat",
		.environment = "DENET_BPF_HEARTBEAT",
		.value = "S",
		.kind = OPTION_SECONDS,
		.commands = ON_MONITOR,
		.offset = FIELD(heartbeat_ns),
		.default_value = "0",
		.group = OPTION_REPORT,
		.text = "a line after each S seconds of silence",
		.details =
			"A line on stderr when nothing has been written to stdout and stderr for S "
			"seconds, which tells the time, processes, memory, CPU and who uses most "
			"of "
			"it: for CI services that end a job that is silent. It comes with a "
			"sample. "
			"Files and named pipes tell when they were written to, terminals within "
			"eight seconds; sockets do not, nor do other pipes since Linux 6.14: there "
			"the line comes every S seconds. 0 is never.",
	},
};

const size_t option_table_report_count =
	sizeof(option_table_report) / sizeof(option_table_report[0]);
