/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Writes to FILE everything a program can see of how it was started, one fact a line. Two ways of
 * starting it are the same when the files are.
 *
 * Usage: probe FILE [ARG...]
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

#define FDS_MAX 4096

extern char **environ;

static void write_text(FILE *out, const char *key, const char *text)
{
	fprintf(out, "%s ", key);
	for (; *text; text++) {
		if (isprint((unsigned char)*text) && *text != '\\')
			fputc(*text, out);
		else
			fprintf(out, "\\x%02x", (unsigned char)*text);
	}
	fputc('\n', out);
}

static void write_link(FILE *out, const char *key, const char *path)
{
	char target[PATH_MAX];
	ssize_t len = readlink(path, target, sizeof(target) - 1);

	target[len < 0 ? 0 : len] = '\0';
	write_text(out, key, target);
}

/* The lines of a file of /proc that begin with one of the words; all of them when words is NULL. */
static void write_lines(FILE *out, const char *path, const char *const *words)
{
	char line[4096];
	FILE *in = fopen(path, "re");

	if (!in)
		return;
	while (fgets(line, sizeof(line), in)) {
		const char *const *word = words;

		while (word && *word && strncmp(line, *word, strlen(*word)))
			word++;
		line[strcspn(line, "\n")] = '\0';
		if (!word || *word)
			write_text(out, path, line);
	}
	(void)fclose(in);
}

static int by_number(const void *a, const void *b)
{
	return *(const int *)a - *(const int *)b;
}

static size_t list_descriptors(int *ret_fds)
{
	DIR *dir = opendir("/proc/self/fd");
	struct dirent *entry;
	size_t count = 0;

	while (dir && count < FDS_MAX && (entry = readdir(dir))) {
		int fd = (int)strtol(entry->d_name, NULL, 10);

		if (isdigit((unsigned char)entry->d_name[0]) && fd != dirfd(dir))
			ret_fds[count++] = fd;
	}
	if (dir)
		(void)closedir(dir);
	qsort(ret_fds, count, sizeof(*ret_fds), by_number);
	return count;
}

static void write_descriptors(FILE *out, const int *fds, size_t count)
{
	static const char *const words[] = { "pos:", "flags:", NULL };

	for (size_t i = 0; i < count; i++) {
		char path[64];
		char key[64];

		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fds[i]);
		(void)snprintf(key, sizeof(key), "fd %d", fds[i]);
		write_link(out, key, path);
		(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%d", fds[i]);
		write_lines(out, path, words);
	}
}

static void write_status(FILE *out)
{
	static const char *const words[] = {
		"Name:",       "Umask:",   "TracerPid:", "Uid:",	  "Gid:",	  "Groups:",
		"Kthread",     "Threads:", "SigPnd:",	 "ShdPnd:",	  "SigBlk:",	  "SigIgn:",
		"SigCgt:",     "CapInh:",  "CapPrm:",	 "CapEff:",	  "CapBnd:",	  "CapAmb:",
		"NoNewPrivs:", "Seccomp:", "Specul",	 "Cpus_allowed:", "Mems_allowed", NULL
	};

	write_lines(out, "/proc/self/status", words);
}

static void write_attributes(FILE *out)
{
	static const int which[] = { PR_GET_TIMERSLACK, PR_GET_DUMPABLE, PR_GET_KEEPCAPS,
				     PR_GET_SECUREBITS, PR_GET_THP_DISABLE };
	struct itimerval timer = { 0 };
	int value = 0;
	int tty;

	for (size_t i = 0; i < sizeof(which) / sizeof(which[0]); i++)
		fprintf(out, "prctl %d %d\n", which[i], prctl(which[i], 0, 0, 0, 0));
	(void)prctl(PR_GET_PDEATHSIG, &value, 0, 0, 0);
	fprintf(out, "pdeathsig %d\n", value);
	(void)prctl(PR_GET_CHILD_SUBREAPER, &value, 0, 0, 0);
	fprintf(out, "subreaper %d\n", value);
	fprintf(out, "personality %x\n", (unsigned int)personality(0xffffffff));
	fprintf(out, "nice %d\n", getpriority(PRIO_PROCESS, 0));
	fprintf(out, "policy %d\n", sched_getscheduler(0));
	fprintf(out, "ioprio %ld\n", syscall(SYS_ioprio_get, 1, 0));
	for (int i = ITIMER_REAL; i <= ITIMER_PROF; i++) {
		(void)getitimer(i, &timer);
		fprintf(out, "timer %d %d\n", i, timer.it_value.tv_sec || timer.it_value.tv_usec);
	}
	fprintf(out, "group %d session %d\n", getpgrp(), getsid(0));
	tty = open("/dev/tty", O_RDWR | O_CLOEXEC);
	fprintf(out, "terminal %d foreground %d\n", tty >= 0, tty >= 0 ? tcgetpgrp(tty) : -1);
	if (tty >= 0)
		(void)close(tty);
}

static void write_places(FILE *out)
{
	static const char *const spaces[] = { "cgroup", "ipc",	"mnt", "net", "pid",
					      "time",	"user", "uts", NULL };

	write_link(out, "cwd", "/proc/self/cwd");
	write_link(out, "root", "/proc/self/root");
	write_link(out, "exe", "/proc/self/exe");
	for (size_t i = 0; spaces[i]; i++) {
		char path[64];

		(void)snprintf(path, sizeof(path), "/proc/self/ns/%s", spaces[i]);
		write_link(out, path, path);
	}
	write_lines(out, "/proc/self/cgroup", NULL);
	write_lines(out, "/proc/self/limits", NULL);
	write_lines(out, "/proc/self/oom_score_adj", NULL);
	write_lines(out, "/proc/self/coredump_filter", NULL);
	write_lines(out, "/proc/self/timerslack_ns", NULL);
	write_lines(out, "/proc/self/loginuid", NULL);
}

int main(int argc, char *argv[])
{
	static int fds[FDS_MAX];
	size_t fds_count = list_descriptors(fds);
	FILE *out;

	if (argc < 2)
		return 2;
	out = fopen(argv[1], "we");
	if (!out)
		return 1;

	write_descriptors(out, fds, fds_count);
	for (int i = 0; i < argc; i++)
		write_text(out, "arg", argv[i]);
	for (char **entry = environ; *entry; entry++)
		write_text(out, "env", *entry);
	write_status(out);
	write_attributes(out);
	write_places(out);
	return fclose(out) ? 1 : 0;
}
