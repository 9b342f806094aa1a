/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* hogs MS: two children that spin on one CPU for MS of wall time each. */
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	uint64_t ms = work_number(argc, argv, 1, 0);

	for (int i = 0; i < 2; i++) {
		if (work_fork() == 0) {
			uint64_t end = work_clock_ns(CLOCK_MONOTONIC) + ms * 1000000;

			work_pin();
			while (work_clock_ns(CLOCK_MONOTONIC) < end)
				;
			_exit(0);
		}
	}
	while (work_wait(-1))
		;
	return 0;
}
