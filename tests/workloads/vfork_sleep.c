/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * vfork_sleep MB MS: with MB MiB touched, vforks a child that waits MS before it execs, and MS
 * after.
 */
#include <sys/mman.h>
#include <unistd.h>

#include "work.h"

int main(int argc, char *argv[])
{
	size_t bytes;
	uint64_t ms = work_number(argc, argv, 2, 0);
	char *after[] = { "vfork_sleep", "after", argc > 2 ? argv[2] : NULL, NULL };
	char *memory;
	pid_t pid;

	if (argc < 3)
		return 2;
	if (work_has_word(argc, argv, 1, "after")) {
		work_sleep_ms(ms);
		return 0;
	}

	bytes = work_number(argc, argv, 1, 1) << 20;
	memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		work_fail("mmap");
	for (size_t at = 0; at < bytes; at += 4096)
		memory[at] = 1;

	pid = vfork();
	if (pid == 0) {
		work_sleep_ms(ms);
		execv("/proc/self/exe", after);
		_exit(127);
	}
	work_wait(pid);
	return 0;
}
