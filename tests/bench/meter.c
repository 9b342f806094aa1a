/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Runs CMD inside each cgroup DIR and writes to FILE: wall ns from fork to end, peak RSS in kB of
 * CMD or its largest waited-for child, wait status. Small, so that the peak CMD inherits at fork
 * is small too.
 *
 * Usage: meter FILE [DIR...] -- CMD [ARG...]
 */
#include <fcntl.h>
#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int64_t now_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void run_child(char *const dirs[], size_t dirs_count, char *const command[])
{
	for (size_t i = 0; i < dirs_count; i++) {
		char path[PATH_MAX];
		int fd;

		(void)snprintf(path, sizeof(path), "%s/cgroup.procs", dirs[i]);
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1) {
			perror(path);
			_exit(125);
		}
		(void)close(fd);
	}
	execvp(command[0], command);
	perror(command[0]);
	_exit(127);
}

int main(int argc, char *argv[])
{
	struct rusage used;
	int64_t begin_ns;
	int64_t end_ns;
	int status;
	int i = 2;
	FILE *out;
	pid_t pid;

	while (i < argc && strcmp(argv[i], "--"))
		i++;
	if (i + 1 >= argc) {
		fprintf(stderr, "usage: meter FILE [DIR...] -- CMD [ARG...]\n");
		return 125;
	}
	begin_ns = now_ns();
	pid = fork();
	if (pid == 0)
		run_child(argv + 2, (size_t)(i - 2), argv + i + 1);
	if (pid < 0 || wait4(pid, &status, 0, &used) != pid) {
		perror("meter");
		return 125;
	}
	end_ns = now_ns();
	out = fopen(argv[1], "we");
	if (!out) {
		perror(argv[1]);
		return 125;
	}
	fprintf(out, "%lld %ld %d\n", (long long)(end_ns - begin_ns), used.ru_maxrss, status);
	return fclose(out) ? 125 : 0;
}
