/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Between two looks: waits, and takes in what becomes of cgroups meanwhile. */
#ifndef DENET_AGENT_WAITER_H
#define DENET_AGENT_WAITER_H

#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct cgroups;
struct helper;
struct hostevents;
struct births;
struct observers;

struct waiter {
	struct cgroups *groups; /* borrowed */
	struct helper *helper; /* borrowed, asked for names of those that come; may be NULL */
	struct hostevents
		*events; /* owned; NULL where there are none: looks alone find what came and went */
	struct observers *observers; /* borrowed: they run whenever something happens */
	struct births *births; /* owned; NULL where there are events, or neither */
	bool has_warned; /* that not all folders can be watched */
	uint64_t lost; /* events, at the last time that they were taken */
	int signal_fd; /* owned */
	bool has_terminal; /* whose end is ours */
};

enum waiter_end {
	WAITER_TIME, /* the time has come, or there is more to tell than should wait */
	WAITER_SIGNAL,
	WAITER_RELOAD, /* SIGHUP, but for the end of our terminal */
	WAITER_FAILED,
};

/* The signals are blocked, and end a wait. */
int waiter_init(struct waiter *waiter, struct cgroups *groups, struct helper *helper,
		struct observers *observers, const sigset_t *signals);

/* After waiter_init(). Fails as hostevents_open() does; it can be waited without. */
int waiter_open_events(struct waiter *waiter, bool by_v1);

/* In their place: by the folders. -errno. */
int waiter_watch_folders(struct waiter *waiter);

void waiter_done(struct waiter *waiter);

enum waiter_end waiter_wait(struct waiter *waiter, uint64_t until_ns);

/* Takes in what has come so far, without waiting. */
int waiter_take(struct waiter *waiter);

uint64_t waiter_lost(const struct waiter *waiter);

#endif
