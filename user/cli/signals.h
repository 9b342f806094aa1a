/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Signals as something to read, and how to end by one. */
#ifndef DENET_CLI_SIGNALS_H
#define DENET_CLI_SIGNALS_H

#include <signal.h>
#include <stdbool.h>
#include <sys/signalfd.h>

struct signals {
	int fd; /* owned; -1 until they are taken */
	sigset_t original; /* the mask before */
};

/*
 * From here on whatever would end or stop this process from outside is read from fd, and that a
 * child has ended, stopped or goes on. With keep_ignored, signals that were ignored stay so. Children inherit the mask.
 */
int signals_take(struct signals *signals, bool keep_ignored);

/* Gives them back: one that is waiting does what it would have done. */
void signals_release(const struct signals *signals);

/* Writes fail with an error instead of a signal. Children inherit this. */
void signals_survive_pipes(void);

void signals_done(struct signals *signals);

/* False when none is waiting. */
bool signals_next(const struct signals *signals, struct signalfd_siginfo *ret_info);

/* Stops this process as SIGTSTP does; returns when it goes on. */
void signals_stop(void);

/* Ends this process by the signal, without a core; returns when that was not possible. */
void signals_die(int number);

#endif
