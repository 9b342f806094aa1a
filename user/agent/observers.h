/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who is told of each look beside the screen and the file, as the configuration wants. */
#ifndef DENET_AGENT_OBSERVERS_H
#define DENET_AGENT_OBSERVERS_H

#include <poll.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "host/view.h"

#define OBSERVERS_MAX 8

struct agent_options;

/* All zeros is none. */
struct observers {
	struct observer
		items[OBSERVERS_MAX]; /* owned: a place for each kind, empty where none is wanted */
	uint64_t leave_ns; /* when one that is being replaced has to be gone */
};

/* Tells what is wrong. */
int observers_open(struct observers *observers, const struct agent_options *options);
void observers_close(struct observers *observers);

/*
 * As another configuration wants. Where that fails the old one stays, and the first error is returned; -EAGAIN where one
 * that was replaced has something to send yet. In both cases somebody uses the texts of the one before.
 */
int observers_reload(struct observers *observers, const struct agent_options *options);

bool observers_are_any(const struct observers *observers);

void observers_take(struct observers *observers, const struct view *view);

/* Fills in a place for each; a negative descriptor is none. */
void observers_fill(const struct observers *observers, struct pollfd fds[OBSERVERS_MAX]);

/* When the first of them is due; OBSERVER_NEVER. */
uint64_t observers_due_ns(const struct observers *observers);

void observers_run(struct observers *observers);

/* Lets out what waits, until then at most. */
void observers_finish(struct observers *observers, uint64_t until_ns);

#endif
