/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/hierarchy.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

/* Handles of the file system below cgroups are just the id: <linux/exportfs.h>, Linux 5.5. */
#define FILEID_KERNFS 0xfe
#define LINK_BYTES 64
/* A walk holds a descriptor for each level. */
#define WALK_DEPTH_MAX 64

struct walk {
	uint64_t id;
	size_t size;
	char *path; /* borrowed; of the directory the walk is in */
};

static void dir_freep(DIR **dir)
{
	if (*dir)
		(void)closedir(*dir);
}

int hierarchy_open(struct hierarchy *hierarchy, const char *mount_path)
{
	AUTO_FREE char *path = strdup(mount_path);
	AUTO_FD int fd = -1;

	if (!path)
		return -ENOMEM;
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return -errno;

	*hierarchy = (struct hierarchy){ .mount_path = TAKE(path), .fd = TAKE_FD(fd) };
	return 0;
}

void hierarchy_close(struct hierarchy *hierarchy)
{
	free(hierarchy->mount_path);
	cleanup_fd(&hierarchy->fd);
	*hierarchy = HIERARCHY_NONE;
}

static bool has_id(int dir_fd, const char *path, uint64_t id)
{
	struct stat facts;

	return !fstatat(dir_fd, path, &facts, 0) && facts.st_ino == id;
}

static int open_by_id(const struct hierarchy *hierarchy, uint64_t id)
{
	union {
		struct file_handle handle;
		unsigned char bytes[sizeof(struct file_handle) + sizeof(id)];
	} kernfs = { .handle = { .handle_bytes = sizeof(id), .handle_type = FILEID_KERNFS } };
	int fd;

	memcpy(kernfs.bytes + sizeof(struct file_handle), &id, sizeof(id));
	fd = open_by_handle_at(hierarchy->fd, &kernfs.handle, O_PATH | O_CLOEXEC);
	return fd >= 0 ? fd : -errno;
}

static int read_path(int fd, size_t size, char *ret_path)
{
	char link[LINK_BYTES];
	ssize_t len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	len = readlink(link, ret_path, size);
	if (len < 0)
		return -errno;
	if ((size_t)len >= size)
		return -ENAMETOOLONG;

	ret_path[len] = '\0';
	return 0;
}

/* Cuts the mount off the front of a path. */
static int make_relative(const struct hierarchy *hierarchy, char *path)
{
	size_t mount_len = strlen(hierarchy->mount_path);
	char *rest = path + mount_len;

	if (mount_len == 1)
		return 0;
	if (strncmp(path, hierarchy->mount_path, mount_len) || (*rest && *rest != '/'))
		return -ESTALE;

	if (*rest)
		memmove(path, rest, strlen(rest) + 1);
	else
		memcpy(path, "/", 2);
	return 0;
}

static int find_by_handle(const struct hierarchy *hierarchy, uint64_t id, size_t size,
			  char *ret_path)
{
	AUTO_FD int fd = open_by_id(hierarchy, id);
	int err = fd < 0 ? fd : read_path(fd, size, ret_path);

	if (!err)
		err = make_relative(hierarchy, ret_path);
	if (err)
		return err;

	/* A cgroup outside what is mounted gives a path too, one that leads elsewhere. */
	return has_id(hierarchy->fd, ret_path[1] ? ret_path + 1 : ".", id) ? 0 : -ESTALE;
}

static bool is_subdirectory(const struct dirent *entry)
{
	return entry->d_type == DT_DIR && strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
}

static bool walk_directory(struct walk *walk, int parent_fd, const char *name, size_t path_len,
			   int depth)
{
	__attribute__((cleanup(dir_freep))) DIR *dir = NULL;
	int fd = openat(parent_fd, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	const struct dirent *entry;

	if (fd < 0)
		return false;
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return false;
	}

	while ((entry = readdir(dir))) {
		size_t room = walk->size - path_len;
		int len;

		if (!is_subdirectory(entry))
			continue;
		len = snprintf(walk->path + path_len, room, "/%s", entry->d_name);
		if (len < 0 || (size_t)len >= room)
			continue;
		if (entry->d_ino == walk->id)
			return true;
		if (depth > 1 &&
		    walk_directory(walk, fd, entry->d_name, path_len + (size_t)len, depth - 1))
			return true;
	}
	return false;
}

static int find_by_walk(const struct hierarchy *hierarchy, uint64_t id, size_t size, char *ret_path)
{
	struct walk walk = { .id = id, .size = size, .path = ret_path };

	if (size < 2)
		return -ENAMETOOLONG;
	if (has_id(hierarchy->fd, ".", id)) {
		memcpy(ret_path, "/", 2);
		return 0;
	}
	return walk_directory(&walk, hierarchy->fd, ".", 0, WALK_DEPTH_MAX) ? 0 : -ESTALE;
}

/* Errors of the moment, which say nothing about the cgroup or about our rights. */
static bool is_shortage(int err)
{
	return err == -ENOMEM || err == -EMFILE || err == -ENFILE;
}

int hierarchy_find(struct hierarchy *hierarchy, uint64_t id, size_t size, char *ret_path)
{
	int err;

	if (hierarchy->fd < 0 || id == 0)
		return -ESTALE;

	if (!hierarchy->is_handle_refused) {
		err = find_by_handle(hierarchy, id, size, ret_path);
		if (!err || err == -ESTALE || err == -ENAMETOOLONG || is_shortage(err))
			return err;
		hierarchy->is_handle_refused = true;
	}
	return find_by_walk(hierarchy, id, size, ret_path);
}
