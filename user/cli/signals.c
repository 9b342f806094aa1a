/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/signals.h"

#include <errno.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include "util/signal_mask.h"

/* Faults are our own, job control of the terminal concerns the whole group, the rest is harmless. */
static const int left_alone[] = {
	SIGKILL, SIGSTOP, SIGSEGV, SIGBUS,  SIGFPE,  SIGILL, SIGTRAP,  SIGSYS,
	SIGABRT, SIGPIPE, SIGXFSZ, SIGTTIN, SIGTTOU, SIGURG, SIGWINCH,
};

static bool is_ignored(int number)
{
	struct sigaction action;

	return sigaction(number, NULL, &action) == 0 && action.sa_handler == SIG_IGN;
}

static void choose(sigset_t *set, bool keep_ignored)
{
	(void)sigfillset(set);
	for (size_t i = 0; i < sizeof(left_alone) / sizeof(left_alone[0]); i++)
		(void)sigdelset(set, left_alone[i]);
	for (int number = 1; keep_ignored && number <= SIGRTMAX; number++)
		if (is_ignored(number))
			(void)sigdelset(set, number);
}

int signals_take(struct signals *signals, bool keep_ignored)
{
	sigset_t set;
	int fd;

	choose(&set, keep_ignored);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (fd < 0)
		return -errno;
	(void)signal_mask_change(SIG_BLOCK, &set, &signals->original);
	signals->fd = fd;
	return 0;
}

void signals_release(const struct signals *signals)
{
	(void)signal_mask_change(SIG_SETMASK, &signals->original, NULL);
}

void signals_survive_pipes(void)
{
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGXFSZ, SIG_IGN);
}

void signals_done(struct signals *signals)
{
	if (signals->fd >= 0)
		(void)close(signals->fd);
	signals->fd = -1;
}

bool signals_next(const struct signals *signals, struct signalfd_siginfo *ret_info)
{
	return signals->fd >= 0 &&
	       read(signals->fd, ret_info, sizeof(*ret_info)) == (ssize_t)sizeof(*ret_info);
}

static void deliver(int number)
{
	sigset_t one;

	(void)sigemptyset(&one);
	(void)sigaddset(&one, number);
	(void)raise(number);
	(void)sigprocmask(SIG_UNBLOCK, &one, NULL);
	(void)sigprocmask(SIG_BLOCK, &one, NULL);
}

/* Not SIGSTOP: in an orphaned group, where nobody could wake us, the kernel drops SIGTSTP. */
void signals_stop(void)
{
	deliver(SIGTSTP);
}

void signals_die(int number)
{
	const struct rlimit no_core = { 0, 0 };

	(void)setrlimit(RLIMIT_CORE, &no_core);
	/* A core_pattern that is a pipe knows no limit. */
	(void)prctl(PR_SET_DUMPABLE, 0, 0, 0, 0);
	(void)signal(number, SIG_DFL);
	deliver(number);
}
