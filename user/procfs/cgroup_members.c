/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cgroup_members.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"

#define DEPTH_MAX 64 /* each takes a descriptor while it is read */

static void dir_freep(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

/* Removed meanwhile; or of threads, which a cgroup further up has as processes. */
static bool is_nobody(int error)
{
	return error == -ENOENT || error == -ENODEV || error == -EOPNOTSUPP;
}

static int read_own(int folder_fd, struct pid_list *list)
{
	AUTO_FD int fd = openat(folder_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : children_read(fd, list);
}

static bool is_below(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static int list_all(int parent_fd, const char *name, int depth, struct pid_list *list)
{
	__attribute__((cleanup(dir_freep))) DIR *dir = NULL;
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *entry;
	int r;

	if (fd < 0)
		return is_nobody(-errno) ? 0 : -errno;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return -ENOMEM;
	}
	r = read_own(fd, list);
	if (is_nobody(r))
		r = 0;
	while (!r && depth > 1 && (entry = readdir(dir)))
		if (is_below(entry))
			r = list_all(fd, entry->d_name, depth - 1, list);
	return r;
}

int cgroup_members_list(const char *folder, struct pid_list *list)
{
	return list_all(AT_FDCWD, folder, DEPTH_MAX, list);
}
