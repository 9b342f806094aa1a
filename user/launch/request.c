/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "launch/request.h"

#include <errno.h>
#include <string.h>

#include "launch/launch.h"
#include "launch/setup.h"
#include "util/error.h"
#include "util/sized.h"

void denet_launch_init(struct denet_launch *launch)
{
	static const struct denet_launch as_the_caller = {
		.size = sizeof(as_the_caller),
		.stdin_fd = -1,
		.stdout_fd = -1,
		.stderr_fd = -1,
	};

	sized_give(launch, &as_the_caller, sizeof(as_the_caller));
}

int request_take(const struct denet_launch *launch, struct denet_launch *ret_launch,
		 struct denet_error *error)
{
	int r = 0;

	ret_launch->size = sizeof(*ret_launch);
	denet_launch_init(ret_launch);
	if (launch)
		r = sized_take(ret_launch, sizeof(*ret_launch), launch);
	if (r == -E2BIG)
		return error_set(error, r, SIZED_YOUNGER_CALLER);
	if (r)
		return error_set(error, r, "a command without size");
	if (!ret_launch->argv || !ret_launch->argv[0])
		return error_set(error, -EINVAL, "no command");
	return 0;
}

int request_hold(const struct denet_launch *launch, struct launch *ret_held,
		 struct denet_error *error)
{
	const struct setup setup = {
		.fds = { launch->stdin_fd, launch->stdout_fd, launch->stderr_fd },
		.cwd = launch->cwd,
		.new_session = launch->new_session,
	};
	const struct launch_changes changes = {
		.setup = &setup,
		.mask = launch->mask,
		.ignored = launch->ignored,
		.defaulted = launch->defaulted,
		.user = launch->user,
		.environment = launch->environment,
	};
	int r = launch_hold(launch->argv, &changes, ret_held);

	if (r)
		return error_set(error, r, "cannot fork: %s", strerror(-r));
	if (launch->user)
		r = launch_await_user(ret_held);
	if (!r)
		return 0;
	launch_cancel(ret_held);
	return error_set(error, r, "cannot become user %u: %s", (unsigned int)launch->user->uid,
			 strerror(-r));
}

int request_release(struct launch *held, const struct denet_launch *launch,
		    struct denet_error *error)
{
	const char *name = launch->argv[0];
	int exec_errno = 0, r;

	r = launch_release(held, &exec_errno);
	if (r)
		return error_set(error, r, "cannot start '%s': %s", name, strerror(-r));
	if (!exec_errno)
		return 0;
	if (exec_errno == -EBADF)
		return error_set(error, exec_errno, "cannot start '%s': bad file descriptor", name);
	if (exec_errno < 0)
		return error_set(error, exec_errno, "cannot enter '%s': %s", launch->cwd,
				 strerror(-exec_errno));
	if (error)
		error->exec_errno = exec_errno;
	return error_set(error, -exec_errno, "cannot execute '%s': %s", name, strerror(exec_errno));
}
