/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * state: prints what a program inherits: descriptors, limits, signals, rights, groups,
 * environment.
 */
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "work.h"

extern char **environ;

static void print_descriptors(void)
{
	for (int fd = 0; fd < 1024; fd++) {
		struct stat status;

		if (fstat(fd, &status) == 0)
			printf("fd %d %llu flags %x\n", fd, (unsigned long long)status.st_ino,
			       (unsigned int)fcntl(fd, F_GETFL));
	}
}

static void print_limits(void)
{
	struct rlimit limit;

	for (int i = 0; i < (int)RLIM_NLIMITS; i++) {
		if (getrlimit(i, &limit) == 0)
			printf("limit %d %llx %llx\n", i, (unsigned long long)limit.rlim_cur,
			       (unsigned long long)limit.rlim_max);
	}
}

static void print_status(void)
{
	static const char *const keys[] = { "SigBlk", "SigIgn",	    "SigCgt",	   "SigPnd", "Shd",
					    "Cap",    "NoNewPrivs", "Seccomp",	   "Uid",    "Gid",
					    "Groups", "Umask",	    "Cpus_allowed" };
	FILE *status = fopen("/proc/self/status", "re");
	char line[4096];

	if (!status)
		work_fail("/proc/self/status");
	while (fgets(line, sizeof(line), status)) {
		for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
			if (strncmp(line, keys[i], strlen(keys[i])) == 0)
				fputs(line, stdout);
		}
	}
	fclose(status);
}

int main(void)
{
	char cwd[4096] = "";

	print_descriptors();
	print_limits();
	print_status();
	printf("group %d session %d foreground %d\n", getpgrp(), getsid(0), tcgetpgrp(0));
	printf("nice %d dumpable %d slack %d\n", getpriority(PRIO_PROCESS, 0),
	       prctl(PR_GET_DUMPABLE), prctl(PR_GET_TIMERSLACK));
	printf("cwd %s\n", getcwd(cwd, sizeof(cwd)) ? cwd : "?");
	for (char **variable = environ; *variable; variable++)
		printf("env %s\n", *variable);
	return 0;
}
