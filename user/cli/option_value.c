/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "cli/options_internal.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/parse.h"
#include "util/suggest.h"
#include "util/units.h"

#define DAY_MS 86400000u
#define YEARS_S 1000000000u /* thirty of them: nanoseconds stay far from the limit of 64 bits */
#define CHILDREN_LIMIT 1000000u
#define COUNT_LIMIT 1000000u
#define CHOICES_SHOWN 4

int option_refuse(char error[OPTIONS_ERROR_BYTES], const char *format, ...)
{
	va_list args;

	va_start(args, format);
	(void)vsnprintf(error, OPTIONS_ERROR_BYTES, format, args);
	va_end(args);
	return -EINVAL;
}

static void *field(struct options *options, const struct option_spec *spec)
{
	return (char *)options + spec->offset;
}

static int set_ms(const struct option_spec *spec, const char *value, uint64_t *ret_ms,
		  char error[OPTIONS_ERROR_BYTES])
{
	uint64_t ms;

	if (parse_u64(value, 1, DAY_MS, &ms))
		return option_refuse(error,
				     "option '--%s' takes milliseconds from 1 to %u, not '%.100s'",
				     spec->name, DAY_MS, value);
	*ret_ms = ms;
	return 0;
}

static int set_seconds(const struct option_spec *spec, const char *value, uint64_t *ret_ns,
		       char error[OPTIONS_ERROR_BYTES])
{
	uint64_t ns;

	if (parse_seconds(value, &ns) || ns > (uint64_t)YEARS_S * NS_PER_S)
		return option_refuse(
			error,
			"option '--%s' takes seconds from 0 (none) to %u, such as 2.5, "
			"not '%.100s'",
			spec->name, YEARS_S, value);
	*ret_ns = ns;
	return 0;
}

static int set_count(const struct option_spec *spec, const char *value, uint64_t *ret_count,
		     char error[OPTIONS_ERROR_BYTES])
{
	uint64_t least = spec->kind == OPTION_COUNT;

	if (parse_u64(value, least, COUNT_LIMIT, ret_count))
		return option_refuse(error,
				     "option '--%s' takes a number from %u to %u, not '%.100s'",
				     spec->name, (unsigned int)least, COUNT_LIMIT, value);
	return 0;
}

/* Some are too many to stand in a line of help, and all of them in one of an error. */
static void append_choices(struct buf *list, const struct option_spec *spec, size_t count)
{
	for (size_t i = 0; i < count && i < CHOICES_SHOWN; i++)
		buf_printf(list, "%s%s", i ? "|" : "", spec->choices[i]);
	if (count > CHOICES_SHOWN)
		buf_append_text(list, "|... (see --help)");
}

static int refuse_choice(const struct option_spec *spec, const char *value, size_t count,
			 char error[OPTIONS_ERROR_BYTES])
{
	const char *nearest = suggest_nearest(value, spec->choices, count);
	AUTO(buf) struct buf list = { 0 };

	if (!strchr(spec->value, '|'))
		append_choices(&list, spec, count);
	return option_refuse(error, "option '--%s' takes %s, not '%.100s'%s%s%s", spec->name,
			     list.len ? buf_text(&list) : spec->value, value,
			     nearest ? "; did you mean '" : "", nearest ? nearest : "",
			     nearest ? "'?" : "");
}

static int find_choice(const struct option_spec *spec, const char *value, unsigned int *ret_index,
		       char error[OPTIONS_ERROR_BYTES])
{
	unsigned int i;

	for (i = 0; spec->choices[i]; i++) {
		if (strcmp(spec->choices[i], value) == 0) {
			*ret_index = i;
			return 0;
		}
	}
	return refuse_choice(spec, value, i, error);
}

static int set_flag(const struct option_spec *spec, const char *value, struct options *options,
		    char error[OPTIONS_ERROR_BYTES])
{
	unsigned int ignored;
	int r = spec->choices ? find_choice(spec, value, &ignored, error) : 0;

	if (r == 0)
		*(bool *)field(options, spec) = true;
	return r;
}

static int set_children(const struct option_spec *spec, const char *value, struct options *options,
			char error[OPTIONS_ERROR_BYTES])
{
	uint64_t count;

	if (strcmp(value, "all") == 0)
		options->monitor.children_max = SIZE_MAX;
	else if (strcmp(value, "none") == 0)
		options->monitor.children_max = 0;
	else if (strncmp(value, "top:", 4) == 0 &&
		 parse_u64(value + 4, 1, CHILDREN_LIMIT, &count) == 0)
		options->monitor.children_max = (size_t)count;
	else
		return option_refuse(error,
				     "option '--%s' takes %s, with N from 1 to %u, not '%.100s'",
				     spec->name, spec->value, CHILDREN_LIMIT, value);
	return 0;
}

/* Two numbers may follow each other, as those of a script and its caller; two names cannot both be meant. */
static int set_text(const struct option_spec *spec, const char *value, struct options *options,
		    char error[OPTIONS_ERROR_BYTES])
{
	const char **text = field(options, spec);

	if (*text && strcmp(*text, value) != 0)
		return option_refuse(error,
				     "option '--%s' was given twice, as '%.100s' and '%.100s'",
				     spec->name, *text, value);
	*text = value;
	return 0;
}

static int set_file(const struct option_spec *spec, const char *value, struct options *options,
		    char error[OPTIONS_ERROR_BYTES])
{
	if (value[0] == '\0')
		return option_refuse(error, "option '--%s' takes the name of a file, not ''",
				     spec->name);
	return set_text(spec, value, options, error);
}

static int set_name(const struct option_spec *spec, const char *value, struct options *options,
		    char error[OPTIONS_ERROR_BYTES])
{
	if (value[0] == '\0')
		return option_refuse(error, "option '--%s' takes the name of an account, not ''",
				     spec->name);
	return set_text(spec, value, options, error);
}

static int add(const struct option_spec *spec, const char *value, struct options *options,
	       char error[OPTIONS_ERROR_BYTES])
{
	struct option_list *list = field(options, spec);

	if (list->count == OPTIONS_LIST_MAX)
		return option_refuse(error, "option '--%s' was given more than %d times",
				     spec->name, OPTIONS_LIST_MAX);
	list->items[list->count++] = value;
	return 0;
}

static int add_file(const struct option_spec *spec, const char *value, struct options *options,
		    char error[OPTIONS_ERROR_BYTES])
{
	if (value[0] == '\0')
		return option_refuse(error, "option '--%s' takes the name of a file, not ''",
				     spec->name);
	return add(spec, value, options, error);
}

static int add_line(const struct option_spec *spec, const char *value, struct options *options,
		    char error[OPTIONS_ERROR_BYTES])
{
	if (value[0] == '\0')
		return option_refuse(error, "option '--%s' takes %s, not ''", spec->name,
				     spec->value);
	return add(spec, value, options, error);
}

int option_set(const struct option_spec *spec, const char *value, struct options *options,
	       char error[OPTIONS_ERROR_BYTES])
{
	switch (spec->kind) {
	case OPTION_FLAG:
		return set_flag(spec, value, options, error);
	case OPTION_MS:
		return set_ms(spec, value, field(options, spec), error);
	case OPTION_SECONDS:
		return set_seconds(spec, value, field(options, spec), error);
	case OPTION_CHOICE:
		return find_choice(spec, value, field(options, spec), error);
	case OPTION_FILE:
		return set_file(spec, value, options, error);
	case OPTION_NAME:
		return set_name(spec, value, options, error);
	case OPTION_TEXT:
		return set_text(spec, value, options, error);
	case OPTION_COUNT:
	case OPTION_NUMBER:
		return set_count(spec, value, field(options, spec), error);
	case OPTION_FILES:
		return add_file(spec, value, options, error);
	case OPTION_BUDGET:
		return add(spec, value, options, error);
	case OPTION_LINES:
		return add_line(spec, value, options, error);
	case OPTION_CHILDREN:
		return set_children(spec, value, options, error);
	case OPTION_HELP:
		options->help_command = options->command;
		options->command = COMMAND_HELP;
		options->json = false; /* for a person, whatever the command would have written */
		return 0;
	case OPTION_VERSION:
		options->command = COMMAND_VERSION;
		return 0;
	case OPTION_IGNORED:
		break;
	}
	return 0;
}
