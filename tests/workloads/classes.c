/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* classes MS: children that burn MS each under every scheduling policy that is permitted. */
#include <sched.h>
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	static const int policies[] = { SCHED_FIFO, SCHED_RR, SCHED_BATCH, SCHED_IDLE,
					SCHED_OTHER };
	uint64_t us = work_number(argc, argv, 1, 0) * 1000;

	for (size_t i = 0; i < sizeof(policies) / sizeof(policies[0]); i++) {
		if (work_fork() == 0) {
			struct sched_param param = { .sched_priority = policies[i] == SCHED_FIFO ||
								       policies[i] == SCHED_RR };

			(void)sched_setscheduler(0, policies[i], &param);
			if (policies[i] == SCHED_OTHER)
				(void)!nice(19);
			work_burn_us(us);
			_exit(0);
		}
	}
	while (work_wait(-1))
		;
	return 0;
}
