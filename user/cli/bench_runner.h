/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Runs one command after the other, each under a monitor of its own over one loaded set of programs. */
#ifndef DENET_CLI_BENCH_RUNNER_H
#define DENET_CLI_BENCH_RUNNER_H

#include <signal.h>
#include <stdbool.h>
#include <sys/resource.h>

#include "cli/options.h"
#include "cli/signals.h"
#include "denet/denet.h"
#include "rights/account.h"

struct bench_runner {
	const struct options *options; /* borrowed */
	struct denet_options monitor; /* of each run */
	struct signals signals;
	sigset_t ignored; /* by commands, besides what we ignore */
	struct rlimit descriptors; /* a command's */
	int null_fd; /* owned */
	struct account account; /* owned; of --user */
	int ended_by; /* a signal, that asks us to end; 0 for none */
};

/* Whom commands run as; NULL for ourselves. */
const struct denet_user *bench_runner_user(const struct bench_runner *runner);

/* Logs what went wrong. */
int bench_runner_open(struct bench_runner *runner, const struct options *options);
void bench_runner_close(struct bench_runner *runner);
static inline void bench_runner_freep(struct bench_runner *runner)
{
	bench_runner_close(runner);
}

/*
 * -EINTR when we were to end before it has begun. Until it has ended; then *ret_monitor has a summary,
 * and is the caller's. A signal that ends us is passed on to the command if it has not got it from the
 * terminal, and the second one kills it. user may be NULL: ours. Logs what went wrong.
 */
int bench_runner_run(struct bench_runner *runner, const struct denet_user *user, char *const argv[],
		     const struct denet_observer *observer, struct denet_monitor **ret_monitor);

#endif
