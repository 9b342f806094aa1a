/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What was not given may stand in the environment, under a name for each option. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/options_internal.h"

static bool is_one_of(const char *value, const char *const words[])
{
	while (*words && strcmp(*words, value) != 0)
		words++;
	return *words != NULL;
}

/* A flag has no value of its own. False when it is switched off. */
static int read_switch(const struct option_spec *spec, const char *value, bool *ret_is_on,
		       char error[OPTIONS_ERROR_BYTES])
{
	static const char *const on[] = { "1", "true", "yes", "on", NULL };
	static const char *const off[] = { "0", "false", "no", "off", NULL };

	*ret_is_on = is_one_of(value, on);
	if (*ret_is_on || is_one_of(value, off))
		return 0;
	return option_refuse(error, "%s takes 1 or 0, not '%.100s'", spec->environment, value);
}

static int set(const struct option_spec *spec, const char *value, struct options *options,
	       char error[OPTIONS_ERROR_BYTES])
{
	char why[OPTIONS_ERROR_BYTES];
	int r = option_set(spec, value, options, why);

	/* The reason is one of ours, and far shorter than the room for it. */
	return r ? option_refuse(error, "%s: %.400s", spec->environment, why) : 0;
}

static int take(size_t index, const char *value, struct options *options,
		struct option_marks *marks, char error[OPTIONS_ERROR_BYTES])
{
	const struct option_spec *spec = option_at(index);
	bool is_on = true;
	int r = 0;

	if (option_yields(index, value, options, marks->given))
		return 0;
	if (!spec->value)
		r = read_switch(spec, value, &is_on, error);
	if (r == 0 && is_on)
		r = set(spec, value, options, error);
	if (r == 0 && is_on)
		marks->from_environment |= UINT64_C(1) << index;
	return r;
}

int options_take_environment(struct options *options, struct option_marks *marks,
			     char error[OPTIONS_ERROR_BYTES])
{
	int r = 0;

	for (size_t i = 0; option_at(i) && r == 0; i++) {
		const struct option_spec *spec = option_at(i);
		const char *value = spec->environment ? getenv(spec->environment) : NULL;

		/* An empty one is how a shell takes a variable back for one command. */
		if (value && value[0] && !(marks->given >> i & 1) &&
		    (spec->commands & COMMAND_BIT(options->command)))
			r = take(i, value, options, marks, error);
	}
	return r;
}

size_t options_screen_environment(const char *names[], size_t room)
{
	size_t count = 0;

	for (size_t i = 0; option_at(i) && count < room; i++)
		if (option_at(i)->group == OPTION_SCREEN && option_at(i)->environment)
			names[count++] = option_at(i)->environment;
	return count;
}
