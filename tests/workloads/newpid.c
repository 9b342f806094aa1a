/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* newpid MS: a child in a PID namespace of its own, whose child burns MS. */
#include <sched.h>
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	uint64_t ms = work_number(argc, argv, 1, 0);

	if (unshare(CLONE_NEWPID))
		return 77;
	if (work_fork() == 0) {
		if (work_fork() == 0) {
			work_burn_us(ms * 1000);
			_exit(0);
		}
		work_wait(-1);
		_exit(0);
	}
	work_wait(-1);
	return 0;
}
