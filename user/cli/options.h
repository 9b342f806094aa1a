/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The command line, from argv to a checked struct. One table holds every option there is. */
#ifndef DENET_CLI_OPTIONS_H
#define DENET_CLI_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "cli/command_id.h"
#include "cli/topics.h"
#include "denet/denet.h"

enum format { FORMAT_JSONL, FORMAT_JSON, FORMAT_CSV };
/* What a file is converted to. */
enum conversion {
	CONVERSION_CSV,
	CONVERSION_TRACE,
	CONVERSION_FOLDED,
	CONVERSION_SNAKEMAKE,
	CONVERSION_NEXTFLOW,
	CONVERSION_TIME,
	CONVERSION_PROM,
	CONVERSION_INFLUX,
	CONVERSION_MARKDOWN,
};
enum color { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER };

#define OPTIONS_LIST_MAX 64

/* What may be given again and again, in that order; borrowed. */
struct option_list {
	const char *items[OPTIONS_LIST_MAX];
	size_t count;
};

struct options {
	enum command command;
	enum command help_command; /* help: of which; COMMAND_NONE for all */
	enum topic topic; /* help: another page than the help itself */
	struct denet_options monitor;
	char **argv; /* run, bench: the command, borrowed from argv, ends with NULL; a program: its own */
	const char *program; /* that does the command; NULL for all that is done here */
	char **environment; /* run: of the command, borrowed; NULL = the caller's */
	pid_t pid; /* attach; of these three one is set */
	const char *cgroup;
	const char *container;
	const char *file; /* convert; stats: when there is but one, which is summed up */
	const char **files; /* owned, of borrowed names; diff: those of the base come first */
	size_t files_count;
	size_t base_count; /* of files */
	const char *user; /* run: as whom; NULL = as the caller */
	const char *out; /* NULL when no file was asked for */
	enum format format;
	enum color color;
	unsigned int by; /* of the choices of the option, as the next */
	unsigned int sort;
	const char *under; /* NULL = all */
	uint64_t top; /* 0 = as many as fit */
	bool has_sort; /* it was given */
	bool has_rows; /* one of these was given: the table is made anew */
	bool clean_env; /* run, with user */
	bool own_cgroup; /* run */
	struct option_list also_cgroups; /* run */
	bool json;
	bool quiet;
	bool no_update;
	bool live;
	bool verbose;
	bool write_env;
	bool compat_denet;
	struct option_list budgets; /* diff: changes; bench: both */
	struct option_list budget_files;
	struct option_list summaries; /* files that are written at the end */
	bool strict; /* what does not decide a budget breaks it */
	bool ci;
	uint64_t heartbeat_ns; /* 0 for none */
	const char *push; /* run: a URL; NULL for none */
	bool markdown; /* diff, bench */
	const char *line; /* bench: a command line for a shell; NULL when argv is the command */
	struct option_list others; /* bench: command lines that it is compared with */
	struct option_list sweeps; /* bench: NAME=A,B,C each */
	struct option_list exports; /* bench: files */
	const char *prepare; /* bench: a command line before each run; NULL for none */
	const char *keep; /* bench: a folder for the records; NULL = they are not kept */
	uint64_t runs; /* bench: of each command, as the next */
	uint64_t warmups;
	bool no_shell; /* bench */
	bool ignore_failure; /* bench */
	bool show_output; /* bench */
	enum conversion conversion; /* convert, as the next */
	bool processes;
	unsigned int tracks; /* of the choices of the option */
	struct option_list folders; /* stats: whose files are meant, too */
	bool csv; /* stats */
	unsigned int group_by; /* stats: of the choices of the option; 0 for none */
};

#define OPTIONS_ERROR_BYTES 512

/*
 * Values that argv does not give are taken from the environment, else from the table.
 * -EINVAL for a command line that is wrong; ret_error then says in one line what and what is
 * allowed instead. It quotes argv as it is.
 */
int options_parse(int argc, char *const argv[], struct options *ret_options,
		  char ret_error[OPTIONS_ERROR_BYTES]);
void options_done(struct options *options);
static inline void options_freep(struct options *options)
{
	options_done(options);
}

/* Whether a budget is one on a change, +5% say, and not on a figure. */
bool options_is_change(const struct options *options, const char *budget);

/* Variables of the environment that change nothing but what is shown. Returns how many. */
size_t options_screen_environment(const char *names[], size_t room);

/* What an option is for; the order is that of help. Hidden ones have no effect. */
enum option_group {
	OPTION_HIDDEN,
	OPTION_RECORDS,
	OPTION_MEASURE,
	OPTION_SCREEN,
	OPTION_REPORT,
	OPTION_BENCH,
	OPTION_GENERAL,
};

/* How an option is used: the part of the table that help and its like need. */
struct option_help {
	char letter; /* NUL for none */
	const char *name;
	const char *alias; /* NULL for none, as in all below */
	const char *value;
	const char *default_value;
	const char *environment;
	const char *text;
	const char *details;
	const char *on_reading;
	const char *const *choices; /* one that ends with a colon goes on with a number */
	enum option_group group;
	enum operand operand; /* of what kind its value is */
	unsigned int commands; /* bits of those on which it has an effect */
	unsigned int tolerated; /* of those that take it without an effect */
	bool applies; /* to the command asked about */
};

/* Commands that read or examine, to which some options mean something simpler: on_reading. */
#define OPTIONS_READING                                                                           \
	(COMMAND_BIT(COMMAND_STATS) | COMMAND_BIT(COMMAND_CONVERT) | COMMAND_BIT(COMMAND_DIFF) |  \
	 COMMAND_BIT(COMMAND_BENCH) | COMMAND_BIT(COMMAND_REPORT) | COMMAND_BIT(COMMAND_DOCTOR) | \
	 COMMAND_BIT(COMMAND_HELP))

size_t options_count(void);
struct option_help options_help(size_t index, enum command command);

#endif
