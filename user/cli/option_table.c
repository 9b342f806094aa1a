/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/options_internal.h"

#define FIELD(name) offsetof(struct options, name)
#define SETTING(name) offsetof(struct options, monitor.name)

/* In the order of their enums. */
static const char *const formats[] = { "jsonl", "json", "csv", NULL };
static const char *const colors[] = { "auto", "always", "never", NULL };
static const char *const accountings[] = { "auto", "bpf", "proc", NULL };

static const char *const compats[] = { "denet", NULL };

/* Help shows the entries of a group in this order. */
const struct option_spec option_table[] = {
	{ 'j', "json", OPTION_FLAG, ON_ALL | ON_DOCTOR, FIELD(json), NULL, OPTION_RECORDS, NULL,
	  "records to stdout, CMD's stdout to stderr" },
	{ 'o', "out", OPTION_FILE, ON_ALL | ON_DOCTOR, FIELD(out), NULL, OPTION_RECORDS, "FILE",
	  "records to FILE" },
	{ '\0', "format", OPTION_CHOICE, ON_MONITOR, FIELD(format), formats, OPTION_RECORDS,
	  "jsonl|json|csv", "how records are written [jsonl]" },
	{ '\0', "children", OPTION_CHILDREN, ON_MONITOR, 0, NULL, OPTION_RECORDS, "all|top:N|none",
	  "processes listed in a sample [top:256]" },
	{ '\0', "write-env", OPTION_FLAG, ON_MONITOR, FIELD(write_env), NULL, OPTION_RECORDS, NULL,
	  "begin with a record about this machine" },
	{ '\0', "compat", OPTION_FLAG, ON_MONITOR, FIELD(compat_denet), compats, OPTION_RECORDS,
	  "denet", "only what denet itself would write" },
	{ 'i', "interval", OPTION_MS, ON_ALL, SETTING(interval_ms), NULL, OPTION_MEASURE, "MS",
	  "between samples in the first second [100]" },
	{ 'm', "max-interval", OPTION_MS, ON_ALL, SETTING(max_interval_ms), NULL, OPTION_MEASURE,
	  "MS", "between samples after ten seconds [1000]" },
	{ 'd', "duration", OPTION_SECONDS, ON_ALL, SETTING(duration_ns), NULL, OPTION_MEASURE, "S",
	  "stop after S seconds, leave CMD running" },
	{ '\0', "no-polling", OPTION_FLAG, ON_ALL, SETTING(no_polling), NULL, OPTION_MEASURE, NULL,
	  "only one sample, the last" },
	{ '\0', "wait-all", OPTION_FLAG, ON_MONITOR, SETTING(wait_all), NULL, OPTION_MEASURE, NULL,
	  "stay until the last descendant has ended" },
	{ '\0', "exclude-children", OPTION_FLAG, ON_ALL, SETTING(exclude_children), NULL,
	  OPTION_MEASURE, NULL, "measure the first process alone" },
	{ '\0', "since-process-start", OPTION_FLAG, ON_ALL, SETTING(since_process_start), NULL,
	  OPTION_MEASURE, NULL, "attach: count from birth, not from now" },
	{ '\0', "pss", OPTION_FLAG, ON_MONITOR, SETTING(pss), NULL, OPTION_MEASURE, NULL,
	  "shared memory by its share, too; slow" },
	{ '\0', "accounting", OPTION_CHOICE, ON_MONITOR, SETTING(accounting), accountings,
	  OPTION_MEASURE, "auto|bpf|proc", "bpf: exact or not at all [auto]" },
	{ '\0', "live", OPTION_FLAG, ON_MONITOR, FIELD(live), NULL, OPTION_SCREEN, NULL,
	  "one line that changes in place" },
	{ 'n', "no-update", OPTION_FLAG, ON_ALL, FIELD(no_update), NULL, OPTION_SCREEN, NULL,
	  "one line after the other, on stderr" },
	{ 'q', "quiet", OPTION_FLAG, ON_ALL | ON_DOCTOR, FIELD(quiet), NULL, OPTION_SCREEN, NULL,
	  "errors and the records asked for, no more" },
	{ 'v', "verbose", OPTION_FLAG, ON_ALL, FIELD(verbose), NULL, OPTION_SCREEN, NULL,
	  "more figures in the summary" },
	{ '\0', "color", OPTION_CHOICE, ON_ALL | ON_DOCTOR, FIELD(color), colors, OPTION_SCREEN,
	  "auto|always|never", "[auto: on a terminal, unless NO_COLOR]" },
	{ 'u', "user", OPTION_NAME, ON_RUN, FIELD(user), NULL, OPTION_GENERAL, "USER",
	  "run CMD as USER, a name or #UID; needs root" },
	{ 'h', "help", OPTION_HELP, ON_ALL | ON_DOCTOR, 0, NULL, OPTION_GENERAL, NULL,
	  "this help" },
	{ 'V', "version", OPTION_VERSION, ON_ALL | ON_DOCTOR, 0, NULL, OPTION_GENERAL, NULL,
	  "the version" },
	/* Names that denet has or had. */
	{ '\0', "no-include-children", OPTION_FLAG, ON_ALL, SETTING(exclude_children), NULL,
	  OPTION_HIDDEN, NULL, NULL },
	{ '\0', "nodump", OPTION_IGNORED, ON_ALL, 0, NULL, OPTION_HIDDEN, NULL, NULL },
	{ '\0', "enable-ebpf", OPTION_IGNORED, ON_ALL, 0, NULL, OPTION_HIDDEN, NULL, NULL },
	{ '\0', "gpu", OPTION_IGNORED, ON_ALL, 0, NULL, OPTION_HIDDEN, NULL, NULL },
	{ '\0', "debug", OPTION_IGNORED, ON_ALL, 0, NULL, OPTION_HIDDEN, NULL, NULL },
};

const size_t option_table_count = sizeof(option_table) / sizeof(option_table[0]);

size_t options_count(void)
{
	return option_table_count;
}

struct option_help options_help(size_t index, enum command command)
{
	const struct option_spec *spec = &option_table[index];

	return (struct option_help){
		.letter = spec->letter,
		.name = spec->name,
		.value = spec->value,
		.text = spec->text,
		.group = spec->group,
		.applies = command == COMMAND_NONE || (spec->commands & (1u << command)),
	};
}
