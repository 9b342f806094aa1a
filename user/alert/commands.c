/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "alert/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/memfd.h>
#include <linux/securebits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "util/caps.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/units.h"

#define SOCKET_FD 3

const struct settings_target *commands_get(const struct alert_settings *settings, size_t index)
{
	const struct settings_target *targets = settings->targets.items;

	for (size_t i = 0; i < settings->targets.count; i++)
		if (targets[i].type == TARGET_EXEC && !index--)
			return &targets[i];
	return NULL;
}

/* Also not by being root, or by a program that has some. */
static void drop_rights(void)
{
	const struct caps none = { 0 };

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	(void)prctl(PR_SET_SECUREBITS, SECBIT_NOROOT | SECBIT_NOROOT_LOCKED, 0, 0, 0);
	for (unsigned int i = 0; i <= 63; i++)
		(void)prctl(PR_CAPBSET_DROP, i, 0, 0, 0);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	(void)caps_set(&none);
}

/* What the service has open is not kept open by us. */
static int leave_files(int fd)
{
	if (fd != SOCKET_FD && dup2(fd, SOCKET_FD) < 0)
		return fd;
	(void)fcntl(SOCKET_FD, F_SETFD, FD_CLOEXEC);
#ifdef SYS_close_range
	(void)syscall(SYS_close_range, SOCKET_FD + 1, ~0u, 0);
#endif
	return SOCKET_FD;
}

static char **argv_of(const struct settings_target *target)
{
	const struct config_word *words = target->command.items;
	char **argv = calloc(target->command.count + 1, sizeof(char *));

	for (size_t i = 0; argv && i < target->command.count; i++)
		argv[i] = strdup(words[i].text);
	return argv;
}

/* Says through the pipe why it is not executed. */
_Noreturn static void execute(const struct settings_target *target, int input, int error_fd)
{
	char **argv = argv_of(target);
	sigset_t none;
	int error;

	(void)setpgid(0, 0);
	(void)sigemptyset(&none);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
	/* stdout may be the records'. */
	(void)dup2(input, STDIN_FILENO);
	(void)dup2(STDERR_FILENO, STDOUT_FILENO);
	if (argv && argv[0])
		(void)execv(argv[0], argv);
	error = -errno;
	if (write(error_fd, &error, sizeof(error)) < 0)
		_exit(2);
	_exit(1);
}

static pid_t begin(const struct settings_target *target, int input, int *ret_error)
{
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC)) {
		*ret_error = -errno;
		return -1;
	}
	pid = fork();
	if (pid == 0)
		execute(target, input, fds[1]);
	*ret_error = pid < 0 ? -errno : 0;
	(void)close(fds[1]);
	/* It ends when a program has taken its place. */
	if (pid > 0 && read(fds[0], ret_error, sizeof(*ret_error)) < 0)
		*ret_error = -errno;
	(void)close(fds[0]);
	return pid;
}

static int open_input(const char *text, size_t len)
{
	AUTO_FD int fd = (int)syscall(SYS_memfd_create, "alert", MFD_CLOEXEC);

	if (fd < 0 || write(fd, text, len) != (ssize_t)len || lseek(fd, 0, SEEK_SET))
		return -errno;
	return TAKE_FD(fd);
}

/* Until it has ended, its time is over, or nobody is there any more who wants to know. */
static bool wait_for(int process_fd, int socket_fd, uint64_t until_ns)
{
	struct pollfd fds[] = { { .fd = process_fd, .events = POLLIN },
				{ .fd = socket_fd, .events = POLLRDHUP } };

	for (;;) {
		uint64_t now_ns = clock_mono_ns();
		uint64_t left_ns = until_ns > now_ns ? until_ns - now_ns : 0;
		struct timespec left = { (time_t)(left_ns / NS_PER_S), (long)(left_ns % NS_PER_S) };

		if (ppoll(fds, 2, &left, NULL) < 0 && errno == EINTR)
			continue;
		return fds[0].revents && !fds[1].revents;
	}
}

static void run(const struct settings_target *target, int input, int socket_fd,
		struct commands_end *end)
{
	uint64_t until_ns = clock_mono_ns() + target->timeout_ns;
	int error = 0;
	pid_t pid = begin(target, input, &error);
	AUTO_FD int process_fd = -1;

	end->error = error;
	if (pid < 0)
		return;
	/* Here as well, since one of both comes first. */
	(void)setpgid(pid, pid);
	process_fd = (int)syscall(SYS_pidfd_open, pid, 0);
	if (process_fd < 0 || !wait_for(process_fd, socket_fd, until_ns)) {
		end->error = -ETIME;
		(void)kill(-pid, SIGKILL);
	}
	(void)waitpid(pid, &end->status, 0);
}

static struct commands_end obey(int fd, const struct alert_settings *settings, const char *message,
				size_t len)
{
	const struct settings_target *target;
	struct commands_order order;
	struct commands_end end = { 0 };
	AUTO_FD int input = -1;

	memcpy(&order, message, sizeof(order));
	end.command = order.command;
	target = commands_get(settings, order.command);
	input = open_input(message + sizeof(order), len - sizeof(order));
	if (input < 0)
		end.error = input;
	else if (target)
		run(target, input, fd, &end);
	return end;
}

void commands_serve(int fd, const struct alert_settings *settings)
{
	static char message[sizeof(struct commands_order) + COMMANDS_INPUT_BYTES];
	ssize_t len;

	/* Ctrl-C is for the service, at whose end the socket ends. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)signal(SIGHUP, SIG_IGN);
	fd = leave_files(fd);
	drop_rights();
	while ((len = recv(fd, message, sizeof(message), 0)) >=
	       (ssize_t)sizeof(struct commands_order)) {
		struct commands_end end = obey(fd, settings, message, (size_t)len);

		if (send(fd, &end, sizeof(end), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}
