/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "rights/target.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "util/cleanup.h"

int target_open(pid_t pid, struct target *ret_target)
{
	AUTO(target) struct target target = { .pidfd = -1, .proc_fd = -1 };
	char path[32];

	target.pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (target.pidfd < 0)
		return -errno;
	/* Never the caller's --proc-root: files of his own would stand for the process there. */
	(void)snprintf(path, sizeof(path), "/proc/%d", (int)pid);
	target.proc_fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (target.proc_fd < 0)
		return errno == ENOENT ? -ESRCH : -errno;
	ret_target->pidfd = TAKE_FD(target.pidfd);
	ret_target->proc_fd = TAKE_FD(target.proc_fd);
	return 0;
}

void target_close(struct target *target)
{
	cleanup_fd(&target->pidfd);
	cleanup_fd(&target->proc_fd);
	*target = (struct target){ .pidfd = -1, .proc_fd = -1 };
}

/* Following the link takes PTRACE_MODE_READ, and is refused before it is asked where it leads. */
static int check_rights(int proc_fd)
{
	char path[1];

	if (readlinkat(proc_fd, "exe", path, sizeof(path)) >= 0 || errno == ENOENT)
		return 0;
	return errno == EPERM ? -EACCES : -errno;
}

int target_check(const struct target *target)
{
	int r = check_rights(target->proc_fd);
	struct pollfd end = { .fd = target->pidfd, .events = POLLIN };

	/* As long as it has not ended nobody else can have had its pid: the folder is its own. */
	if (poll(&end, 1, 0) != 0)
		return -ESRCH;
	return r;
}
