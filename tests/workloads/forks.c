/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* forks COUNT US [PARALLEL]: COUNT children that burn US each, PARALLEL (1) at a time. */
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	uint64_t count = work_number(argc, argv, 1, 1);
	uint64_t us = work_number(argc, argv, 2, 0);
	uint64_t parallel = work_number(argc, argv, 3, 1);

	for (uint64_t i = 0; i < count; i++) {
		if (i >= parallel)
			work_wait(-1);
		if (work_fork() == 0) {
			work_burn_us(us);
			_exit(0);
		}
	}
	while (work_wait(-1))
		;
	return 0;
}
