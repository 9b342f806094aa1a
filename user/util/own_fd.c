/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/own_fd.h"

#include <fcntl.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define LINKS_MAX 40 /* as many as the kernel follows */

/* Its own folder of descriptors has a number in its name, which the calling thread's has not. */
static bool is_own_folder(const char *folder)
{
	static const char *const names[] = { "/proc/self/fd", "/proc/thread-self/fd" };
	char real[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (realpath(names[i], real) && strcmp(real, folder) == 0)
			return true;
	return false;
}

static int number_of(const char *name)
{
	int number = 0;

	if (!*name)
		return -1;
	for (; *name; name++) {
		if (*name < '0' || *name > '9' || number > INT_MAX / 10 - 1)
			return -1;
		number = 10 * number + (*name - '0');
	}
	return number;
}

/* The folder without links, and the last part as it is. False where there is no such folder. */
static bool split(const char *path, char folder[PATH_MAX], const char **ret_name)
{
	const char *slash = strrchr(path, '/');
	char given[PATH_MAX];
	size_t len = slash ? (size_t)(slash - path) : 1;

	*ret_name = slash ? slash + 1 : path;
	if (len >= sizeof(given))
		return false;
	memcpy(given, slash ? path : ".", len);
	given[len] = '\0';
	return realpath(len ? given : "/", folder) != NULL;
}

/* Follows one link, from its folder. False when it is none. */
static bool follow(char path[PATH_MAX], const char *folder, const char *name)
{
	char link[PATH_MAX], target[PATH_MAX];
	ssize_t len;

	if (snprintf(link, sizeof(link), "%s/%s", folder, name) >= (int)sizeof(link))
		return false;
	len = readlink(link, target, sizeof(target) - 1);
	if (len <= 0)
		return false;
	target[len] = '\0';
	return snprintf(path, PATH_MAX, "%s%s%s", target[0] == '/' ? "" : folder,
			target[0] == '/' ? "" : "/", target) < PATH_MAX;
}

int own_fd_of_name(const char *path)
{
	char at[PATH_MAX], folder[PATH_MAX];
	const char *name;

	if (strlen(path) >= sizeof(at))
		return -1;
	memcpy(at, path, strlen(path) + 1);
	for (int i = 0; i < LINKS_MAX && split(at, folder, &name); i++) {
		if (is_own_folder(folder))
			return number_of(name);
		if (!follow(at, folder, name))
			return -1;
	}
	return -1;
}

static bool is_writable(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return flags >= 0 && (flags & O_ACCMODE) != O_RDONLY;
}

int own_fd_of_file(int fd)
{
	struct stat info, ours;

	if (fstat(fd, &info))
		return -1;
	for (int own = STDOUT_FILENO; own <= STDERR_FILENO; own++)
		if (own != fd && is_writable(own) && !fstat(own, &ours) &&
		    ours.st_dev == info.st_dev && ours.st_ino == info.st_ino)
			return own;
	return -1;
}
