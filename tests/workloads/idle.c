/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * idle COUNT [SECONDS [THREADS]]: COUNT sleeping children with THREADS more threads each, for
 * SECONDS or until SIGTERM; prints "ready" when all are there.
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

static void child(uint64_t threads, int ready)
{
	pthread_attr_t attributes;
	pthread_t thread;

	/* No idler outlives the root, however that ends. */
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 << 10);
	for (uint64_t i = 0; i < threads; i++) {
		if (pthread_create(&thread, &attributes, sleep_on, NULL))
			work_fail("pthread_create");
	}
	if (write(ready, "r", 1) != 1)
		work_fail("write");
	close(ready);
	sleep_on(NULL);
}

int main(int argc, char *argv[])
{
	uint64_t count = work_number(argc, argv, 1, 1);
	uint64_t seconds = work_number(argc, argv, 2, 0);
	uint64_t threads = work_number(argc, argv, 3, 0);
	struct timespec limit = { .tv_sec = (time_t)seconds };
	sigset_t term;
	int ready[2];
	char byte;

	sigemptyset(&term);
	sigaddset(&term, SIGTERM);
	sigprocmask(SIG_BLOCK, &term, NULL);
	if (pipe(ready))
		work_fail("pipe");
	for (uint64_t i = 0; i < count; i++) {
		if (work_fork() == 0)
			child(threads, ready[1]);
	}
	for (uint64_t i = 0; i < count; i++) {
		if (read(ready[0], &byte, 1) != 1)
			work_fail("read");
	}
	if (write(STDOUT_FILENO, "ready\n", 6) != 6)
		work_fail("write");
	sigtimedwait(&term, NULL, seconds ? &limit : NULL);
	return 0;
}
