/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * COUNT children that sleep for SECONDS and are then ended and waited for, all before the root ends.
 *
 * Usage: crowd COUNT SECONDS
 */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int main(int argc, char *argv[])
{
	long count = argc == 3 ? strtol(argv[1], NULL, 10) : 0;
	unsigned int seconds = argc == 3 ? (unsigned int)strtoul(argv[2], NULL, 10) : 0;
	pid_t *pids = calloc(count > 0 ? (size_t)count : 1, sizeof(*pids));
	int failed = !pids || count <= 0;

	for (long i = 0; !failed && i < count; i++) {
		pids[i] = fork();
		if (pids[i] == 0) {
			(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
			for (;;)
				(void)pause();
		}
		failed = pids[i] < 0;
	}
	if (!failed)
		(void)sleep(seconds);
	for (long i = 0; pids && i < count && pids[i] > 0; i++)
		(void)kill(pids[i], SIGKILL);
	while (wait(NULL) > 0)
		;
	free(pids);
	return failed;
}
