/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "rights/environment.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>

#include "util/cleanup.h"

/* The kernel lays the strings out one after the other: argv, environment, name of the program. */
static int find_strings(int argc, char *const argv[], char **ret_start, const char **ret_end)
{
	char *start;
	const char *end;
	unsigned long at = getauxval(AT_EXECFN);

	memcpy(&end, &at, sizeof(end));
	if (argc < 1 || !end)
		return -ENOENT;
	start = argv[argc - 1] + strlen(argv[argc - 1]) + 1;
	if (start > end || (start < end && end[-1]))
		return -ENOENT;
	*ret_start = start;
	*ret_end = end;
	return 0;
}

int environment_as_given(int argc, char *const argv[], char ***ret_environment)
{
	char *start, *at, **environment;
	const char *end;
	size_t count = 0;
	int r = find_strings(argc, argv, &start, &end);

	if (r)
		return r;
	for (at = start; at < end; at += strlen(at) + 1)
		count++;
	environment = calloc(count + 1, sizeof(*environment));
	if (!environment)
		return -ENOMEM;
	count = 0;
	for (at = start; at < end; at += strlen(at) + 1)
		environment[count++] = at;
	*ret_environment = environment;
	return 0;
}

/* How a screen looks, and where a command is searched. */
static const char *const harmless[] = {
	"PATH", "TERM", "COLUMNS", "NO_COLOR", "FORCE_COLOR", "LC_ALL", "LC_CTYPE", "LANG",
};

#define HARMLESS (sizeof(harmless) / sizeof(harmless[0]))
#define KEPT_MAX (HARMLESS + ENVIRONMENT_KEPT_MAX)

int environment_distrust(const char *const kept[], size_t count)
{
	const char *names[KEPT_MAX] = { NULL };
	char *values[KEPT_MAX] = { NULL };
	int r = 0;

	if (count > ENVIRONMENT_KEPT_MAX)
		return -E2BIG;
	memcpy(names, harmless, sizeof(harmless));
	memcpy(names + HARMLESS, kept, count * sizeof(names[0]));
	for (size_t i = 0; i < HARMLESS + count; i++)
		values[i] = getenv(names[i]); /* the strings outlive clearenv() */
	if (clearenv())
		return -ENOMEM;
	for (size_t i = 0; i < HARMLESS + count && !r; i++)
		if (values[i] && setenv(names[i], values[i], 1))
			r = -errno;
	return r;
}

/* A name that ends with an underscore stands for all that begin so. */
static const char *const kept_by_sudo[] = {
	"COLORS", "DISPLAY", "HOSTNAME",   "KRB5CCNAME",     "LS_COLORS",	    "PATH",
	"PS1",	  "PS2",     "XAUTHORITY", "XAUTHORIZATION", "XDG_CURRENT_DESKTOP",
};

/* These only with a value that names no file and no format. */
static const char *const checked_by_sudo[] = {
	"COLORTERM", "LANG", "LANGUAGE", "LC_", "LINGUAS", "TERM", "TZ",
};

static bool is_listed(const char *entry, const char *const names[], size_t count)
{
	for (size_t i = 0; i < count; i++) {
		size_t len = strlen(names[i]);

		if (!strncmp(entry, names[i], len) &&
		    (entry[len] == '=' || names[i][len - 1] == '_'))
			return true;
	}
	return false;
}

static bool survives_reset(const char *entry)
{
	const char *value = strchr(entry, '=');

	/* A function of an old bash. */
	if (!value || !strncmp(value, "=()", 3))
		return false;
	if (is_listed(entry, kept_by_sudo, sizeof(kept_by_sudo) / sizeof(kept_by_sudo[0])))
		return true;
	return is_listed(entry, checked_by_sudo,
			 sizeof(checked_by_sudo) / sizeof(checked_by_sudo[0])) &&
	       !strpbrk(value, "/%");
}

int environment_reset(void)
{
	AUTO_FREE char **kept = NULL;
	size_t count = 0, kept_count = 0;

	while (environ && environ[count])
		count++;
	kept = calloc(count + 1, sizeof(*kept));
	if (!kept)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++)
		if (survives_reset(environ[i]))
			kept[kept_count++] = environ[i];
	if (clearenv())
		return -ENOMEM;
	/* The strings outlive it. */
	for (size_t i = 0; i < kept_count; i++)
		if (putenv(kept[i]))
			return -errno;
	return 0;
}
