/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * A command that does one thing exactly.
 *
 * Usage: act signals FILE      writes to FILE each signal it gets, ends at SIGRTMIN
 *        act die NUMBER        ends by this signal, whatever was inherited
 *        act touch MIB         touches so much memory once
 *        act spin MS           uses so much CPU, beside what was used before its exec
 *        act threads N         starts N threads, one after the other
 *        act read MIB          reads so much, says so, and waits for the end of its input
 *        act type TEXT         types TEXT into its terminal, and says what came of it
 *        act name NAME [CMD]   takes this name for itself; then runs CMD in a child
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static int act_signals(char *const args[])
{
	FILE *out = fopen(args[0], "we");
	siginfo_t info;
	sigset_t all;

	if (!out)
		return 1;
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_BLOCK, &all, NULL);
	fprintf(out, "ready %d\n", getpid());
	(void)fflush(out);
	for (;;) {
		int number = sigwaitinfo(&all, &info);

		if (number < 0)
			continue;
		if (number == SIGRTMIN)
			break;
		fprintf(out, "%s%s\n", sigabbrev_np(number) ? sigabbrev_np(number) : "RT",
			info.si_code == SI_KERNEL ? " from the kernel" : "");
		(void)fflush(out);
	}
	return fclose(out) ? 1 : 0;
}

static int act_die(char *const args[])
{
	int number = (int)strtol(args[0], NULL, 10);
	sigset_t none;

	(void)signal(number, SIG_DFL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	(void)kill(getpid(), number);
	return 1;
}

static int act_touch(char *const args[])
{
	size_t len = strtoul(args[0], NULL, 10) << 20;
	char *memory = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		return 1;
	memset(memory, 1, len);
	return 0;
}

static long long cpu_ns(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return now.tv_sec * 1000000000LL + now.tv_nsec;
}

static int act_spin(char *const args[])
{
	/* What whoever forked us used until our exec is in it. */
	long long end_ns = cpu_ns() + strtol(args[0], NULL, 10) * 1000000LL;

	while (cpu_ns() < end_ns)
		;
	return 0;
}

static void *do_nothing(void *arg)
{
	return arg;
}

static int act_threads(char *const args[])
{
	long count = strtol(args[0], NULL, 10);
	pthread_t thread;

	for (long i = 0; i < count; i++) {
		if (pthread_create(&thread, NULL, do_nothing, NULL))
			return 1;
		(void)pthread_join(thread, NULL);
	}
	return 0;
}

static int act_name(char *const args[])
{
	int status = 0;
	pid_t pid;

	if (prctl(PR_SET_NAME, args[0], 0, 0, 0))
		return 1;
	if (!args[1])
		return 0;
	pid = fork();
	if (pid == 0) {
		execvp(args[1], args + 1);
		_exit(127);
	}
	(void)waitpid(pid, &status, 0);
	return WEXITSTATUS(status);
}

static int act_read(char *const args[])
{
	static char block[1 << 20];
	long count = strtol(args[0], NULL, 10);
	int fd = open("/dev/zero", O_RDONLY | O_CLOEXEC);

	for (long i = 0; i < count; i++)
		if (read(fd, block, sizeof(block)) != (ssize_t)sizeof(block))
			return 1;
	(void)close(fd);
	(void)write(STDOUT_FILENO, "read\n", 5);
	while (read(STDIN_FILENO, block, sizeof(block)) > 0)
		;
	return 0;
}

static int act_type(char *const args[])
{
	const char *at = args[0];

	while (*at && !ioctl(STDIN_FILENO, TIOCSTI, at))
		at++;
	puts(*at ? strerrorname_np(errno) : "typed");
	return 0;
}

static const struct {
	const char *name;
	int (*act)(char *const args[]);
} acts[] = {
	{ "signals", act_signals }, { "die", act_die },		{ "touch", act_touch },
	{ "spin", act_spin },	    { "threads", act_threads }, { "name", act_name },
	{ "read", act_read },	    { "type", act_type },
};

int main(int argc, char *argv[])
{
	for (size_t i = 0; argc > 2 && i < sizeof(acts) / sizeof(acts[0]); i++) {
		if (!strcmp(argv[1], acts[i].name))
			return acts[i].act(argv + 2);
	}
	fprintf(stderr, "act: no such act\n");
	return 2;
}
