/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is wrong with the command line of bench, as options_check.c has it for all. */
#include <string.h>

#include "cli/options_internal.h"
#include "cli/sweep.h"
#include "util/cleanup.h"
#include "util/words.h"

/* The ends of names that say what a file is. */
static const char *const kinds[] = { ".json", ".csv", ".md" };

static bool has_kind(const char *path)
{
	size_t len = strlen(path);

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (len > strlen(kinds[i]) && strcmp(path + len - strlen(kinds[i]), kinds[i]) == 0)
			return true;
	return false;
}

static int check_exports(const struct options *options, char error[OPTIONS_ERROR_BYTES])
{
	for (size_t i = 0; i < options->exports.count; i++) {
		const char *path = options->exports.items[i];

		if (!has_kind(path))
			return option_refuse(error,
					     "option '--export' takes a FILE whose name ends in "
					     ".json, .csv or .md, not '%.100s'",
					     path);
		for (size_t k = 0; k < i; k++)
			if (strcmp(path, options->exports.items[k]) == 0)
				return option_refuse(error,
						     "option '--export' was given twice with "
						     "'%.100s'",
						     path);
	}
	return 0;
}

static bool is_in_arguments(const struct sweep *sweep, char *const argv[])
{
	for (; argv && *argv; argv++)
		if (sweep_is_in(sweep, *argv))
			return true;
	return false;
}

static bool is_used(const struct options *options, const struct sweep *sweep)
{
	for (size_t i = 0; i < options->others.count; i++)
		if (sweep_is_in(sweep, options->others.items[i]))
			return true;
	return (options->line && sweep_is_in(sweep, options->line)) ||
	       (options->prepare && sweep_is_in(sweep, options->prepare)) ||
	       is_in_arguments(sweep, options->argv);
}

static int check_sweep(const struct options *options, size_t index, char error[OPTIONS_ERROR_BYTES])
{
	const char *text = options->sweeps.items[index];
	struct sweep sweep, other;

	if (sweep_parse(text, &sweep))
		return option_refuse(error, "option '--sweep' takes NAME=A,B,C, not '%.100s'",
				     text);
	if (!is_used(options, &sweep))
		return option_refuse(error, "option '--sweep': {%.*s} stands in no command",
				     (int)sweep.name.len, sweep.name.at);
	for (size_t i = 0; i < index; i++)
		if (!sweep_parse(options->sweeps.items[i], &other) &&
		    other.name.len == sweep.name.len &&
		    memcmp(other.name.at, sweep.name.at, sweep.name.len) == 0)
			return option_refuse(error, "option '--sweep' was given twice for '%.*s'",
					     (int)sweep.name.len, sweep.name.at);
	return 0;
}

static int check_sweeps(const struct options *options, char error[OPTIONS_ERROR_BYTES])
{
	size_t count = 1 + options->others.count;
	struct sweep sweep;

	if (options->sweeps.count > SWEEPS_MAX)
		return option_refuse(error, "option '--sweep' was given more than %d times",
				     SWEEPS_MAX);
	for (size_t i = 0; i < options->sweeps.count; i++) {
		int r = check_sweep(options, i, error);

		if (r)
			return r;
		(void)sweep_parse(options->sweeps.items[i], &sweep);
		count *= sweep.count < OPTIONS_LIST_MAX ? sweep.count : OPTIONS_LIST_MAX + 1;
		if (count > OPTIONS_LIST_MAX)
			return option_refuse(error,
					     "bench takes at most %d commands, with all "
					     "that --sweep makes of them",
					     OPTIONS_LIST_MAX);
	}
	return 0;
}

static int check_words(const char *line, char error[OPTIONS_ERROR_BYTES])
{
	AUTO_FREE char **words = NULL;

	if (words_split(line, &words))
		return option_refuse(error, "option '--no-shell': cannot take '%.100s' apart",
				     line);
	return 0;
}

static int check_lines(const struct options *options, char error[OPTIONS_ERROR_BYTES])
{
	int r;

	if (options->argv && options->line)
		return option_refuse(error,
				     "bench takes one CMD, '%.100s', and others by --vs; "
				     "nothing can follow '--'",
				     options->line);
	if (options->argv && options->others.count)
		return option_refuse(error, "option '--vs' has no effect behind '--': give each "
					    "command as one word, as in 'denet-bpf bench "
					    "\"make -j1\" --vs \"make -j2\"'");
	if (options->argv && options->no_shell)
		return option_refuse(error, "option '--no-shell' has no effect beside '--'");
	if (!options->no_shell)
		return 0;
	r = check_words(options->line, error);
	for (size_t i = 0; i < options->others.count && !r; i++)
		r = check_words(options->others.items[i], error);
	return r;
}

int options_check_bench(const struct options *options, char error[OPTIONS_ERROR_BYTES])
{
	int r;

	if (options->command != COMMAND_BENCH)
		return 0;
	r = check_lines(options, error);
	if (!r)
		r = check_sweeps(options, error);
	return r ? r : check_exports(options, error);
}
