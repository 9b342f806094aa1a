/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * tell SIGNAL [ignore|self]: a child that waits for SIGNAL and then exits with 7, and another one
 * that sends it; prints the pids of both. Or the first ignores it, and the second ends it by
 * SIGUSR1 then; or it sends it to itself.
 */
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "work.h"

_Noreturn static void await(int number, bool ignores, bool tells_itself, int ready)
{
	sigset_t signals;
	int got;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	if (ignores)
		signal(number, SIG_IGN);
	else if (number != SIGKILL)
		sigaddset(&signals, number);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (write(ready, "r", 1) != 1)
		work_fail("write");
	if (tells_itself)
		kill(getpid(), number);
	sigwait(&signals, &got);
	_exit(7);
}

_Noreturn static void tell(pid_t receiver, int number)
{
	if (number && kill(receiver, number))
		work_fail("kill");
	(void)kill(receiver, SIGUSR1);
	_exit(0);
}

int main(int argc, char *argv[])
{
	int number = (int)work_number(argc, argv, 1, SIGTERM);
	bool ignores = work_has_word(argc, argv, 2, "ignore");
	bool tells_itself = work_has_word(argc, argv, 2, "self");
	int ready[2];
	pid_t receiver, sender;
	char byte;

	if (pipe(ready))
		work_fail("pipe");
	receiver = work_fork();
	if (receiver == 0)
		await(number, ignores, tells_itself, ready[1]);
	if (read(ready[0], &byte, 1) != 1)
		work_fail("read");
	sender = work_fork();
	if (sender == 0)
		tell(receiver, tells_itself ? 0 : number);
	while (work_wait(-1))
		;
	printf("%d %d\n", (int)receiver, (int)sender);
	return 0;
}
