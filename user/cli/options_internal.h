/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#ifndef DENET_CLI_OPTIONS_INTERNAL_H
#define DENET_CLI_OPTIONS_INTERNAL_H

#include "cli/options.h"

#define ON_RUN (1u << COMMAND_RUN)
#define ON_ATTACH (1u << COMMAND_ATTACH)
#define ON_STATS (1u << COMMAND_STATS)
#define ON_DOCTOR (1u << COMMAND_DOCTOR)
#define ON_MONITOR (ON_RUN | ON_ATTACH)
#define ON_ALL (ON_MONITOR | ON_STATS)

enum option_kind {
	OPTION_FLAG, /* sets a bool */
	OPTION_IGNORED, /* denet's, without effect here */
	OPTION_MS, /* sets a uint64_t */
	OPTION_SECONDS, /* sets a uint64_t of nanoseconds */
	OPTION_CHOICE, /* sets an unsigned int to an index of choices */
	OPTION_FILE, /* sets a const char pointer */
	OPTION_NAME, /* the same, of an account */
	OPTION_CHILDREN,
	OPTION_HELP,
	OPTION_VERSION,
};

struct option_spec {
	char letter;
	const char *name;
	enum option_kind kind;
	unsigned int commands; /* where it has a meaning */
	size_t offset; /* into struct options */
	const char *const *choices; /* ends with NULL */
	enum option_group group;
	const char *value;
	const char *text;
};

extern const struct option_spec option_table[];
extern const size_t option_table_count;

/* A value as the option's kind reads it. */
int option_set(const struct option_spec *spec, const char *value, struct options *options,
	       char error[OPTIONS_ERROR_BYTES]);

/* Writes an error and returns -EINVAL. */
int option_refuse(char error[OPTIONS_ERROR_BYTES], const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif
