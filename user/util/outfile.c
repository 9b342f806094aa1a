/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/outfile.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "util/caps.h"
#include "util/cleanup.h"
#include "util/own_fd.h"
#include "util/sink.h"

#define TRIES 16
#define OPEN_FLAGS (O_WRONLY | O_CLOEXEC | O_NOCTTY)

/* A name beside the target: short, as a long one may be as long as a name can be. */
static bool name_beside(const char *target, int number, char ret_name[PATH_MAX])
{
	const char *slash = strrchr(target, '/');
	int folder_len = slash ? (int)(slash - target) + 1 : 0;

	return snprintf(ret_name, PATH_MAX, "%.*s.denet-bpf-%d-%d", folder_len, target,
			(int)getpid(), number) < PATH_MAX;
}

static int create_beside(const char *target, char ret_name[PATH_MAX])
{
	for (int i = 0; i < TRIES; i++) {
		int fd;

		if (!name_beside(target, i, ret_name))
			return -ENAMETOOLONG;
		fd = open(ret_name, OPEN_FLAGS | O_CREAT | O_EXCL, 0666);
		if (fd >= 0 || errno != EEXIST)
			return fd >= 0 ? fd : -errno;
	}
	return -EEXIST;
}

/* By doing it, as no look at modes tells of lists of access, read-only mounts and the like. */
static bool can_create_beside(const char *target)
{
	struct caps caps, none;
	char name[PATH_MAX];
	int fd;

	if (caps_get(&caps))
		return false;
	none = caps;
	none.effective = 0;
	if (caps_set(&none))
		return false;
	fd = create_beside(target, name);
	if (fd >= 0) {
		(void)unlink(name);
		(void)close(fd);
	}
	(void)caps_set(&caps);
	return fd >= 0;
}

static bool is_ours_alone(const struct stat *info)
{
	return S_ISREG(info->st_mode) && info->st_nlink == 1 && info->st_uid == geteuid();
}

static int take_own(int number, struct outfile *ret_file)
{
	if (fcntl(number, F_GETFL) < 0)
		return -errno;
	*ret_file = (struct outfile){ .fd = number };
	return 0;
}

/* What has been opened, if it may not be replaced. */
static int take_open(int fd, struct outfile *ret_file)
{
	AUTO_FD int opened = fd;
	struct stat info;
	int own = own_fd_of_file(opened);

	if (own >= 0)
		return take_own(own, ret_file);
	if (fstat(opened, &info))
		return -errno;
	*ret_file = (struct outfile){ .is_emptied = S_ISREG(info.st_mode), .owns_fd = true };
	ret_file->fd = TAKE_FD(opened);
	return 0;
}

static int open_older(const char *path, struct outfile *ret_file)
{
	AUTO_FD int fd = open(path, OPEN_FLAGS);
	AUTO_FREE char *target = NULL;
	struct stat info;

	if (fd < 0)
		return -errno;
	target = realpath(path, NULL);
	if (target && fstat(fd, &info) == 0 && is_ours_alone(&info) && own_fd_of_file(fd) < 0 &&
	    can_create_beside(target)) {
		*ret_file = (struct outfile){ .fd = -1, .mode = info.st_mode & 07777 };
		ret_file->target = TAKE(target);
		return 0;
	}
	return take_open(TAKE_FD(fd), ret_file);
}

static int open_new(const char *path, struct outfile *ret_file)
{
	struct stat link;
	char *target;
	int fd;

	/* A link that leads to nothing yet is to lead to the file. */
	if (lstat(path, &link) != 0 && can_create_beside(path)) {
		target = strdup(path);
		if (!target)
			return -ENOMEM;
		*ret_file = (struct outfile){ .fd = -1, .target = target };
		return 0;
	}
	fd = open(path, OPEN_FLAGS | O_CREAT, 0666);
	return fd < 0 ? -errno : take_open(fd, ret_file);
}

int outfile_open(const char *path, struct outfile *ret_file)
{
	int own = strcmp(path, "-") == 0 ? STDOUT_FILENO : own_fd_of_name(path);
	struct stat info;

	if (own >= 0)
		return take_own(own, ret_file);
	if (stat(path, &info) == 0)
		return open_older(path, ret_file);
	return errno == ENOENT && *path ? open_new(path, ret_file) : -errno;
}

int outfile_open_to_append(const char *path, struct outfile *ret_file)
{
	int fd = open(path, OPEN_FLAGS | O_CREAT | O_APPEND, 0666);
	int r = fd < 0 ? -errno : take_open(fd, ret_file);

	if (!r)
		ret_file->is_emptied = false;
	return r;
}

static int write_to(int fd, const struct buf *text)
{
	AUTO(sink) struct sink *sink = NULL;
	int r = sink_new(fd, SINK_RAW, &sink);

	if (!r)
		r = sink_add(sink, text->data, text->len);
	return r ? r : sink_finish(sink);
}

static int write_new(int fd, mode_t mode, const struct buf *text)
{
	int r = write_to(fd, text);

	if (!r && mode && fchmod(fd, mode))
		r = -errno;
	if (close(fd) && !r && errno != EINTR)
		r = -errno;
	return r;
}

static int replace(const struct outfile *file, const struct buf *text)
{
	char name[PATH_MAX];
	int fd = create_beside(file->target, name);
	int r;

	if (fd < 0)
		return fd;
	r = write_new(fd, file->mode, text);
	if (!r && rename(name, file->target))
		r = -errno;
	if (r)
		(void)unlink(name);
	return r;
}

int outfile_write(struct outfile *file, const struct buf *text)
{
	if (text->error)
		return text->error;
	if (file->target)
		return replace(file, text);
	if (file->fd < 0)
		return -EBADF;
	if (file->is_emptied && (ftruncate(file->fd, 0) || lseek(file->fd, 0, SEEK_SET) < 0))
		return -errno;
	return write_to(file->fd, text);
}

void outfile_done(struct outfile *file)
{
	if (file->owns_fd && file->fd >= 0)
		(void)close(file->fd);
	free(file->target);
	*file = OUTFILE_NONE;
}
