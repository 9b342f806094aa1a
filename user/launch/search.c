/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "launch/search.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define SHELL "/bin/sh"
#define DEFAULT_PATH "/bin:/usr/bin"

/* The shell, the script's place, and the script's arguments. */
const char **search_new_shell(char *const argv[])
{
	size_t count = 0;
	const char **shell;

	while (argv[count])
		count++;
	shell = calloc(count + 2, sizeof(*shell));
	if (!shell)
		return NULL;
	shell[0] = SHELL;
	for (size_t i = 1; i < count; i++)
		shell[i + 1] = argv[i];
	return shell;
}

static int exec_file(const char *path, char *const argv[], const char **shell)
{
	(void)execv(path, argv);
	if (errno == ENOEXEC) {
		shell[1] = path;
		(void)execv(SHELL, (char *const *)(const void *)shell);
	}
	return errno;
}

/* A file that is not there, or not to be had: another folder may have one. */
static bool goes_on(int error)
{
	return error == EACCES || error == ENOENT || error == ENOTDIR || error == ESTALE ||
	       error == ENODEV || error == ETIMEDOUT;
}

/* "folder/name", or name alone where the folder is "", which stands for the working directory. */
static void join(char *path, const char *folder, size_t folder_len, const char *name)
{
	memcpy(path, folder, folder_len);
	if (folder_len)
		path[folder_len++] = '/';
	memcpy(path + folder_len, name, strlen(name) + 1);
}

int search_exec(char *const argv[], const char **shell)
{
	const char *name = argv[0];
	const char *folder = getenv("PATH");
	char path[PATH_MAX + NAME_MAX + 2];
	bool was_denied = false;
	int error = ENOENT;

	if (!*name)
		return ENOENT;
	if (strchr(name, '/'))
		return exec_file(name, argv, shell);
	if (strlen(name) > NAME_MAX)
		return ENAMETOOLONG;
	for (folder = folder ? folder : DEFAULT_PATH;; folder++) {
		size_t len = strcspn(folder, ":");

		if (len < PATH_MAX) {
			join(path, folder, len, name);
			error = exec_file(path, argv, shell);
			was_denied |= error == EACCES;
		}
		folder += len;
		if (!goes_on(error) || !*folder)
			break;
	}
	return was_denied && goes_on(error) ? EACCES : error;
}
