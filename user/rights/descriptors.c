/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "rights/descriptors.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "rights/rights.h"

#define DEV_NULL makedev(1, 3)
#define DEV_FULL makedev(1, 7)

/*
 * In a program with lent rights libc has filled the gaps before main(), with files that a command
 * would inherit. It opens them with a flag that no shell uses, and that the kernel remembers.
 */
static bool is_of_libc(int fd)
{
	int flags = fcntl(fd, F_GETFL);
	struct stat file;

	if (flags < 0 || !(flags & O_NOFOLLOW) || fstat(fd, &file))
		return false;
	return S_ISCHR(file.st_mode) && file.st_rdev == (fd == STDIN_FILENO ? DEV_FULL : DEV_NULL);
}

static bool descriptors_lack_stdin;

bool descriptors_have_stdin(void)
{
	return !descriptors_lack_stdin;
}

void descriptors_keep_standard(void)
{
	int fd;

	descriptors_lack_stdin =
		fcntl(STDIN_FILENO, F_GETFD) < 0 || (rights_are_lent() && is_of_libc(STDIN_FILENO));
	for (fd = STDIN_FILENO; rights_are_lent() && fd <= STDERR_FILENO; fd++)
		if (is_of_libc(fd))
			(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	do
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd > STDERR_FILENO)
		(void)close(fd);
}
