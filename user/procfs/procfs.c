/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/procfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

#define LOAD_FIRST_BYTES 4096

/*
 * What somebody has put where the kernel's files are, a FIFO for one, must not keep us waiting: all
 * of the kernel's look like regular files, and so do those that a container's host puts over them.
 */
static int open_path(const char *path)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	struct stat file;

	if (fd < 0 || fstat(fd, &file))
		return -errno;
	return S_ISREG(file.st_mode) ? TAKE_FD(fd) : -EIO;
}

int procfs_open(const char *root, const char *name)
{
	char path[PATH_MAX];
	int len = snprintf(path, sizeof(path), "%s/%s", root, name);

	if (len < 0 || (size_t)len >= sizeof(path))
		return -ENAMETOOLONG;
	return open_path(path);
}

bool procfs_knows_us(const struct procfs *procfs)
{
	char path[PATH_MAX], link[32] = "", pid[32];
	int len = snprintf(path, sizeof(path), "%s/self", procfs->proc);

	if (len < 0 || (size_t)len >= sizeof(path) || readlink(path, link, sizeof(link) - 1) < 0)
		return false;
	(void)snprintf(pid, sizeof(pid), "%d", (int)getpid());
	return !strcmp(link, pid);
}

/* Its link to us leads to somebody else, or to nobody. Without one it is no /proc. */
static bool shows_others(const struct procfs *procfs)
{
	char path[PATH_MAX];
	struct stat link;
	int len = snprintf(path, sizeof(path), "%s/self", procfs->proc);

	return len > 0 && (size_t)len < sizeof(path) && !lstat(path, &link) &&
	       !procfs_knows_us(procfs);
}

void procfs_init(struct procfs *procfs, const char *proc_root)
{
	*procfs = (struct procfs){ .proc = proc_root ? proc_root : "/proc", .sys = "/sys" };
	/* Asked once: a process does not move to another pid namespace. */
	procfs->is_of_others = shows_others(procfs);
}

static struct procfs host;

static void init_host(void)
{
	procfs_init(&host, NULL);
}

const struct procfs *procfs_host(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	(void)pthread_once(&once, init_host);
	return &host;
}

int procfs_path_pid(const struct procfs *procfs, pid_t pid, const char *name, size_t size,
		    char *ret_path)
{
	int len = snprintf(ret_path, size, "%s/%d/%s", procfs->proc, (int)pid, name);

	if (procfs->is_of_others)
		return -EXDEV;
	return len < 0 || (size_t)len >= size ? -ENAMETOOLONG : 0;
}

int procfs_open_pid(const struct procfs *procfs, pid_t pid, const char *name)
{
	char path[PATH_MAX];
	int fd = procfs_path_pid(procfs, pid, name, sizeof(path), path);

	if (!fd)
		fd = open_path(path);
	return fd == -ENOENT ? -ESRCH : fd;
}

int procfs_read(int fd, size_t size, char *ret_text, size_t *ret_len)
{
	size_t len = 0;

	while (len < size) {
		ssize_t got = pread(fd, ret_text + len, size - len, (off_t)len);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (got == 0)
			break;
		len += (size_t)got;
	}

	*ret_len = len;
	return 0;
}

int procfs_read_file(const char *root, const char *name, size_t size, char *ret_text,
		     size_t *ret_len)
{
	AUTO_FD int fd = procfs_open(root, name);

	return fd < 0 ? fd : procfs_read(fd, size, ret_text, ret_len);
}

int procfs_load(const char *root, const char *name, size_t max, char **ret_text, size_t *ret_len)
{
	AUTO_FD int fd = procfs_open(root, name);
	AUTO_FREE char *text = NULL;
	size_t size = LOAD_FIRST_BYTES;
	size_t len = 0;

	if (fd < 0)
		return fd;

	/* /proc files have no size: read again, into twice the room, until one fits. */
	for (;; size *= 2) {
		int err;

		free(text);
		text = malloc(size + 1);
		if (!text)
			return -ENOMEM;
		err = procfs_read(fd, size, text, &len);
		if (err)
			return err;
		if (len > max)
			return -EFBIG;
		if (len < size)
			break;
	}

	text[len] = '\0';
	*ret_text = TAKE(text);
	*ret_len = len;
	return 0;
}
