/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/forward.h"

#include <signal.h>
#include <unistd.h>

/*
 * What the kernel sends is about us, as when our CPU time is over, or goes to the whole group, as what
 * is typed. But a session's leader alone learns of a hang-up, and who set an alarm before the
 * exec set it for what would run here.
 */
static bool is_from_kernel_for_command(int number)
{
	if (number == SIGHUP || number == SIGCONT)
		return getsid(0) == getpid();
	return number == SIGALRM;
}

bool forward_is_due(struct witness *witness, pid_t command, const struct signalfd_siginfo *info)
{
	int number = (int)info->ssi_signo;
	/* Asked for each, or it would tell of this one when the next comes. */
	bool is_for_many = witness_saw(witness, number);

	if (info->ssi_code == SI_KERNEL)
		return is_from_kernel_for_command(number) && !is_for_many;
	/* What the command sends itself is not sent back. */
	if (info->ssi_code <= 0 && (pid_t)info->ssi_pid == command)
		return false;
	/* A group is reached without those of the command that has left it. */
	return !is_for_many || getpgid(command) != getpgrp();
}
