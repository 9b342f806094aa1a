/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/container.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cli/exit_status.h"
#include "cli/program.h"
#include "util/buf.h"
#include "util/cleanup.h"
#include "util/log.h"
#include "util/scan.h"

#define PROGRAM "denet-bpf-host"
#define ANSWER_BYTES_MAX (256 * 1024) /* folders of all hierarchies, with all bytes escaped */
#define READ_BYTES 4096

/* Whether it is a folder that is there. */
static bool take_folder(const struct scan_value *value, char ret_folder[PATH_MAX])
{
	AUTO(buf) struct buf folder = { 0 };

	scan_append_string(value, &folder);
	if (folder.error || folder.len >= PATH_MAX || buf_text(&folder)[0] != '/' ||
	    access(buf_text(&folder), F_OK))
		return false;
	memcpy(ret_folder, buf_text(&folder), folder.len + 1);
	return true;
}

static int take_first(const struct scan_value *folders, char ret_folder[PATH_MAX])
{
	struct scan_value value;
	struct scan scan;

	scan_enter(folders, &scan);
	while (scan_next(&scan, NULL, &value)) {
		if (value.type != SCAN_STRING)
			return -EBADMSG;
		if (take_folder(&value, ret_folder))
			return 0;
	}
	return -ENOENT;
}

int container_read(const char *answer, size_t len, char ret_folder[PATH_MAX])
{
	struct scan_value document, key, value;
	struct scan scan;

	if (scan_document(answer, len, &document) || document.type != SCAN_OBJECT)
		return -EBADMSG;
	scan_enter(&document, &scan);
	while (scan_next(&scan, &key, &value))
		if (scan_is(&key, "cgroups") && value.type == SCAN_ARRAY)
			return take_first(&value, ret_folder);
	return -EBADMSG;
}

/* Its stderr is ours: why there is no answer it says itself. */
static void become_program(const struct options *options, int fd)
{
	const char *words[6] = { NULL, "resolve" };
	char *argv[sizeof(words) / sizeof(words[0])];
	char path[PATH_MAX];
	size_t count = 2;

	if (options->monitor.proc_root) {
		words[count++] = "--proc-root";
		words[count++] = options->monitor.proc_root;
	}
	words[count] = options->container;
	/* execve() wants pointers to char; nothing writes through them. */
	memcpy(argv, words, sizeof(argv));
	if (dup2(fd, STDOUT_FILENO) < 0)
		return;
	(void)syscall(SYS_close_range, STDERR_FILENO + 1, ~0U, 0);
	program_tell_missing(path, "container", program_execute(PROGRAM, argv, NULL, path));
}

static int start(const struct options *options, pid_t *ret_pid, int *ret_fd)
{
	AUTO_FD int ours = -1, its = -1;
	int fds[2];
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	ours = fds[0];
	its = fds[1];
	pid = fork();
	if (pid < 0)
		return -errno;
	if (!pid) {
		become_program(options, its);
		_exit(EXIT_STATUS_FAILED);
	}
	*ret_pid = pid;
	*ret_fd = TAKE_FD(ours);
	return 0;
}

/* To its end, or until it is too long to be one. */
static int read_answer(int fd, struct buf *answer)
{
	ssize_t n;

	do {
		if (answer->len > ANSWER_BYTES_MAX)
			return -EMSGSIZE;
		if (buf_reserve(answer, READ_BYTES))
			return -ENOMEM;
		n = read(fd, answer->data + answer->len, READ_BYTES);
		if (n > 0)
			answer->len += (size_t)n;
	} while (n > 0 || (n < 0 && errno == EINTR));
	return n < 0 ? -errno : 0;
}

static int await_end(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
		;
	return status;
}

static int ask(const struct options *options, struct buf *answer, int *ret_status)
{
	AUTO_FD int fd = -1;
	pid_t pid = -1;
	int r;

	/* Where it is ignored nobody would be told how a child has ended. */
	(void)signal(SIGCHLD, SIG_DFL);
	r = start(options, &pid, &fd);
	if (r)
		return r;
	r = read_answer(fd, answer);
	/* Who goes on writing hears that nobody reads. */
	(void)close(TAKE_FD(fd));
	*ret_status = await_end(pid);
	return r;
}

int container_find(const struct options *options, char ret_folder[PATH_MAX])
{
	AUTO(buf) struct buf answer = { 0 };
	int status = 0;
	int r = ask(options, &answer, &status);

	if (r)
		return log_error(r, "cannot ask " PROGRAM " for the container '%s'",
				 options->container);
	if (WIFEXITED(status) && WEXITSTATUS(status))
		return -ENOENT;
	if (!WIFEXITED(status))
		return log_error(0, PROGRAM " was ended by signal %d", WTERMSIG(status)), -EINTR;
	r = container_read(answer.data, answer.len, ret_folder);
	if (r == -ENOENT)
		(void)log_error(0, "the container '%s' has no cgroup that can be found any more",
				options->container);
	else if (r)
		(void)log_error(0, PROGRAM " tells of the container '%s' what cannot be read",
				options->container);
	return r;
}
