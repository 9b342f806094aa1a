/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* spawn COUNT CMD [ARG...]: runs CMD COUNT times by vfork, one after another. */
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	uint64_t count = work_number(argc, argv, 1, 1);

	if (argc < 3)
		return 2;
	for (uint64_t i = 0; i < count; i++) {
		pid_t pid = vfork();

		if (pid < 0)
			work_fail("vfork");
		if (pid == 0) {
			execv(argv[2], argv + 2);
			_exit(127);
		}
		work_wait(pid);
	}
	return 0;
}
