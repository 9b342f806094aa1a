/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/folders.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs/cgroup_file.h"
#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/parse.h"

#define MEMBER_DEPTH 4 /* systemd in a container puts its processes some levels below */
#define LINE_BYTES 64

static void dir_freep(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

bool folders_group_of(const struct mounts *mounts, enum mount mount, const char *below, size_t size,
		      char *ret_path)
{
	int len = snprintf(ret_path, size, "%s%s", mounts->roots[mount], below);

	return len > 0 && (size_t)len < size;
}

/* 0 without one, or one that another pid namespace hides. */
static pid_t first_process(int dir_fd)
{
	AUTO_FD int fd = openat(dir_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char text[LINE_BYTES];
	ssize_t len = fd >= 0 ? read(fd, text, sizeof(text)) : 0;
	struct parse_span span = { text, len > 0 ? (size_t)len : 0 };
	uint64_t pid;

	return parse_take_u64(&span, &pid) && pid <= INT_MAX ? (pid_t)pid : 0;
}

bool folders_has_process(int dir_fd)
{
	AUTO_FD int fd = openat(dir_fd, "cgroup.procs", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	char byte;

	return fd >= 0 && read(fd, &byte, 1) == 1;
}

bool folders_has_folder(int dir_fd)
{
	int fd = openat(dir_fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	__attribute__((cleanup(dir_freep))) DIR *dir = fd >= 0 ? fdopendir(fd) : NULL;
	const struct dirent *entry;

	if (!dir)
		cleanup_fd(&fd);
	while (dir && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			return true;
	return false;
}

static pid_t find_member(int parent_fd, const char *name, int depth)
{
	__attribute__((cleanup(dir_freep))) DIR *dir = NULL;
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *entry;
	pid_t pid;

	if (fd < 0)
		return 0;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return 0;
	}
	pid = first_process(fd);
	while (!pid && depth < MEMBER_DEPTH && (entry = readdir(dir)))
		if (entry->d_type == DT_DIR && entry->d_name[0] != '.')
			pid = find_member(fd, entry->d_name, depth + 1);
	return pid;
}

pid_t folders_member(const struct cgroup *group)
{
	return find_member(AT_FDCWD, group->folders[group->found_in], 0);
}

/* How much of a path leads to the part that the group is known by; 0 when it is not in it. */
static size_t own_len(const char *path, const char *part)
{
	size_t part_len = strlen(part);
	const char *at = path;

	while ((at = strchr(at, '/'))) {
		at++;
		if (strncmp(at, part, part_len) == 0 && (at[part_len] == '/' || !at[part_len]))
			return (size_t)(at - path) + part_len;
	}
	return 0;
}

static int take(struct cgroup *group, const struct mounts *mounts, enum mount mount,
		const char *path, size_t len)
{
	char folder[PATH_MAX];

	if (!len || !mounts_folder(mounts, mount, path, len, sizeof(folder), folder) ||
	    access(folder, F_OK))
		return 0;
	return cgroup_add_folder(group, mount, folder);
}

static int ask_member(struct cgroup *group, const struct procfs *procfs,
		      const struct mounts *mounts, enum mount mount, pid_t pid)
{
	const char *part = strrchr(group->path, '/');
	char path[PATH_MAX];
	int r = cgroup_file_read_one(procfs, pid, mounts_controller(mount), mount == MOUNT_V2,
				     sizeof(path), path);

	/* It has ended meanwhile: another is asked at the next look. */
	if (r == -ESRCH || r == -ENOENT)
		group->is_complete = false;
	if (!part || r)
		return 0;
	return take(group, mounts, mount, path, own_len(path, part + 1));
}

int folders_complete(struct cgroup *group, const struct procfs *procfs, const struct mounts *mounts)
{
	pid_t pid = folders_member(group);
	int r = 0;

	group->is_complete = pid != 0;
	for (enum mount mount = 0; mount < MOUNT_COUNT && !r; mount++) {
		if (!mounts->points[mount] || group->folders[mount])
			continue;
		/* Without a member the same path is the best guess. */
		r = pid ? ask_member(group, procfs, mounts, mount, pid)
			: take(group, mounts, mount, group->path, strlen(group->path));
	}
	return r;
}

int folders_rename(struct cgroup *group, const char *folder, const struct mounts *mounts)
{
	char path[PATH_MAX];
	const char *below = folder + strlen(mounts->points[group->found_in]);
	int r;

	if (!folders_group_of(mounts, group->found_in, below, sizeof(path), path))
		return 0;
	for (size_t i = 0; i < MOUNT_COUNT; i++) {
		free(group->folders[i]);
		group->folders[i] = NULL;
		group->inodes[i] = 0;
	}
	group->is_complete = false;
	r = cgroup_add_folder(group, group->found_in, folder);
	return r ? r : cgroup_rename(group, path);
}
