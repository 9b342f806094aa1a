/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * chain DIR ACTION...: does one after another
 *   burn=US     burns so much CPU time
 *   touch=MIB   touches so much memory, and gives back what it touched before
 *   fork        a child does the rest; its parent waits
 *   vfork       the same, in the parent's memory: exec has to follow
 *   spawn=NAME  a child execs DIR/NAME, which does nothing; waits for it
 *   exec=NAME   execs DIR/NAME, which does the rest
 *   stop        prints "ready", and waits for SIGUSR1
 */
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "work.h"

static char *memory;
static size_t memory_bytes;

static const char *value_of(const char *action, const char *name)
{
	size_t len = strlen(name);

	return strncmp(action, name, len) == 0 && action[len] == '=' ? action + len + 1 : NULL;
}

static uint64_t number_of(const char *text)
{
	char *argv[] = { (char *)(uintptr_t)text };

	return work_number(1, argv, 0, 0);
}

static void touch(uint64_t mib)
{
	if (memory)
		munmap(memory, memory_bytes);
	memory_bytes = mib << 20;
	memory = mmap(NULL, memory_bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
		      0);
	if (memory == MAP_FAILED)
		work_fail("mmap");
	(void)madvise(memory, memory_bytes, MADV_NOHUGEPAGE);
	for (size_t at = 0; at < memory_bytes; at += 4096)
		memory[at] = 1;
}

/* The rest of the actions are arguments of the new program; argv has room in front of them. */
_Noreturn static void exec(const char *dir, const char *name, char *argv[])
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	argv[0] = (char *)(uintptr_t)name;
	argv[1] = (char *)(uintptr_t)dir;
	execv(path, argv);
	work_fail(path);
}

static void spawn(const char *dir, const char *name)
{
	char *argv[] = { NULL, NULL, NULL };

	if (work_fork() == 0)
		exec(dir, name, argv);
	work_wait(-1);
}

static void stop(void)
{
	sigset_t signals;
	int number;

	sigemptyset(&signals);
	sigaddset(&signals, SIGUSR1);
	sigprocmask(SIG_BLOCK, &signals, NULL);
	if (write(STDOUT_FILENO, "ready\n", 6) != 6)
		work_fail("write");
	sigwait(&signals, &number);
}

static void follow(pid_t pid)
{
	if (pid < 0)
		work_fail("fork");
	if (pid == 0)
		return;
	work_wait(pid);
	_exit(0);
}

int main(int argc, char *argv[])
{
	const char *value;
	static int i; /* a child of vfork changes it */

	for (i = 2; i < argc; i++) {
		if ((value = value_of(argv[i], "burn")))
			work_burn_us(number_of(value));
		else if ((value = value_of(argv[i], "touch")))
			touch(number_of(value));
		else if ((value = value_of(argv[i], "spawn")))
			spawn(argv[1], value);
		else if ((value = value_of(argv[i], "exec")))
			exec(argv[1], value, &argv[i - 1]);
		else if (work_has_word(argc, argv, i, "stop"))
			stop();
		else if (work_has_word(argc, argv, i, "fork"))
			follow(fork());
		else if (work_has_word(argc, argv, i, "vfork"))
			follow(vfork());
		else
			return 2;
	}
	return 0;
}
