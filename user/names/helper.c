/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "names/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "procfs/process.h"
#include "procfs/procfs.h"
#include "util/caps.h"
#include "util/cleanup.h"

#define ANSWER_S 2

struct helper {
	int fd; /* owned */
	pid_t pid; /* 0 once it is gone */
};

struct question {
	pid_t exe_of; /* 0: for a label, by the next */
	struct lookup_question lookup;
};

struct answer {
	int result;
	union {
		struct label label;
		char path[PATH_MAX];
	} of;
};

/* Of what we may, what it takes to read others' files and links alone. */
static void drop_rights(void)
{
	struct caps caps;

	(void)prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	if (caps_get(&caps))
		return;
	caps.permitted &= CAPS_BIT(CAP_DAC_READ_SEARCH) | CAPS_BIT(CAP_SYS_PTRACE);
	caps.effective = caps.permitted;
	caps.inheritable = 0;
	(void)caps_set(&caps);
}

static void leave_outputs(void)
{
	int fd = open("/dev/null", O_RDWR | O_CLOEXEC);

	for (int i = 0; i <= STDERR_FILENO && fd >= 0; i++)
		(void)dup2(fd, i);
}

_Noreturn static void serve(int fd, const char *proc_root, const char *root)
{
	struct question question;
	struct procfs procfs;

	/* Ctrl-C is for the other one, at whose end the socket ends. */
	(void)signal(SIGINT, SIG_IGN);
	(void)signal(SIGTERM, SIG_IGN);
	(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
	leave_outputs();
	drop_rights();
	procfs_init(&procfs, proc_root);
	while (recv(fd, &question, sizeof(question), 0) == (ssize_t)sizeof(question)) {
		struct answer answer = { 0 };

		if (question.exe_of)
			answer.result = process_read_exe(&procfs, question.exe_of,
							 sizeof(answer.of.path), answer.of.path);
		else
			answer.result =
				lookup_label(&procfs, root, &question.lookup, &answer.of.label);
		if (send(fd, &answer, sizeof(answer), MSG_NOSIGNAL) < 0)
			break;
	}
	_exit(0);
}

int helper_start(const char *proc_root, const char *root, struct helper **ret_helper)
{
	const struct timeval limit = { .tv_sec = ANSWER_S };
	struct helper *helper = calloc(1, sizeof(*helper));
	int fds[2];

	if (!helper)
		return -ENOMEM;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds)) {
		free(helper);
		return -errno;
	}
	helper->pid = fork();
	if (helper->pid == 0) {
		(void)close(fds[0]);
		serve(fds[1], proc_root, root);
	}
	(void)close(fds[1]);
	helper->fd = fds[0];
	(void)setsockopt(helper->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
	if (helper->pid < 0) {
		helper_stop(helper);
		return -EAGAIN;
	}
	*ret_helper = helper;
	return 0;
}

/* One that hangs on a file cannot be waited for. */
static void end(struct helper *helper)
{
	if (helper->pid <= 0)
		return;
	(void)kill(helper->pid, SIGKILL);
	(void)waitpid(helper->pid, NULL, 0);
	helper->pid = 0;
}

void helper_stop(struct helper *helper)
{
	if (!helper)
		return;
	end(helper);
	(void)close(helper->fd);
	free(helper);
}

static int ask(struct helper *helper, const struct question *question, struct answer *ret_answer)
{
	if (helper->pid <= 0)
		return -EPIPE;
	if (send(helper->fd, question, sizeof(*question), MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(*question) ||
	    recv(helper->fd, ret_answer, sizeof(*ret_answer), 0) != (ssize_t)sizeof(*ret_answer)) {
		end(helper);
		return -EPIPE;
	}
	return ret_answer->result;
}

int helper_ask(struct helper *helper, const struct lookup_question *question,
	       struct label *ret_label)
{
	const struct question asked = { .lookup = *question };
	struct answer answer;
	int r = ask(helper, &asked, &answer);

	if (!r)
		*ret_label = answer.of.label;
	return r;
}

int helper_ask_exe(struct helper *helper, pid_t pid, size_t size, char *ret_path)
{
	const struct question question = { .exe_of = pid };
	struct answer answer;
	int r = ask(helper, &question, &answer);

	if (!r)
		(void)snprintf(ret_path, size, "%s", answer.of.path);
	return r;
}
