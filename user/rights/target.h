/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A running process that a caller asks about: held, so that no other can take its place. */
#ifndef DENET_RIGHTS_TARGET_H
#define DENET_RIGHTS_TARGET_H

#include <sys/types.h>

struct target {
	int pidfd; /* owned; -1 = none */
	int proc_fd; /* owned: its folder in /proc */
};

/* -ESRCH when there is no such process. */
int target_open(pid_t pid, struct target *ret_target);
void target_close(struct target *target);
static inline void target_freep(struct target *target)
{
	target_close(target);
}

/*
 * Whether it still runs, and the kernel lets us look into it as a debugger does, with the rights
 * in effect: 0, -ESRCH or -EACCES.
 */
int target_check(const struct target *target);

#endif
