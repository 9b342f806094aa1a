/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/control.h"

#include <errno.h>
#include <poll.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <unistd.h>

static void close_if_open(int *fd)
{
	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

int control_init(struct control *control)
{
	control->request_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	control->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	control->lock = &control->lock_itself;
	(void)pthread_mutex_init(control->lock, NULL);
	(void)pthread_mutex_init(&control->driving, NULL);
	(void)pthread_cond_init(&control->changed, NULL);
	return control->request_fd < 0 || control->ended_fd < 0 ? -errno : 0;
}

static void wake(int fd)
{
	const uint64_t one = 1;
	ssize_t n;

	do
		n = write(fd, &one, sizeof(one));
	while (n < 0 && errno == EINTR);
}

void control_done(struct control *control)
{
	bool is_left_behind = control_is_left_behind(control);

	if (atomic_load(&control->is_threaded) && !atomic_load(&control->is_joined) &&
	    !is_left_behind) {
		atomic_store(&control->wants_stop, true);
		control_request(control);
		(void)pthread_join(control->thread, NULL);
	}
	close_if_open(&control->request_fd);
	close_if_open(&control->ended_fd);
	/* Whoever held or awaited these is not here to let go. */
	if (is_left_behind)
		return;
	(void)pthread_cond_destroy(&control->changed);
	(void)pthread_mutex_destroy(control->lock);
	(void)pthread_mutex_destroy(&control->driving);
}

void control_lock(const struct control *control)
{
	if (!control_is_left_behind(control))
		(void)pthread_mutex_lock(control->lock);
}

void control_unlock(const struct control *control)
{
	if (!control_is_left_behind(control))
		(void)pthread_mutex_unlock(control->lock);
}

/* The number of the descriptor may be another file's as soon as it is closed: see below. */
void control_request(struct control *control)
{
	(void)atomic_fetch_add(&control->requests, 1);
	if (!atomic_load(&control->is_closed))
		wake(control->request_fd);
	(void)atomic_fetch_sub(&control->requests, 1);
}

void control_forget_request(struct control *control)
{
	uint64_t count;

	while (read(control->request_fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

void control_close_request(struct control *control)
{
	atomic_store(&control->is_closed, true);
	/* Who has begun before is at it for the time of one write() that doesn't wait. */
	while (atomic_load(&control->requests))
		(void)sched_yield();
	close_if_open(&control->request_fd);
}

void control_publish(struct control *control, int result)
{
	control->is_published = true;
	control_lock(control);
	control->has_ended = true;
	control->result = result;
	wake(control->ended_fd);
	if (!control->waiters)
		close_if_open(&control->ended_fd);
	(void)pthread_cond_broadcast(&control->changed);
	control_unlock(control);
}

int control_await_end(struct control *control, int timeout_ms)
{
	struct pollfd ended = { .events = POLLIN };
	int error = 0, r;

	control_lock(control);
	if (!control->has_ended) {
		ended.fd = control->ended_fd;
		control->waiters++;
		control_unlock(control);
		if (poll(&ended, 1, timeout_ms) < 0)
			error = -errno;
		control_lock(control);
		control->waiters--;
		/* The last one out. */
		if (control->has_ended && !control->waiters)
			close_if_open(&control->ended_fd);
	}
	r = control->has_ended && !control->result ? 1 : control->result;
	control_unlock(control);
	return error ? error : r;
}

int control_await_sample(struct control *control)
{
	uint64_t mine;
	int r;

	control_lock(control);
	mine = ++control->samples_wanted;
	control_request(control);
	while (control->samples_taken < mine && !control->has_ended)
		(void)pthread_cond_wait(&control->changed, control->lock);
	r = control->samples_taken < mine ? 1 : control->sample_result;
	control_unlock(control);
	return r;
}

bool control_is_sample_wanted(struct control *control, uint64_t *ret_wanted)
{
	control_lock(control);
	*ret_wanted = control->samples_wanted;
	control_unlock(control);
	return *ret_wanted != control->samples_taken;
}

void control_give_sample(struct control *control, uint64_t wanted, int result)
{
	control_lock(control);
	control->samples_taken = wanted;
	control->sample_result = result;
	(void)pthread_cond_broadcast(&control->changed);
	control_unlock(control);
}

void control_begin_driving(struct control *control)
{
	(void)pthread_mutex_lock(&control->driving);
	atomic_store(&control->driver, pthread_self());
	atomic_store(&control->is_driving, true);
}

void control_end_driving(struct control *control)
{
	atomic_store(&control->is_driving, false);
	(void)pthread_mutex_unlock(&control->driving);
}

bool control_is_driven_here(struct control *control)
{
	return atomic_load(&control->is_driving) &&
	       pthread_equal(atomic_load(&control->driver), pthread_self());
}

bool control_is_driven_by_another(const struct control *control)
{
	return atomic_load(&control->is_threaded) && !atomic_load(&control->is_joined) &&
	       !pthread_equal(control->thread, pthread_self());
}

bool control_is_left_behind(const struct control *control)
{
	return atomic_load(&control->is_threaded) && !atomic_load(&control->is_joined) &&
	       control->owner != getpid();
}
