/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "names/helper.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include "procfs/procfs.h"
#include "util/caps.h"
#include "util/cleanup.h"

#define ANSWER_S 2

struct helper {
	int fd; /* owned */
	pid_t pid; /* 0 once it is gone */
};

struct answer {
	int result;
	struct label label;
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
	struct lookup_question question;
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

		answer.result = lookup_label(&procfs, root, &question, &answer.label);
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

int helper_ask(struct helper *helper, const struct lookup_question *question,
	       struct label *ret_label)
{
	struct answer answer;

	if (helper->pid <= 0)
		return -EPIPE;
	if (send(helper->fd, question, sizeof(*question), MSG_NOSIGNAL) !=
		    (ssize_t)sizeof(*question) ||
	    recv(helper->fd, &answer, sizeof(answer), 0) != (ssize_t)sizeof(answer)) {
		end(helper);
		return -EPIPE;
	}
	if (!answer.result)
		*ret_label = answer.label;
	return answer.result;
}
