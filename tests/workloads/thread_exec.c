/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * thread_exec COUNT MS: COUNT children whose third thread execs while two others burn; the new
 * program burns MS.
 */
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

#include "work.h"

static char *after_ms;

static void *burn(void *unused)
{
	(void)unused;
	for (;;)
		work_burn_us(1000);
	return NULL;
}

static void *exec(void *unused)
{
	char *argv[] = { "thread_exec", "after", after_ms, NULL };

	(void)unused;
	work_burn_us(500);
	execv("/proc/self/exe", argv);
	work_fail("execv");
	return NULL;
}

static void child(void)
{
	pthread_t thread;

	if (pthread_create(&thread, NULL, burn, NULL) || pthread_create(&thread, NULL, exec, NULL))
		work_fail("pthread_create");
	burn(NULL);
}

int main(int argc, char *argv[])
{
	if (argc < 3)
		return 2;
	if (work_has_word(argc, argv, 1, "after")) {
		work_burn_us(work_number(argc, argv, 2, 0) * 1000);
		return 0;
	}

	after_ms = argv[2];
	for (uint64_t i = work_number(argc, argv, 1, 1); i > 0; i--) {
		if (work_fork() == 0)
			child();
		work_wait(-1);
	}
	return 0;
}
