/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A command line as a test writes it: parsed, or refused with these words. */
#ifndef DENET_TESTS_PARSE_OPTIONS_H
#define DENET_TESTS_PARSE_OPTIONS_H

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "cli/options.h"

#define PARSE(...) parse((const char *[]){ "denet-bpf", __VA_ARGS__, NULL })
#define REFUSE(expected, ...) refuse(expected, (const char *[]){ "denet-bpf", __VA_ARGS__, NULL })
#define ARGS_MAX 32

static char error[OPTIONS_ERROR_BYTES];
static char words[ARGS_MAX][128];
static char *argv[ARGS_MAX + 1];
static const char **files; /* of the last that was parsed */

static int try_parse(const char *const given[], struct options *ret_options)
{
	int argc = 0;

	for (; given[argc]; argc++) {
		assert_in_range(argc, 0, ARGS_MAX - 1);
		assert_in_range(strlen(given[argc]), 0, sizeof(words[0]) - 1);
		memcpy(words[argc], given[argc], strlen(given[argc]) + 1);
		argv[argc] = words[argc];
	}
	argv[argc] = NULL;
	error[0] = '\0';
	free(files);
	files = NULL;
	if (options_parse(argc, argv, ret_options, error))
		return -EINVAL;
	files = ret_options->files;
	return 0;
}

static struct options parse(const char *const given[])
{
	struct options options;

	if (try_parse(given, &options))
		fail_msg("%s", error);
	return options;
}

/* The error must hold each of the words that expected lists, between blanks. */
static void refuse(const char *expected, const char *const given[])
{
	struct options options;
	char list[256];
	char *rest = NULL;

	assert_int_equal(try_parse(given, &options), -EINVAL);
	assert_null(strchr(error, '\n'));
	assert_in_range(strlen(expected), 0, sizeof(list) - 1);
	memcpy(list, expected, strlen(expected) + 1);
	for (char *word = strtok_r(list, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
		if (!strstr(error, word))
			fail_msg("no \"%s\" in: %s", word, error);
}

#endif
