/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is right word by word and wrong as a whole: options that would do nothing are refused. */
#include <string.h>

#include "cli/command_table.h"
#include "cli/file_list.h"
#include "cli/beside.h"
#include "cli/options_internal.h"
#include "util/gzip.h"

/* Beside the first, the second would have no effect. */
static const struct {
	const char *option;
	const char *choice; /* of the first, NULL for any */
	const char *other;
} rivals[] = {
	{ "format", "csv", "write-env" }, { "format", "csv", "compat" },
	{ "format", "csv", "children" },  { "exclude-children", NULL, "children" },
	{ "json", NULL, "live" },	  { "quiet", NULL, "live" },
	{ "no-update", NULL, "live" },	  { "no-pss", NULL, "pss" },
	{ "quiet", NULL, "heartbeat" },	  { "no-polling", NULL, "heartbeat" },
	{ "json", NULL, "md" },		  { "json", NULL, "csv" },
};

/* Among the choices of --sort: the last of one run, and the first text of a table's row. */
#define SORT_RUNS 3
#define SORT_TEXT 6

#define BY_SUBTREE 3 /* among the choices of --by */
#define RIVALS (sizeof(rivals) / sizeof(rivals[0]))

static uint64_t bit_of(const char *name)
{
	return option_bit(option_find(name, strlen(name)));
}

static bool is_chosen(const struct options *options, const char *choice)
{
	/* The only option whose value matters here. */
	return !choice || options->format == FORMAT_CSV;
}

bool option_yields(size_t index, const char *value, const struct options *options, uint64_t given)
{
	const char *name = option_at(index)->name;

	for (size_t i = 0; i < RIVALS; i++) {
		bool is_first = strcmp(rivals[i].option, name) == 0 &&
				(!rivals[i].choice || strcmp(rivals[i].choice, value) == 0);

		if (is_first && (given & bit_of(rivals[i].other)))
			return true;
		if (strcmp(rivals[i].other, name) == 0 && (given & bit_of(rivals[i].option)) &&
		    is_chosen(options, rivals[i].choice))
			return true;
	}
	return false;
}

static int check_rivals(const struct options *options, uint64_t set,
			char error[OPTIONS_ERROR_BYTES])
{
	for (size_t i = 0; i < RIVALS; i++)
		if ((set & bit_of(rivals[i].option)) && (set & bit_of(rivals[i].other)) &&
		    is_chosen(options, rivals[i].choice))
			return option_refuse(error, "option '--%s' has no effect beside '--%s%s%s'",
					     rivals[i].other, rivals[i].option,
					     rivals[i].choice ? " " : "",
					     rivals[i].choice ? rivals[i].choice : "");
	return 0;
}

/* What callers of denet give is let pass, as denet lets it. */
static bool has_place(const struct option_spec *spec, enum command command)
{
	return (spec->commands | spec->tolerated) & COMMAND_BIT(command);
}

static int check_places(const struct options *options, uint64_t given,
			char error[OPTIONS_ERROR_BYTES])
{
	bool has_records = options->json || options->out;

	for (size_t i = 0; option_at(i); i++) {
		const struct option_spec *spec = option_at(i);

		if (!(given >> i & 1))
			continue;
		if (!has_place(spec, options->command))
			return option_refuse(error, "option '--%s' has no meaning for %s",
					     spec->name, command_table_of(options->command)->name);
		if (spec->group == OPTION_RECORDS && !has_records &&
		    !(options->push && (bit_of("label") & 1ull << i)))
			return option_refuse(error, "option '--%s' needs '--json' or '--out FILE'",
					     spec->name);
	}
	if (given & bit_of("strict") && !options->budgets.count && !options->budget_files.count)
		return option_refuse(error,
				     "option '--strict' needs '--fail-if EXPR' or '--budget FILE'");
	if (options->command == COMMAND_REPORT && !options->out)
		return option_refuse(error, "report needs '--out FILE', as in '-o run.html'; "
					    "'-' is stdout");
	if (options->command == COMMAND_REPORT && gzip_is_name(options->out))
		return option_refuse(error,
				     "report writes no '.gz', which no browser opens: '%.100s'",
				     options->out);
	if (options->clean_env && !options->user)
		return option_refuse(error, "option '--clean-env' needs '--user USER'");
	return 0;
}

/* 2 for what was given, 1 for what the environment says, 0 for the default. */
static int rank_of(const struct option_marks *marks, const char *name)
{
	return marks->given & bit_of(name) ? 2 : marks->from_environment & bit_of(name) ? 1 : 0;
}

/* The interval that was asked for more plainly moves the other out of its way. */
static int check_intervals(struct denet_options *monitor, const struct option_marks *marks,
			   char error[OPTIONS_ERROR_BYTES])
{
	int base = rank_of(marks, "interval");
	int top = rank_of(marks, "max-interval");

	if (monitor->interval_ms <= monitor->max_interval_ms)
		return 0;
	if (base > top)
		monitor->max_interval_ms = monitor->interval_ms;
	else if (top > base)
		monitor->interval_ms = monitor->max_interval_ms;
	else
		return option_refuse(
			error,
			"option '--interval' takes at most what '--max-interval' says, "
			"%llu, not %llu",
			(unsigned long long)monitor->max_interval_ms,
			(unsigned long long)monitor->interval_ms);
	return 0;
}

/* A dash is stdout, as everywhere; records there are what --json asks for. */
void options_take_dash(struct options *options, struct option_marks *marks)
{
	if (!options->out || strcmp(options->out, "-") != 0 || options->command == COMMAND_REPORT)
		return;
	options->out = NULL;
	marks->given &= ~bit_of("out");
	if (options->command != COMMAND_RUN && options->command != COMMAND_ATTACH)
		return;
	options->json = true;
	marks->given |= bit_of("json");
}

/* Under somebody the jobs are meant, if nothing else is said. */
static void take_rows(struct options *options, const struct option_marks *marks)
{
	const uint64_t any = bit_of("by") | bit_of("under") | bit_of("sort") | bit_of("top");

	options->has_rows = marks->given & any;
	options->has_sort = marks->given & bit_of("sort");
	if (options->under && !(marks->given & bit_of("by")))
		options->by = BY_SUBTREE;
}

/* The table is part of the summary, on the screen or in a file. */
static int check_rows(const struct options *options, uint64_t given,
		      char error[OPTIONS_ERROR_BYTES])
{
	static const char *const names[] = { "by", "under", "sort", "top" };
	const char *silent = given & bit_of("quiet") ? "quiet" : "json";

	if (options->under && !options->under[0])
		return option_refuse(error, "option '--under' takes a pattern, such as 'make', not "
					    "''");
	if ((options->command != COMMAND_RUN && options->command != COMMAND_ATTACH) ||
	    !(given & bit_of(silent)) || options->summaries.count)
		return 0;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (given & bit_of(names[i]))
			return option_refuse(error,
					     "option '--%s' has no effect beside '--%s' without "
					     "'--summary FILE'",
					     names[i], silent);
	return 0;
}

/* What is written last would take what the other wrote. */
static int check_summaries(const struct options *options, char error[OPTIONS_ERROR_BYTES])
{
	const struct option_list *list = &options->summaries;

	for (size_t i = 0; i < list->count; i++) {
		const char *path = list->items[i];

		if (strcmp(path, "-") == 0 && options->json)
			return option_refuse(error, "option '--summary' cannot write to stdout: "
						    "'--json' does");
		if (options->out && strcmp(path, options->out) == 0)
			return option_refuse(
				error, "options '--summary' and '--out' name one file, '%.100s'",
				path);
		for (size_t k = 0; k < i; k++)
			if (strcmp(path, list->items[k]) == 0)
				return option_refuse(
					error, "option '--summary' was given twice with '%.100s'",
					path);
	}
	return 0;
}

/* What a file is to become has no default, and not all of it has a second form. */
static int check_conversion(const struct options *options, uint64_t given,
			    char error[OPTIONS_ERROR_BYTES])
{
	const struct option_spec *to = option_find("to", strlen("to"));

	if (options->command != COMMAND_CONVERT)
		return 0;
	if (!(given & bit_of("to")))
		return option_refuse(error, "convert needs '--to FORMAT': %s", to->value);
	if (options->processes && options->conversion != CONVERSION_CSV)
		return option_refuse(error, "option '--processes' needs '--to csv'");
	if (given & bit_of("tracks") && options->conversion != CONVERSION_TRACE)
		return option_refuse(error, "option '--tracks' needs '--to trace'");
	return 0;
}

/* A pattern may lead to any number of files. */
static bool is_of_one(const struct options *options)
{
	return options->files_count == 1 && !options->folders.count && !options->csv &&
	       !options->group_by && !file_list_is_pattern(options->files[0]);
}

/* What is told of one run alone. */
static int refuse_of_one(const struct options *options, uint64_t given,
			 char error[OPTIONS_ERROR_BYTES])
{
	static const char *const names[] = { "by", "under", "summary", "ci" };
	size_t dashes = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (given & bit_of(names[i]))
			return option_refuse(error,
					     "option '--%s' has no meaning for a table of runs",
					     names[i]);
	for (size_t i = 0; i < options->files_count; i++)
		dashes += strcmp(options->files[i], "-") == 0;
	if (dashes > 1)
		return option_refuse(error, "stdin cannot be read twice");
	return 0;
}

static int check_sort(const struct options *options, char error[OPTIONS_ERROR_BYTES])
{
	const struct option_spec *spec = option_find("sort", strlen("sort"));
	const char *key = spec->choices[options->sort];
	bool is_table = options->command == COMMAND_STATS && !options->file;
	bool is_text = options->sort >= SORT_TEXT;

	if (!options->has_sort || (!is_table && options->sort <= SORT_RUNS))
		return 0;
	if (!is_table)
		return option_refuse(error,
				     "option '--sort' takes cpu|wall|peak|runs for one run, not "
				     "'%s'",
				     key);
	if (!options->group_by && options->sort == SORT_RUNS)
		return option_refuse(error, "option '--sort runs' needs '--group-by'");
	if (options->group_by && is_text && options->sort - SORT_TEXT != options->group_by - 1)
		return option_refuse(error, "option '--sort %s' has no meaning for groups by %s",
				     key, option_find("group-by", 8)->choices[options->group_by]);
	return 0;
}

static int check_runs(struct options *options, uint64_t given, char error[OPTIONS_ERROR_BYTES])
{
	if (options->command == COMMAND_STATS && is_of_one(options))
		options->file = options->files[0];
	if (options->command == COMMAND_STATS && !options->file) {
		int r = refuse_of_one(options, given, error);

		if (r)
			return r;
	}
	return check_sort(options, error);
}

static int check_beside(const struct options *options, char error[OPTIONS_ERROR_BYTES])
{
	if (options->also_cgroups.count <= BESIDE_MAX)
		return 0;
	return option_refuse(error, "option '--also-cgroup' may be given %d times", BESIDE_MAX);
}

int options_check(struct options *options, const struct option_marks *marks,
		  char error[OPTIONS_ERROR_BYTES])
{
	int r = check_places(options, marks->given, error);

	take_rows(options, marks);
	if (r == 0)
		r = check_runs(options, marks->given, error);
	if (r == 0)
		r = check_rivals(options, marks->given | marks->from_environment, error);
	if (r == 0)
		r = options_check_budgets(options, error);
	if (r == 0)
		r = options_check_bench(options, error);
	if (r == 0)
		r = check_rows(options, marks->given, error);
	if (r == 0)
		r = check_beside(options, error);
	if (r == 0)
		r = check_summaries(options, error);
	if (r == 0)
		r = check_conversion(options, marks->given, error);
	if (r == 0)
		r = check_intervals(&options->monitor, marks, error);
	return r;
}
