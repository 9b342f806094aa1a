/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/outputs.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "rights/descriptors.h"
#include "util/log.h"

static bool is_stdio(const char *path)
{
	return strcmp(path, "-") == 0;
}

/* A pipe or a device is not used up by being written to. */
static bool is_same_file(const char *input, const struct stat *output)
{
	struct stat found;
	int r = is_stdio(input) ? fstat(STDIN_FILENO, &found) : stat(input, &found);

	return r == 0 && S_ISREG(found.st_mode) && found.st_dev == output->st_dev &&
	       found.st_ino == output->st_ino;
}

static bool is_among(const char *const inputs[], size_t count, const struct stat *output)
{
	for (size_t i = 0; i < count; i++)
		if (is_same_file(inputs[i], output))
			return true;
	return false;
}

static int check_one(const struct options *options, const char *output, const char *const inputs[],
		     size_t count)
{
	const struct option_list *budgets = &options->budget_files;
	struct stat found;

	if (!output || is_stdio(output) || stat(output, &found))
		return 0;
	if (!is_among(inputs, count, &found) && !is_among(budgets->items, budgets->count, &found))
		return 0;
	(void)log_error(0, "cannot write to '%s': it is read", output);
	return -EEXIST;
}

static int check_list(const struct options *options, const struct option_list *outputs,
		      const char *const inputs[], size_t count)
{
	int r = 0;

	for (size_t i = 0; i < outputs->count && !r; i++)
		r = check_one(options, outputs->items[i], inputs, count);
	return r;
}

/* What stands in its place has nothing in it, which is not what is wrong. */
static int check_stdin(const char *const inputs[], size_t count)
{
	for (size_t i = 0; i < count && !descriptors_have_stdin(); i++) {
		if (!is_stdio(inputs[i]))
			continue;
		(void)log_error(0, "cannot use '-': stdin is closed");
		return -EBADF;
	}
	return 0;
}

int outputs_check(const struct options *options, const char *const inputs[], size_t count)
{
	int r = check_stdin(inputs, count);

	if (!r)
		r = check_one(options, options->out, inputs, count);
	if (!r)
		r = check_list(options, &options->summaries, inputs, count);
	return r ? r : check_list(options, &options->exports, inputs, count);
}
