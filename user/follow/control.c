/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/control.h"

#include <errno.h>
#include <sys/eventfd.h>
#include <unistd.h>

int control_init(struct control *control)
{
	control->request_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	control->ended_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	(void)pthread_mutex_init(&control->lock, NULL);
	(void)pthread_cond_init(&control->changed, NULL);
	return control->request_fd < 0 || control->ended_fd < 0 ? -errno : 0;
}

void control_wake(int fd)
{
	const uint64_t one = 1;
	ssize_t n;

	do
		n = write(fd, &one, sizeof(one));
	while (n < 0 && errno == EINTR);
}

void control_forget(int fd)
{
	uint64_t count;

	while (read(fd, &count, sizeof(count)) < 0 && errno == EINTR)
		;
}

void control_done(struct control *control)
{
	bool is_left_behind = control_is_left_behind(control);

	if (control->is_threaded && !atomic_load(&control->is_joined) && !is_left_behind) {
		atomic_store(&control->wants_stop, true);
		control_wake(control->request_fd);
		(void)pthread_join(control->thread, NULL);
	}
	if (control->request_fd >= 0)
		(void)close(control->request_fd);
	if (control->ended_fd >= 0)
		(void)close(control->ended_fd);
	/* Whoever held or awaited these is not here to let go. */
	if (is_left_behind)
		return;
	(void)pthread_cond_destroy(&control->changed);
	(void)pthread_mutex_destroy(&control->lock);
}

bool control_is_driven_by_another(const struct control *control)
{
	return control->is_threaded && !atomic_load(&control->is_joined) &&
	       !pthread_equal(control->thread, pthread_self());
}

bool control_is_left_behind(const struct control *control)
{
	return control->is_threaded && !atomic_load(&control->is_joined) &&
	       control->owner != getpid();
}
