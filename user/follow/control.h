/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What other threads ask of a monitor, and what they may know of it; thread.c acts on it. */
#ifndef DENET_FOLLOW_CONTROL_H
#define DENET_FOLLOW_CONTROL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "denet/denet.h"

struct control {
	int request_fd; /* owned; wakes whoever drives the monitor */
	int ended_fd; /* owned; readable once monitoring has ended */
	atomic_bool wants_finish;
	atomic_bool wants_stop; /* the thread is to go, the monitor stays as it is */
	bool is_threaded; /* a thread of ours drives it; written before that thread is there */
	pid_t owner; /* the process of that thread */
	bool is_published; /* of whoever drives, as the next */
	bool is_driving; /* a callback may be running */
	atomic_bool is_joined;
	pthread_t thread;

	pthread_mutex_t lock; /* of all below */
	pthread_cond_t changed;
	uint64_t samples_wanted; /* by other threads, since the start */
	uint64_t samples_taken;
	int sample_result; /* of the last of these */
	bool has_ended;
	int result; /* of monitoring, when it has ended: 0 or -errno */
	struct denet_end end; /* of the root, when it has ended */
};

/* Once for each monitor. */
int control_init(struct control *control);

/* Ends the thread, if there is one. */
void control_done(struct control *control);

/* Makes a descriptor of the two readable, and what it says unsaid. */
void control_wake(int fd);
void control_forget(int fd);

bool control_is_driven_by_another(const struct control *control);

/* This process was forked from the one whose thread drives: that thread is not here. */
bool control_is_left_behind(const struct control *control);

#endif
