/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/program.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/commands.h"
#include "cli/exit_status.h"
#include "rights/rights.h"
#include "util/log.h"

/*
 * The Makefile's; who only looks at the sources gets the same without a PREFIX. Empty where this
 * program comes without the others: in a Python package.
 */
#ifndef DENET_LIBEXECDIR
#define DENET_LIBEXECDIR "/usr/local/libexec"
#endif

/* The folder of the file that runs. */
static int own_folder(char path[PATH_MAX])
{
	ssize_t len = readlink("/proc/self/exe", path, PATH_MAX - 1);

	if (len <= 0 || path[0] != '/')
		return -ENOENT;
	path[len] = '\0';
	*strrchr(path, '/') = '\0';
	return 0;
}

static bool is_there(const char *folder, const char *name, int mode, char ret_path[PATH_MAX])
{
	int len = snprintf(ret_path, PATH_MAX, "%s/%s", folder, name);

	return len < PATH_MAX && access(ret_path, mode) == 0;
}

static bool is_beside(const char *name, char ret_path[PATH_MAX])
{
	char folder[PATH_MAX];

	/* The objects lie where they were linked, and nowhere else. */
	return own_folder(folder) == 0 && is_there(folder, "user/main.o", F_OK, ret_path) &&
	       is_there(folder, name, X_OK, ret_path);
}

static bool comes_alone(void)
{
	return DENET_LIBEXECDIR[0] == '\0';
}

static int find(const char *name, char ret_path[PATH_MAX])
{
	if (!rights_are_lent() && is_beside(name, ret_path))
		return 0;
	if (comes_alone()) {
		(void)snprintf(ret_path, PATH_MAX, "%s", name);
		return -ENOENT;
	}
	(void)snprintf(ret_path, PATH_MAX, "%s/denet-bpf/%s", DENET_LIBEXECDIR, name);
	return 0;
}

int program_execute(const char *name, char *argv[], char *const environment[], char *ret_path)
{
	int r = find(name, ret_path);

	if (r)
		return r;
	argv[0] = ret_path;
	(void)execve(ret_path, argv, environment ? environment : environ);
	return -errno;
}

void program_tell_missing(const char *path, const char *option, int r)
{
	if (r == -ENOENT)
		(void)log_error(0,
				"option '--%s' needs '%s', which 'make install' brings "
				"where libyaml is (Debian: libyaml-dev)",
				option, path);
	else
		(void)log_error(r, "cannot execute '%s', which option '--%s' needs", path, option);
}

int program_main(const struct options *options)
{
	char path[PATH_MAX];
	int r = program_execute(options->program, options->argv, options->environment, path);

	if (r == -ENOENT && comes_alone())
		(void)log_error(0,
				"'%s', which does this command, is not in this package: 'make "
				"install' of the sources brings it",
				path);
	else
		(void)log_error(r, "cannot execute '%s'%s", path,
				r == -ENOENT ? ", which does this command" : "");
	return EXIT_STATUS_FAILED;
}
