/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Starts a command in two steps, so that it can be followed from its first instruction. */
#ifndef DENET_LAUNCH_LAUNCH_H
#define DENET_LAUNCH_LAUNCH_H

#include <signal.h>
#include <sys/types.h>

struct denet_user;
struct setup;

struct launch {
	pid_t pid;
	int release_fd; /* owned: a byte lets go, closing it calls off */
	int error_fd; /* owned: gives the errno of exec, or its end when exec has succeeded */
};

/* What differs from what fork() gives. Pointers are borrowed. */
struct launch_changes {
	const struct setup *setup; /* NULL = as it is */
	const sigset_t *mask; /* NULL = as it is */
	const sigset_t *ignored; /* also ignored; NULL = none */
	const sigset_t *defaulted; /* not ignored though the caller does; NULL = none */
	const struct denet_user *user; /* NULL = as it is */
	char *const *environment; /* NULL = as it is */
};

/*
 * Forks a stub that waits before exec. It is what a shell would have started: same process group,
 * session and terminal.
 */
int launch_hold(char *const argv[], const struct launch_changes *changes,
		struct launch *ret_launch);

/* Only with a user: returns when the stub runs as that user, with the -errno if it cannot. */
int launch_await_user(const struct launch *launch);

/*
 * Lets it go; returns when exec has succeeded, or the errno of exec in *ret_exec_errno. What failed
 * before exec comes as a negative one.
 */
int launch_release(struct launch *launch, int *ret_exec_errno);

/* Calls off what was not released, and waits for the stub. */
void launch_cancel(struct launch *launch);

#endif
