/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * holders KIND COUNT MIB MS: COUNT children with MIB for MS. KIND: own (each its own pages), shared
 * (one object of shared memory), forked (what the parent has written before it forked).
 */
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "work.h"

static void *map(size_t bytes, int sharing)
{
	void *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, sharing | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		work_fail("mmap");
	(void)madvise(memory, bytes, MADV_NOHUGEPAGE);
	return memory;
}

static void touch_all(const volatile char *memory, size_t bytes)
{
	for (size_t at = 0; at < bytes; at += 4096)
		(void)memory[at];
}

int main(int argc, char *argv[])
{
	uint64_t count = work_number(argc, argv, 2, 8);
	size_t bytes = (size_t)work_number(argc, argv, 3, 100) << 20;
	uint64_t hold_ms = work_number(argc, argv, 4, 1000);
	bool is_own = work_has_word(argc, argv, 1, "own");
	bool is_shared = work_has_word(argc, argv, 1, "shared");
	char *memory = map(bytes, is_shared ? MAP_SHARED : MAP_PRIVATE);

	if (!is_own)
		memset(memory, 1, bytes);
	for (uint64_t i = 0; i < count; i++) {
		if (work_fork())
			continue;
		if (is_own)
			memset(memory, 1, bytes);
		else
			touch_all(memory, bytes);
		work_sleep_ms(hold_ms);
		_exit(0);
	}
	while (work_wait(-1))
		continue;
	return 0;
}
