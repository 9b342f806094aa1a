/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* touch MB [HOLD_MS [child]]: touches MB MiB, holds them; as a child, prints its CPU by wait4. */
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "work.h"

static void touch(uint64_t bytes, uint64_t hold_ms)
{
	char *memory =
		mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		work_fail("mmap");
	/* Huge pages would make the amount of work depend on the machine. */
	(void)madvise(memory, bytes, MADV_NOHUGEPAGE);
	for (uint64_t at = 0; at < bytes; at += 4096)
		memory[at] = 1;
	work_sleep_ms(hold_ms);
}

static uint64_t timeval_us(struct timeval time)
{
	return (uint64_t)time.tv_sec * 1000000 + (uint64_t)time.tv_usec;
}

int main(int argc, char *argv[])
{
	uint64_t bytes = work_number(argc, argv, 1, 1) << 20;
	uint64_t hold_ms = work_number(argc, argv, 2, 0);
	struct rusage usage;
	pid_t pid;

	if (!work_has_word(argc, argv, 3, "child")) {
		touch(bytes, hold_ms);
		return 0;
	}

	pid = work_fork();
	if (pid == 0) {
		touch(bytes, hold_ms);
		_exit(0);
	}
	if (wait4(pid, NULL, 0, &usage) != pid)
		work_fail("wait4");
	printf("%llu\n",
	       (unsigned long long)(timeval_us(usage.ru_utime) + timeval_us(usage.ru_stime)));
	return 0;
}
