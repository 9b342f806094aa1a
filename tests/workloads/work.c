/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "work.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

void work_fail(const char *what)
{
	dprintf(STDERR_FILENO, "%s: %s: %s\n", program_invocation_short_name, what,
		strerror(errno));
	_exit(2);
}

uint64_t work_number(int argc, char *argv[], int index, uint64_t fallback)
{
	uint64_t value = 0;

	if (index >= argc)
		return fallback;
	for (const char *c = argv[index]; *c; c++) {
		if (*c < '0' || *c > '9' || value > UINT32_MAX) {
			errno = EINVAL;
			work_fail(argv[index]);
		}
		value = value * 10 + (uint64_t)(*c - '0');
	}
	return value;
}

uint64_t work_lasting_ms(int argc, char *argv[], int index)
{
	char *stretch = getenv("DENET_TEST_STRETCH");

	return work_number(argc, argv, index, 0) * work_number(stretch ? 1 : 0, &stretch, 0, 1);
}

bool work_has_word(int argc, char *argv[], int index, const char *word)
{
	return index < argc && strcmp(argv[index], word) == 0;
}

uint64_t work_clock_ns(clockid_t clock)
{
	struct timespec now;

	if (clock_gettime(clock, &now))
		work_fail("clock_gettime");
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

void work_burn_us(uint64_t us)
{
	uint64_t end = work_clock_ns(CLOCK_THREAD_CPUTIME_ID) + us * 1000;

	while (work_clock_ns(CLOCK_THREAD_CPUTIME_ID) < end)
		;
}

void work_sleep_ms(uint64_t ms)
{
	struct timespec left = { .tv_sec = (time_t)(ms / 1000),
				 .tv_nsec = (long)(ms % 1000 * 1000000) };

	while (nanosleep(&left, &left) && errno == EINTR)
		;
}

pid_t work_fork(void)
{
	pid_t pid = fork();

	if (pid < 0)
		work_fail("fork");
	return pid;
}

bool work_wait(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0) {
		if (errno == ECHILD)
			return false;
		if (errno != EINTR)
			work_fail("waitpid");
	}
	return true;
}

void work_pin(void)
{
	cpu_set_t set;
	int cpu = 0;

	if (sched_getaffinity(0, sizeof(set), &set))
		work_fail("sched_getaffinity");
	while (!CPU_ISSET(cpu, &set))
		cpu++;
	CPU_ZERO(&set);
	CPU_SET(cpu, &set);
	if (sched_setaffinity(0, sizeof(set), &set))
		work_fail("sched_setaffinity");
}

void *work_map(const char *path, size_t size)
{
	int fd = open(path, O_RDWR | O_CLOEXEC);
	void *map;

	if (fd < 0)
		work_fail(path);
	map = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (map == MAP_FAILED)
		work_fail("mmap");
	close(fd);
	return map;
}
