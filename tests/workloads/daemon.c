/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* daemon MS [wait]: a daemon (setsid, double fork) burns MS; the root ends at once, or after it. */
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	uint64_t ms = work_number(argc, argv, 1, 0);
	int alive[2];
	char byte;

	if (pipe(alive))
		work_fail("pipe");
	if (work_fork() == 0) {
		setsid();
		if (work_fork() == 0)
			work_burn_us(ms * 1000);
		_exit(0);
	}
	work_wait(-1);
	close(alive[1]);
	if (!work_has_word(argc, argv, 2, "wait"))
		return 0;

	/* The pipe is closed a little before the daemon's last instant. */
	while (read(alive[0], &byte, 1) > 0)
		;
	work_sleep_ms(20);
	return 0;
}
