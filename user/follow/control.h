/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What other threads ask of a monitor, and what they may know of it; drive.c acts on it. */
#ifndef DENET_FOLLOW_CONTROL_H
#define DENET_FOLLOW_CONTROL_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "denet/denet.h"

struct control {
	int request_fd; /* owned; wakes whoever drives the monitor; -1 once monitoring has ended */
	int ended_fd; /* owned; readable once it has; -1 when nobody waits for that any more */
	atomic_int requests; /* that are being made at this moment */
	atomic_bool is_closed; /* request_fd is about to be closed */
	atomic_bool wants_finish;
	atomic_bool wants_stop; /* the thread is to go, the monitor stays as it is */
	pid_t owner; /* the process of the next; written before it */
	atomic_bool
		is_threaded; /* a thread of ours drives it; written before that thread is there */
	bool is_published; /* of whoever drives */
	atomic_bool is_driving; /* a callback may be running; written after the next */
	_Atomic(pthread_t) driver;
	atomic_bool is_joined;
	pthread_t thread;

	pthread_mutex_t driving; /* whose it is may drive; never awaited with the other held */
	pthread_mutex_t *lock; /* of all below, and of the root's descriptor */
	pthread_mutex_t lock_itself;
	pthread_cond_t changed;
	uint64_t samples_wanted; /* by other threads, since the start */
	uint64_t samples_taken;
	int sample_result; /* of the last of these */
	unsigned int waiters; /* at ended_fd */
	bool has_ended;
	int result; /* of monitoring, when it has ended: 0 or -errno */
};

/* Once for each monitor. */
int control_init(struct control *control);

/* Ends the thread, if there is one. */
void control_done(struct control *control);

/* Where the thread was left behind nobody else is there, and nobody would ever unlock. */
void control_lock(const struct control *control);
void control_unlock(const struct control *control);

/* Wakes whoever drives; from a signal handler, too. Once monitoring has ended it does nothing. */
void control_request(struct control *control);
/* It is awake. */
void control_forget_request(struct control *control);

/* Requests have become pointless. */
void control_close_request(struct control *control);
/* Monitoring has ended with result, which is for all to see. */
void control_publish(struct control *control, int result);

/* Until another has published, which returns 1 or what monitoring failed with; 0 after the time. */
int control_await_end(struct control *control, int timeout_ms);

/* Asks whoever drives for a sample that begins after now, and waits for it; 1 after the end. */
int control_await_sample(struct control *control);
/* Are samples wanted? One serves all that have asked so far. */
bool control_is_sample_wanted(struct control *control, uint64_t *ret_wanted);
void control_give_sample(struct control *control, uint64_t wanted, int result);

/* Where a thread of ours drives, a caller may do so beside it. */
void control_begin_driving(struct control *control);
void control_end_driving(struct control *control);
/* A callback calls. */
bool control_is_driven_here(struct control *control);

bool control_is_driven_by_another(const struct control *control);

/* This process was forked from the one whose thread drives: that thread is not here. */
bool control_is_left_behind(const struct control *control);

#endif
