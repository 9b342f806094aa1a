/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "launch/launch.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "denet/denet.h"
#include "launch/search.h"
#include "launch/setup.h"
#include "launch/terminal.h"
#include "util/caps.h"
#include "util/cleanup.h"
#include "util/signal_mask.h"

/* Seen by nobody: the parent is gone, or has called it off. */
#define STUB_CANCELLED 125

/*
 * recv() and not read(), whose byte would stand in the I/O counters of the command. Without a byte
 * the parent has died before it could let go.
 */
static void wait_for_release(int fd)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };
	char byte;

	while (poll(&wait, 1, -1) < 0 && errno == EINTR)
		;
	if (recv(fd, &byte, 1, MSG_DONTWAIT) != 1)
		_exit(STUB_CANCELLED);
}

/*
 * As a login does it. Inheritable capabilities of ours would outlive the change, the ambient ones
 * with them, and the others too under securebits that keep them.
 */
static int become(const struct denet_user *user)
{
	struct caps caps;
	int r;

	if (setgroups(user->groups_count, user->groups) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return -errno;
	r = caps_get(&caps);
	if (r)
		return r;
	caps.inheritable = 0;
	if (user->uid)
		caps.effective = caps.permitted = 0;
	return caps_set(&caps);
}

static bool has_terminal(void)
{
	AUTO_FD int fd = open("/dev/tty", O_RDWR | O_NOCTTY | O_NONBLOCK | O_CLOEXEC);

	return fd >= 0;
}

/* Before the release: whoever is let go must not be ours any more. send() for recv()'s reason. */
static void change_user(const struct denet_user *user, int fd)
{
	int r;

	/* Into another terminal than one's own it takes the rights that are given up here. */
	if (user->uid != getuid() && has_terminal())
		(void)terminal_forbid_typing();
	r = become(user);

	if (send(fd, &r, sizeof(r), MSG_NOSIGNAL) != (ssize_t)sizeof(r) || r)
		_exit(STUB_CANCELLED);
}

static void report_errno(int fd, int error)
{
	ssize_t n;

	do
		n = write(fd, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
}

static void set_signals(const sigset_t *signals, void (*action)(int))
{
	int number;

	for (number = 1; number <= SIGRTMAX; number++)
		if (sigismember(signals, number) == 1)
			(void)signal(number, action);
}

static void run_stub(char *const argv[], const char **shell, const struct launch_changes *changes,
		     int release_fd, int error_fd)
{
	struct timespec used;
	int r;

	if (changes->user)
		change_user(changes->user, release_fd);
	wait_for_release(release_fd);
	if (changes->defaulted)
		set_signals(changes->defaulted, SIG_DFL);
	if (changes->ignored)
		set_signals(changes->ignored, SIG_IGN);
	if (changes->mask)
		(void)signal_mask_change(SIG_SETMASK, changes->mask, NULL);
	r = changes->setup ? setup_apply(changes->setup, &error_fd) : 0;
	if (r) {
		report_errno(error_fd, r);
		_exit(STUB_CANCELLED);
	}
	/* Whose PATH counts then, too. */
	if (changes->environment)
		memcpy(&environ, &changes->environment, sizeof(environ));
	/* Asking makes the kernel charge all that was used so far, which is not the command's. */
	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &used);
	report_errno(error_fd, search_exec(argv, shell));
	_exit(STUB_CANCELLED);
}

int launch_hold(char *const argv[], const struct launch_changes *changes, struct launch *ret_launch)
{
	AUTO_FREE const char **shell = search_new_shell(argv);
	int release[2], error[2];
	pid_t pid;

	if (!shell)
		return -ENOMEM;
	/* A socket, for a write to one whose reader is gone must not raise a signal in our caller. */
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, release))
		return -errno;
	if (pipe2(error, O_CLOEXEC)) {
		int r = -errno;

		(void)close(release[0]);
		(void)close(release[1]);
		return r;
	}
	pid = fork();
	if (!pid) {
		(void)close(release[1]);
		(void)close(error[0]);
		run_stub(argv, shell, changes, release[0], error[1]);
	}
	(void)close(release[0]);
	(void)close(error[1]);
	*ret_launch = (struct launch){ .pid = pid, .release_fd = release[1], .error_fd = error[0] };
	if (pid < 0) {
		int r = -errno;

		launch_cancel(ret_launch);
		return r;
	}
	return 0;
}

int launch_await_user(const struct launch *launch)
{
	ssize_t n;
	int r;

	do
		n = recv(launch->release_fd, &r, sizeof(r), MSG_WAITALL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	return n == (ssize_t)sizeof(r) ? r : -ESRCH;
}

int launch_release(struct launch *launch, int *ret_exec_errno)
{
	int error = 0;
	ssize_t n;

	do
		n = send(launch->release_fd, "", 1, MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	do
		n = read(launch->error_fd, &error, sizeof(error));
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -errno;
	*ret_exec_errno = n == (ssize_t)sizeof(error) ? error : 0;
	(void)close(TAKE_FD(launch->release_fd));
	(void)close(TAKE_FD(launch->error_fd));
	return 0;
}

void launch_cancel(struct launch *launch)
{
	if (launch->release_fd >= 0)
		(void)close(TAKE_FD(launch->release_fd));
	if (launch->error_fd >= 0)
		(void)close(TAKE_FD(launch->error_fd));
	if (launch->pid <= 0)
		return;
	/* Another fork of our caller may hold a copy of the socket. */
	(void)kill(launch->pid, SIGKILL);
	while (waitpid(launch->pid, NULL, 0) < 0 && errno == EINTR)
		;
	launch->pid = -1;
}
