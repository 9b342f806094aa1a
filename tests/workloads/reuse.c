/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * reuse COUNT US: COUNT children one after another, all with the same PID, that burn US each;
 * status 77 when that is not permitted.
 */
#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "work.h"

static pid_t fork_as(pid_t pid)
{
	struct clone_args args;

	memset(&args, 0, sizeof(args));
	args.exit_signal = SIGCHLD;
	if (pid) {
		args.set_tid = (uintptr_t)&pid;
		args.set_tid_size = 1;
	}
	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

int main(int argc, char *argv[])
{
	uint64_t count = work_number(argc, argv, 1, 1);
	uint64_t us = work_number(argc, argv, 2, 0);
	pid_t pid = 0;

	for (uint64_t i = 0; i < count; i++) {
		pid_t child = fork_as(pid);

		/* Taken by a stranger in between: his is the right. */
		if (child < 0)
			return errno == EPERM || errno == EEXIST ? 77 : 2;
		if (child == 0) {
			work_burn_us(us);
			_exit(0);
		}
		pid = child;
		work_wait(pid);
	}
	return 0;
}
