/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_CLI_OPTIONS_INTERNAL_H
#define DENET_CLI_OPTIONS_INTERNAL_H

#include "cli/options.h"

#define ON_RUN COMMAND_BIT(COMMAND_RUN)
#define ON_ATTACH COMMAND_BIT(COMMAND_ATTACH)
#define ON_STATS COMMAND_BIT(COMMAND_STATS)
#define ON_CONVERT COMMAND_BIT(COMMAND_CONVERT)
#define ON_DIFF COMMAND_BIT(COMMAND_DIFF)
#define ON_BENCH COMMAND_BIT(COMMAND_BENCH)
#define ON_REPORT COMMAND_BIT(COMMAND_REPORT)
#define ON_DOCTOR COMMAND_BIT(COMMAND_DOCTOR)
#define ON_HELP COMMAND_BIT(COMMAND_HELP)
#define ON_MONITOR (ON_RUN | ON_ATTACH)
#define ON_ALL \
	(ON_MONITOR | ON_STATS | ON_CONVERT | ON_DIFF | ON_BENCH | ON_REPORT | ON_DOCTOR | ON_HELP)

#define OPTIONS_MAX 64

enum option_kind {
	OPTION_FLAG, /* sets a bool */
	OPTION_IGNORED, /* denet's, without effect here */
	OPTION_MS, /* sets a uint64_t */
	OPTION_SECONDS, /* sets a uint64_t of nanoseconds */
	OPTION_CHOICE, /* sets an unsigned int to an index of choices */
	OPTION_FILE, /* sets a const char pointer */
	OPTION_NAME, /* the same, of an account */
	OPTION_TEXT, /* the same, whatever it says */
	OPTION_FILES, /* adds to a list */
	OPTION_LINES, /* the same, of what is no file */
	OPTION_BUDGET, /* the same; options_check() looks at it, as what it is depends on the command */
	OPTION_CHILDREN,
	OPTION_COUNT, /* sets a uint64_t, at least 1 */
	OPTION_NUMBER, /* the same, at least 0 */
	OPTION_HELP,
	OPTION_VERSION,
};

struct option_spec {
	char letter; /* NUL for none */
	const char *name;
	const char *alias; /* a second name, denet's; NULL for none */
	const char *value; /* what it takes, as help shows it; NULL for none */
	enum option_kind kind;
	unsigned int commands; /* bits of those on which it has an effect */
	unsigned int tolerated; /* of those on which it has none, yet callers of denet give it */
	size_t offset; /* into struct options */
	const char *const *choices; /* ends with NULL */
	const char *environment; /* the variable that sets it; NULL for none */
	const char *default_value; /* as it would be given; NULL when it is off without it */
	enum option_group group;
	const char *text; /* a few words for help */
	const char *details; /* whole sentences for the reference */
	const char *on_reading; /* text of commands that read or examine, where it differs */
};

/* In the order of all tables, one behind the other; NULL from their end on. */
const struct option_spec *option_at(size_t index);

/* Its place among them, as a bit. */
uint64_t option_bit(const struct option_spec *spec);

/* The tables. */
extern const struct option_spec option_table[];
extern const size_t option_table_count;
extern const struct option_spec option_table_attach[];
extern const size_t option_table_attach_count;
extern const struct option_spec option_table_report[];
extern const size_t option_table_report_count;
extern const struct option_spec option_table_diff[];
extern const size_t option_table_diff_count;
extern const struct option_spec option_table_bench[];
extern const size_t option_table_bench_count;
extern const struct option_spec option_table_convert[];
extern const size_t option_table_convert_count;
extern const struct option_spec option_table_stats[];
extern const size_t option_table_stats_count;

/* By its name or alias, which need not end there; NULL when there is none. */
const struct option_spec *option_find(const char *name, size_t len);

/* Where the values come from: a bit for each entry of the table. */
struct option_marks {
	uint64_t given;
	uint64_t from_environment;
};

/* Sets what was not given and has an effect on the command. */
int options_take_environment(struct options *options, struct option_marks *marks,
			     char error[OPTIONS_ERROR_BYTES]);

/* Whether the option with this value would make one that was given ineffective, or be so itself. */
bool option_yields(size_t index, const char *value, const struct options *options, uint64_t given);

/* When all are set. May move one of the intervals. */
void options_take_dash(struct options *options, struct option_marks *marks);
int options_check(struct options *options, const struct option_marks *marks,
		  char error[OPTIONS_ERROR_BYTES]);

/* Options about bench, by themselves and together. */
int options_check_bench(const struct options *options, char error[OPTIONS_ERROR_BYTES]);

/* Budgets, or for diff changes, or for bench both; in the words of the library. */
int options_check_budgets(const struct options *options, char error[OPTIONS_ERROR_BYTES]);

/* A value as the option's kind reads it. */
int option_set(const struct option_spec *spec, const char *value, struct options *options,
	       char error[OPTIONS_ERROR_BYTES]);

/* Writes an error and returns -EINVAL. */
int option_refuse(char error[OPTIONS_ERROR_BYTES], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
