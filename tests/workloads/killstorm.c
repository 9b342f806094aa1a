/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* killstorm COUNT THREADS: COUNT times a process of THREADS burning threads, killed by SIGKILL. */
#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "work.h"

static int running[2];

static void *burn(void *unused)
{
	(void)unused;
	if (write(running[1], "r", 1) != 1)
		work_fail("write");
	for (;;)
		work_burn_us(1000);
	return NULL;
}

static void child(uint64_t threads)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setstacksize(&attributes, 64 << 10);
	for (uint64_t i = 1; i < threads; i++) {
		if (pthread_create(&thread, &attributes, burn, NULL))
			work_fail("pthread_create");
	}
	burn(NULL);
}

int main(int argc, char *argv[])
{
	uint64_t count = work_number(argc, argv, 1, 1);
	uint64_t threads = work_number(argc, argv, 2, 1);
	char byte;

	if (pipe(running))
		work_fail("pipe");
	for (uint64_t i = 0; i < count; i++) {
		pid_t pid = work_fork();

		if (pid == 0)
			child(threads);
		for (uint64_t j = 0; j < threads; j++) {
			if (read(running[0], &byte, 1) != 1)
				work_fail("read");
		}
		kill(pid, SIGKILL);
		work_wait(pid);
	}
	return 0;
}
