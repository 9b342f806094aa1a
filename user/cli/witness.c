/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/witness.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "util/caps.h"
#include "util/cleanup.h"

#define NAME "signal-witness"
#define PATIENCE_MS 1000

/*
 * Searched by name or by command line we are to be found, and not this one. By the executable
 * both are, for root: there is no way to have another without a file of it.
 */
static void take_name(char *const argv[])
{
	char *start = program_invocation_name;
	const char *end = start;

	for (; *argv; argv++)
		end = *argv + strlen(*argv);
	(void)prctl(PR_SET_NAME, NAME, 0, 0, 0);
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	if (end <= start)
		return;
	memset(start, 0, (size_t)(end - start));
	memcpy(start, NAME, strnlen(NAME, (size_t)(end - start)));
}

/* What has been sent to it waits, blocked, until it is asked for. */
static void bear_witness(int fd)
{
	const struct timespec at_once = { 0 };
	unsigned char number, answer;
	sigset_t wanted;

	while (recv(fd, &number, 1, 0) == 1) {
		(void)sigemptyset(&wanted);
		(void)sigaddset(&wanted, number);
		answer = sigtimedwait(&wanted, NULL, &at_once) == number;
		if (send(fd, &answer, 1, MSG_NOSIGNAL) != 1)
			break;
	}
}

/* It needs neither files nor rights. It ends when our end of the socket is gone. */
static void become_witness(char *const argv[], int fd)
{
	sigset_t all;

	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, NULL);
	take_name(argv);
	if (dup2(fd, STDIN_FILENO) < 0)
		return;
	(void)syscall(SYS_close_range, STDIN_FILENO + 1, ~0U, 0);
	(void)caps_set(&(struct caps){ 0 });
	bear_witness(STDIN_FILENO);
}

int witness_start(char *const argv[], struct witness *ret_witness)
{
	AUTO_FD int ours = -1, its = -1;
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds))
		return -errno;
	ours = fds[0];
	its = fds[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		(void)close(ours);
		become_witness(argv, its);
		_exit(0);
	}
	*ret_witness = (struct witness){ .pid = pid, .fd = TAKE_FD(ours) };
	return 0;
}

/*
 * The kernel sends to many under its lock on the list of tasks, one after the other. Whoever wants
 * that lock for writing, if only to stay in the group where it is, comes after the last.
 */
static void await_delivery(void)
{
	(void)setpgid(0, getpgrp());
}

static bool ask(const struct witness *witness, int number, bool *ret_answer)
{
	struct pollfd reply = { .fd = witness->fd, .events = POLLIN };
	unsigned char byte = (unsigned char)number;
	int n;

	if (send(witness->fd, &byte, 1, MSG_NOSIGNAL) != 1)
		return false;
	do
		n = poll(&reply, 1, PATIENCE_MS);
	while (n < 0 && errno == EINTR);
	if (n != 1 || recv(witness->fd, &byte, 1, MSG_DONTWAIT) != 1)
		return false;
	*ret_answer = byte;
	return true;
}

bool witness_saw(struct witness *witness, int number)
{
	bool answer = false;

	if (witness->fd < 0)
		return false;
	await_delivery();
	/* Stopped or killed by somebody: it is of no more use. */
	if (!ask(witness, number, &answer))
		witness_end(witness);
	return answer;
}

void witness_dismiss(struct witness *witness)
{
	if (witness->fd < 0)
		return;
	(void)close(TAKE_FD(witness->fd));
	(void)kill(witness->pid, SIGKILL);
}

void witness_end(struct witness *witness)
{
	if (!witness->pid)
		return;
	witness_dismiss(witness);
	while (waitpid(witness->pid, NULL, 0) < 0 && errno == EINTR)
		;
	*witness = WITNESS_NONE;
}
