/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/push.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/exit_status.h"
#include "cli/program.h"
#include "cli/session.h"
#include "util/cleanup.h"
#include "util/log.h"

#define PROGRAM "denet-bpf-host"

/* Its stderr is ours: what it could not do it says itself. */
static void become_program(const struct options *options, bool is_check, int fd,
			   const sigset_t *mask)
{
	const char *words[] = { NULL, "push", "--check", options->push, NULL };
	char *argv[sizeof(words) / sizeof(words[0])];
	char path[PATH_MAX];

	if (!is_check)
		memmove(words + 2, words + 3, 2 * sizeof(words[0]));
	/* execve() wants pointers to char; nothing writes through them. */
	memcpy(argv, words, sizeof(argv));
	if (fd >= 0 && dup2(fd, STDIN_FILENO) < 0)
		return;
	if (mask)
		(void)sigprocmask(SIG_SETMASK, mask, NULL);
	(void)syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
	program_tell_missing(path, "push", program_execute(PROGRAM, argv, NULL, path));
}

static pid_t start(const struct options *options, bool is_check, int fd, const sigset_t *mask)
{
	pid_t pid = fork();

	if (pid)
		return pid < 0 ? -errno : pid;
	become_program(options, is_check, fd, mask);
	_exit(EXIT_STATUS_FAILED);
}

static int await_end(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

int push_check(const struct options *options)
{
	void (*before)(int);
	int status;
	pid_t pid;

	if (!options->push)
		return 0;
	/* Where it is ignored nobody would be told how a child has ended; CMD goes on ignoring it. */
	before = signal(SIGCHLD, SIG_DFL);
	pid = start(options, true, -1, NULL);
	if (pid < 0)
		return log_error(pid, "cannot execute " PROGRAM);
	status = await_end(pid);
	(void)signal(SIGCHLD, before);
	return status ? -EINVAL : 0;
}

static void write_all(int fd, const char *text, size_t len)
{
	while (len) {
		ssize_t n = write(fd, text, len);

		/* Who ends before has told why. */
		if (n < 0 && errno != EINTR)
			return;
		text += n > 0 ? n : 0;
		len -= n > 0 ? (size_t)n : 0;
	}
}

static void send_text(const struct session *session, const char *text, size_t len)
{
	AUTO_FD int ours = -1, its = -1;
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC)) {
		log_warning("cannot push: %s", strerror(errno));
		return;
	}
	its = fds[0];
	ours = fds[1];
	pid = start(session->options, false, its, &session->signals.original);
	if (pid < 0) {
		log_warning("cannot push: %s", strerror(-pid));
		return;
	}
	(void)close(TAKE_FD(its));
	write_all(ours, text, len);
	(void)close(TAKE_FD(ours));
	status = await_end(pid);
	if (WIFSIGNALED(status))
		log_warning("nothing is pushed: " PROGRAM " was ended by signal %d",
			    WTERMSIG(status));
}

void push_send(const struct session *session)
{
	AUTO_FREE char *text = NULL;
	size_t len = 0;

	if (!session->options->push)
		return;
	if (recorder_take_told(session->recorder, &text, &len) || !len)
		log_warning("nothing is pushed: there is no summary");
	else
		send_text(session, text, len);
}
