/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/forward.h"

#include <inttypes.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
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

static bool is_stop_or_go(int number)
{
	return number == SIGTSTP || number == SIGCONT;
}

/* By a handler, or blocked to be waited for. */
static bool is_awaited(pid_t command, int number)
{
	char path[32], line[128];
	uint64_t blocked = 0, caught = UINT64_MAX; /* what cannot be read may be */
	FILE *status;

	(void)snprintf(path, sizeof(path), "/proc/%d/status", (int)command);
	status = fopen(path, "re");
	if (!status)
		return true;
	while (fgets(line, sizeof(line), status)) {
		(void)sscanf(line, "SigBlk: %" SCNx64, &blocked);
		if (sscanf(line, "SigCgt: %" SCNx64, &caught) == 1)
			break;
	}
	(void)fclose(status);
	return (blocked | caught) >> (number - 1) & 1;
}

/*
 * Of the group that got it. A signal that is not awaited ends the command at once or does nothing, so
 * that one more is never felt: it is sent rather than missed by a command that did not get it,
 * when somebody has signalled each of our processes by name.
 */
static bool has_got_it(pid_t command, int number)
{
	if (getpgid(command) != getpgrp())
		return false;
	return is_stop_or_go(number) || is_awaited(command, number);
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
	return !is_for_many || !has_got_it(command, number);
}
