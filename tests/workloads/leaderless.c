/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * leaderless MIB MS [BURN_MS]: the main thread ends at once, or after so much CPU time; a thread then
 * touches MIB and holds them for MS.
 */
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "work.h"

static size_t mib;
static useconds_t hold_us;

static void *hold(void *leader)
{
	char *memory = malloc(mib << 20);

	if (!memory || pthread_join(*(pthread_t *)leader, NULL))
		_exit(1);
	memset(memory, 1, mib << 20);
	usleep(hold_us);
	_exit(memory[mib << 19] == 1 ? 0 : 1);
}

int main(int argc, char *argv[])
{
	static pthread_t leader;
	pthread_t holder;

	mib = work_number(argc, argv, 1, 1);
	hold_us = (useconds_t)work_number(argc, argv, 2, 0) * 1000;
	leader = pthread_self();
	if (pthread_create(&holder, NULL, hold, &leader))
		return 1;
	work_burn_us(work_number(argc, argv, 3, 0) * 1000);
	pthread_exit(NULL);
}
