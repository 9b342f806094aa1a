/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Cgroups that are followed beside the command of `run`, each by a monitor of its own. */
#ifndef DENET_CLI_BESIDE_H
#define DENET_CLI_BESIDE_H

#include <poll.h>
#include <stddef.h>

#include "cli/options.h"
#include "denet/denet.h"

#define BESIDE_MAX 8

struct beside {
	struct denet_monitor *monitors[BESIDE_MAX]; /* owned */
	bool has_ended[BESIDE_MAX]; /* nobody is in it any more */
	size_t count;
};

/* Those of the options. Logs what went wrong; what was opened is to be closed then, too. */
int beside_open(struct beside *beside, const struct options *options);
void beside_close(struct beside *beside);

/* One for each: what to wait for, and what to do when there is something. */
void beside_watch(const struct beside *beside, struct pollfd fds[BESIDE_MAX]);
void beside_step(struct beside *beside, const struct pollfd fds[BESIDE_MAX]);

/* Now. From then on each has a summary; false where one has none. */
void beside_finish(struct beside *beside);
bool beside_summary(const struct beside *beside, size_t index, struct denet_summary *ret_summary);

#endif
