/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * waves [+] COUNT...: for each COUNT so many children with one more thread each, which end when
 * all of them are there. With + the first wave says "ready" and waits for SIGUSR1.
 */
#include <pthread.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "work.h"

static void *sleep_on(void *unused)
{
	(void)unused;
	for (;;)
		pause();
	return NULL;
}

_Noreturn static void child(int ready, int end)
{
	pthread_t thread;
	char byte;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (pthread_create(&thread, NULL, sleep_on, NULL))
		work_fail("pthread_create");
	if (write(ready, "r", 1) != 1)
		work_fail("write");
	(void)!read(end, &byte, 1);
	_exit(0);
}

static void await_signal(const sigset_t *signals)
{
	int number;

	if (write(STDOUT_FILENO, "ready\n", 6) != 6)
		work_fail("write");
	sigwait(signals, &number);
}

/* The children end when nobody can write to their pipe any more. */
static void wave(uint64_t count, const sigset_t *signals)
{
	int ready[2], end[2];
	char byte;

	if (pipe(ready) || pipe(end))
		work_fail("pipe");
	for (uint64_t i = 0; i < count; i++) {
		if (work_fork() == 0) {
			close(end[1]);
			child(ready[1], end[0]);
		}
	}
	for (uint64_t i = 0; i < count; i++) {
		if (read(ready[0], &byte, 1) != 1)
			work_fail("read");
	}
	if (signals)
		await_signal(signals);
	close(end[1]);
	while (work_wait(-1))
		;
	close(end[0]);
	close(ready[0]);
	close(ready[1]);
}

int main(int argc, char *argv[])
{
	bool waits = work_has_word(argc, argv, 1, "+");
	sigset_t signals;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	for (int i = 1 + waits; i < argc; i++) {
		wave(work_number(argc, argv, i, 0), waits ? &signals : NULL);
		waits = false;
	}
	return 0;
}
