/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What wakes whoever drives a monitor: a timer and what else is added, behind one descriptor. */
#ifndef DENET_FOLLOW_WATCH_H
#define DENET_FOLLOW_WATCH_H

#include <stdint.h>

struct watch {
	int fd; /* owned; readable when there is something to do, and for ever after watch_end() */
	int timer_fd; /* owned; -1 */
};

void watch_init(struct watch *watch);

/* The timer goes off at once. */
int watch_open(struct watch *watch);
void watch_close(struct watch *watch);

int watch_add(struct watch *watch, int fd);
void watch_remove(struct watch *watch, int fd);

void watch_arm(struct watch *watch, uint64_t at_mono_ns);
/* The timer has been heard. -EBADF when somebody has closed what is not theirs. */
int watch_forget_timer(struct watch *watch);

/* Nothing wakes any more: fd stays the same number, and becomes what event_fd is, which is readable. */
void watch_end(struct watch *watch, int event_fd);

#endif
