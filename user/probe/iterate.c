/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/probe_internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "util/cleanup.h"

/* Brings this CPU's run-queue clock up to date, from which the programs estimate running slices. */
static void refresh_rq_clock(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
}

static int hand_over(struct probe *probe, size_t bytes, source_task_fn on_task, void *context)
{
	const struct task_sample *task = (const void *)probe->tasks;
	size_t count = bytes / sizeof(*task), i;
	int r;

	for (i = 0; i < count; i++) {
		r = on_task(context, &task[i]);
		if (r)
			return r;
	}
	return 0;
}

/* Tasks are skipped silently; after a million of them the kernel gives EAGAIN and goes on. */
int probe_iterate(struct probe *probe, enum tree_program program, source_task_fn on_task,
		  void *context)
{
	AUTO_FD int fd = -1;
	size_t kept = 0, rest;
	ssize_t n;
	int r;

	fd = bpf_iter_create(probe->tree.link_fds[program]);
	if (fd < 0)
		return -errno;
	refresh_rq_clock();
	for (;;) {
		n = read(fd, probe->tasks + kept, sizeof(probe->tasks) - kept);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue;
		if (n <= 0)
			return n ? -errno : 0;
		kept += (size_t)n;
		r = hand_over(probe, kept, on_task, context);
		if (r)
			return r;
		/* Where pages are large the kernel's buffer is longer than ours and is cut. */
		rest = kept % sizeof(struct task_sample);
		memmove(probe->tasks, probe->tasks + kept - rest, rest);
		kept = rest;
	}
}
