/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * incgroup FILE DIR... -- CMD [ARG...]: enters each cgroup DIR, then execs CMD; FILE gets the CPU
 * ns used until it was in the first one, since the start of this program and since its birth, and
 * those used to enter all of them.
 */
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "work.h"

static void enter(const char *dir)
{
	char path[PATH_MAX];
	int fd;

	snprintf(path, sizeof(path), "%s/cgroup.procs", dir);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		work_fail(path);
	close(fd);
}

/* Whole or not at all, for a signal may end us anywhere. */
static void report(const char *path, uint64_t begin_ns, uint64_t end_ns, uint64_t entering_ns)
{
	char fresh[PATH_MAX];
	int fd;

	(void)snprintf(fresh, sizeof(fresh), "%s.new", path);
	fd = open(fresh, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0 || dprintf(fd, "%llu %llu %llu\n", (unsigned long long)(end_ns - begin_ns),
			      (unsigned long long)end_ns, (unsigned long long)entering_ns) < 0)
		work_fail(fresh);
	close(fd);
	if (rename(fresh, path))
		work_fail(path);
}

int main(int argc, char *argv[])
{
	uint64_t begin_ns = work_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	uint64_t end_ns = begin_ns;
	int i = 2;

	for (; i < argc && strcmp(argv[i], "--") != 0; i++) {
		enter(argv[i]);
		/* The first one is the referee. */
		if (i == 2)
			end_ns = work_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
	}
	if (i + 1 >= argc)
		return 2;
	report(argv[1], begin_ns, end_ns, work_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - begin_ns);
	execv(argv[i + 1], argv + i + 1);
	work_fail(argv[i + 1]);
}
