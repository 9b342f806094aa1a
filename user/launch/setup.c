/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "launch/setup.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

/* Above what is about to be replaced, and gone at exec. */
static int move_up(int fd)
{
	return fcntl(fd, F_DUPFD_CLOEXEC, SETUP_FDS);
}

/* Each may stand where another is wanted. */
static int place_fds(const int *fds)
{
	int moved[SETUP_FDS];
	int i;

	for (i = 0; i < SETUP_FDS; i++) {
		moved[i] = fds[i] < 0 ? -1 : move_up(fds[i]);
		if (fds[i] >= 0 && moved[i] < 0)
			return -EBADF;
	}
	for (i = 0; i < SETUP_FDS; i++)
		if (moved[i] >= 0 && dup2(moved[i], i) < 0)
			return -EBADF;
	return 0;
}

int setup_apply(const struct setup *setup, int *error_fd)
{
	int r;

	if (*error_fd < SETUP_FDS)
		*error_fd = move_up(*error_fd);
	if (*error_fd < 0)
		return -EBADF;
	r = place_fds(setup->fds);
	if (r)
		return r;
	/* It cannot fail: who was just forked leads no group. */
	if (setup->new_session)
		(void)setsid();
	return setup->cwd && chdir(setup->cwd) ? -errno : 0;
}
