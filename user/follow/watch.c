/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/watch.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "util/units.h"

void watch_init(struct watch *watch)
{
	*watch = (struct watch){ .fd = -1, .timer_fd = -1 };
}

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int watch_open(struct watch *watch)
{
	int r;

	watch->fd = epoll_create1(EPOLL_CLOEXEC);
	watch->timer_fd = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	if (watch->fd < 0 || watch->timer_fd < 0)
		return -errno;
	r = watch_add(watch, watch->timer_fd);
	if (!r)
		watch_arm(watch, 1);
	return r;
}

void watch_close(struct watch *watch)
{
	close_if_open(&watch->fd);
	close_if_open(&watch->timer_fd);
}

int watch_add(struct watch *watch, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(watch->fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

void watch_remove(struct watch *watch, int fd)
{
	(void)epoll_ctl(watch->fd, EPOLL_CTL_DEL, fd, NULL);
}

void watch_arm(struct watch *watch, uint64_t at_mono_ns)
{
	struct itimerspec when = { 0 };

	/* A time of 0 would disarm. */
	when.it_value.tv_sec = (time_t)(at_mono_ns / NS_PER_S);
	when.it_value.tv_nsec = (long)(at_mono_ns % NS_PER_S) | 1;
	(void)timerfd_settime(watch->timer_fd, TFD_TIMER_ABSTIME, &when, NULL);
}

int watch_forget_timer(struct watch *watch)
{
	uint64_t expirations;

	while (read(watch->timer_fd, &expirations, sizeof(expirations)) < 0)
		if (errno != EINTR)
			return errno == EAGAIN ? 0 : -errno;
	return 0;
}

void watch_end(struct watch *watch, int event_fd)
{
	close_if_open(&watch->timer_fd);
	if (watch->fd < 0)
		return;
	while (dup3(event_fd, watch->fd, O_CLOEXEC) < 0 && (errno == EINTR || errno == EBUSY))
		;
}
