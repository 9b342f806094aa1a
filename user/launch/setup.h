/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a command finds when it starts: its descriptors, its directory, its session. */
#ifndef DENET_LAUNCH_SETUP_H
#define DENET_LAUNCH_SETUP_H

#include <stdbool.h>

#define SETUP_FDS 3

struct setup {
	int fds[SETUP_FDS]; /* become 0, 1 and 2; -1 = as it is */
	const char *cwd; /* borrowed; NULL = as it is */
	bool new_session;
};

#define SETUP_NONE ((struct setup){ .fds = { -1, -1, -1 } })

/*
 * Between fork and exec: changes this process. Moves *error_fd out of the way. -EBADF for the
 * descriptors; what else fails is the directory.
 */
int setup_apply(const struct setup *setup, int *error_fd);

#endif
