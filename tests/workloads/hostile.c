/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * hostile US: a child that burns US for each of hostile_names[], which becomes its argv[0], its
 * argument and its comm.
 */
#include "hostile.h"

#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	if (argc < 2)
		return 2;
	if (argc == 3) {
		prctl(PR_SET_NAME, argv[2]);
		work_burn_us(work_number(argc, argv, 1, 0));
		return 0;
	}

	for (size_t i = 0; hostile_names[i]; i++) {
		if (work_fork() == 0) {
			char *name = strdup(hostile_names[i]);
			char *named[] = { name, argv[1], name, NULL };

			execv("/proc/self/exe", named);
			work_fail("execv");
		}
		work_wait(-1);
	}
	return 0;
}
