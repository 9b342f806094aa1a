/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* threads COUNT US [PARALLEL]: COUNT threads that burn US each, PARALLEL (8) at a time. */
#include <errno.h>
#include <pthread.h>

#include "work.h"

#define PARALLEL_MAX 256

static void *burn(void *us)
{
	work_burn_us((uintptr_t)us);
	return NULL;
}

static void start(pthread_t *ret_thread, uint64_t us)
{
	errno = pthread_create(ret_thread, NULL, burn, (void *)(uintptr_t)us);
	if (errno)
		work_fail("pthread_create");
}

int main(int argc, char *argv[])
{
	uint64_t count = work_number(argc, argv, 1, 1);
	uint64_t us = work_number(argc, argv, 2, 0);
	uint64_t parallel = work_number(argc, argv, 3, 8);
	pthread_t threads[PARALLEL_MAX];

	if (parallel < 1 || parallel > PARALLEL_MAX)
		return 2;
	for (uint64_t i = 0; i < count; i++) {
		if (i >= parallel)
			pthread_join(threads[i % parallel], NULL);
		start(&threads[i % parallel], us);
	}
	for (uint64_t i = count > parallel ? count - parallel : 0; i < count; i++)
		pthread_join(threads[i % parallel], NULL);
	return 0;
}
