/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Options about many runs of a command; as option_table.c. */
#include "cli/options_internal.h"

#define FIELD(name) offsetof(struct options, name)

const struct option_spec option_table_bench[] = {
	{
		.letter = 'n',
		.name = "runs",
		.value = "N",
		.kind = OPTION_COUNT,
		.commands = ON_BENCH,
		.offset = FIELD(runs),
		.default_value = "10",
		.group = OPTION_BENCH,
		.text = "runs of each CMD",
		.details = "How often each CMD runs. Several take turns, so that what changes on "
			   "the machine meets all of them. From 5 runs on wall time, CPU and peak "
			   "are judged, from 10 on programs. -n stands behind the word bench.",
	},
	{
		.name = "warmup",
		.value = "N",
		.kind = OPTION_NUMBER,
		.commands = ON_BENCH,
		.offset = FIELD(warmups),
		.default_value = "1",
		.group = OPTION_BENCH,
		.text = "runs before these that do not count",
		.details = "So many runs of each CMD come first and are in no figure: they fill "
			   "caches. 0 is none.",
	},
	{
		.name = "vs",
		.value = "CMD",
		.kind = OPTION_LINES,
		.commands = ON_BENCH,
		.offset = FIELD(others),
		.group = OPTION_BENCH,
		.text = "another CMD, compared with the first",
		.details = "Its figures are told beside those of the first CMD, as a ratio, and "
			   "judged as diff judges. May be given again and again.",
	},
	{
		.name = "sweep",
		.value = "NAME=A,B,C",
		.kind = OPTION_LINES,
		.commands = ON_BENCH,
		.offset = FIELD(sweeps),
		.group = OPTION_BENCH,
		.text = "a CMD for each value, in the place of {NAME}",
		.details = "Each CMD that has {NAME} becomes as many as there are values, and so "
			   "does what --prepare runs before it. A value may be empty. Of several "
			   "options all combinations are made.",
	},
	{
		.name = "prepare",
		.value = "CMD",
		.kind = OPTION_TEXT,
		.commands = ON_BENCH,
		.offset = FIELD(prepare),
		.group = OPTION_BENCH,
		.text = "run by the shell before each run",
		.details = "What it uses is in no figure. It has to succeed.",
	},
	{
		.letter = 'N',
		.name = "no-shell",
		.kind = OPTION_FLAG,
		.commands = ON_BENCH,
		.offset = FIELD(no_shell),
		.group = OPTION_BENCH,
		.text = "CMD's words without a shell",
		.details = "CMD is taken apart at its blanks, with a shell's quotes and "
			   "backslashes, and executed. Behind '--' a program and its arguments "
			   "are executed as they are.",
	},
	{
		.name = "ignore-failure",
		.kind = OPTION_FLAG,
		.commands = ON_BENCH,
		.offset = FIELD(ignore_failure),
		.group = OPTION_BENCH,
		.text = "go on when CMD fails",
		.details = "Without it the first CMD that fails, by an exit status other than 0 or "
			   "by a signal, ends all with 125 and nothing is told. With it the runs "
			   "that failed count as others do, and how many there were is told.",
	},
	{
		.name = "show-output",
		.kind = OPTION_FLAG,
		.commands = ON_BENCH,
		.offset = FIELD(show_output),
		.group = OPTION_BENCH,
		.text = "what CMD writes, to stderr",
		.details = "Else what CMD writes goes to /dev/null, which some programs notice: "
			   "grep stops at the first match then.",
	},
	{
		.name = "export",
		.value = "FILE",
		.kind = OPTION_FILES,
		.commands = ON_BENCH,
		.offset = FIELD(exports),
		.group = OPTION_BENCH,
		.text = "the results to FILE: .json, .csv or .md",
		.details =
			"Writes the results to FILE as the end of its name says: JSON with each "
			"run, CSV with a row for each figure, or Markdown. May be given again and "
			"again. That it can be written is seen before anything runs; it is "
			"written beside an older one and takes its place.",
	},
	{
		.name = "keep",
		.value = "DIR",
		.kind = OPTION_FILE,
		.commands = ON_BENCH,
		.offset = FIELD(keep),
		.group = OPTION_BENCH,
		.text = "the records of each run to files in DIR",
		.details =
			"The records of run I of command C go to DIR/bench-C-I.jsonl, which stats "
			"and diff read. DIR is made if it is not there, and must not have "
			"such files yet: a diff over all of them would mix two benches.",
	},
};

const size_t option_table_bench_count = sizeof(option_table_bench) / sizeof(option_table_bench[0]);
