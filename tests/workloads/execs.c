/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* execs COUNT US: burns US, then execs itself again, COUNT times in one process. */
#include <stdio.h>
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	uint64_t count = work_number(argc, argv, 1, 0);
	char next[24];

	if (argc < 3)
		return 2;
	work_burn_us(work_number(argc, argv, 2, 0));
	if (count == 0)
		return 0;
	snprintf(next, sizeof(next), "%llu", (unsigned long long)count - 1);
	argv[1] = next;
	execv("/proc/self/exe", argv);
	work_fail("execv");
}
