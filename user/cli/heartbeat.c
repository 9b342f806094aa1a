/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/heartbeat.h"

static bool is_as_before(const struct stat *before, const struct stat *now)
{
	return before->st_size == now->st_size && before->st_mtim.tv_sec == now->st_mtim.tv_sec &&
	       before->st_mtim.tv_nsec == now->st_mtim.tv_nsec;
}

/* True when something was written since the last look. */
static bool look(struct heartbeat *heartbeat)
{
	bool is_written = false;

	for (int i = 0; i < HEARTBEAT_STREAMS; i++) {
		struct stat now;

		if (heartbeat->fds[i] < 0 || fstat(heartbeat->fds[i], &now))
			continue;
		is_written |= !is_as_before(&heartbeat->seen[i], &now);
		heartbeat->seen[i] = now;
	}
	return is_written;
}

void heartbeat_start(struct heartbeat *heartbeat, uint64_t every_ns, int stdout_fd, int stderr_fd,
		     uint64_t now_mono_ns)
{
	*heartbeat = (struct heartbeat){
		.every_ns = every_ns,
		.fds = { stdout_fd, stderr_fd },
		.heard_mono_ns = now_mono_ns,
	};
	(void)look(heartbeat);
}

bool heartbeat_is_due(struct heartbeat *heartbeat, uint64_t now_mono_ns)
{
	if (!heartbeat->every_ns)
		return false;
	if (look(heartbeat))
		heartbeat->heard_mono_ns = now_mono_ns;
	return now_mono_ns - heartbeat->heard_mono_ns >= heartbeat->every_ns;
}

void heartbeat_spoken(struct heartbeat *heartbeat, uint64_t now_mono_ns)
{
	heartbeat->heard_mono_ns = now_mono_ns;
	(void)look(heartbeat);
}
