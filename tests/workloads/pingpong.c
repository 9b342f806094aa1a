/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* pingpong TRIPS [pin]: round trips of one byte between two processes, on one CPU if pinned. */
#include <unistd.h>

#include "work.h"

static void pass(int from, int to)
{
	char byte;

	if (read(from, &byte, 1) != 1 || write(to, &byte, 1) != 1)
		work_fail("pipe");
}

int main(int argc, char *argv[])
{
	uint64_t trips = work_number(argc, argv, 1, 1);
	int there[2];
	int back[2];
	char byte = 'p';

	if (work_has_word(argc, argv, 2, "pin"))
		work_pin();
	if (pipe(there) || pipe(back))
		work_fail("pipe");
	if (work_fork() == 0) {
		for (uint64_t i = 0; i < trips; i++)
			pass(there[0], back[1]);
		_exit(0);
	}

	for (uint64_t i = 0; i < trips; i++) {
		if (write(there[1], &byte, 1) != 1 || read(back[0], &byte, 1) != 1)
			work_fail("pipe");
	}
	work_wait(-1);
	return 0;
}
