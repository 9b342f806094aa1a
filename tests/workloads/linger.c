/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* linger MS [BURN_MS]: leaves a child that burns BURN_MS, then sleeps until MS; ends at once. */
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	uint64_t ms = work_number(argc, argv, 1, 0);
	uint64_t burn_ms = work_number(argc, argv, 2, 0);

	if (work_fork() == 0) {
		work_burn_us(burn_ms * 1000);
		work_sleep_ms(ms);
	}
	return 0;
}
