/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/probe_internal.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "util/cleanup.h"
#include "util/clock.h"

static int hand_over(struct probe *probe, size_t bytes, source_task_fn on_task, void *context)
{
	const struct task_sample *task = (const void *)probe->tasks;
	size_t count = bytes / sizeof(*task), i;
	int r;

	probe->tasks_shown += count;
	for (i = 0; i < count; i++) {
		r = on_task(context, &task[i]);
		if (r)
			return r;
	}
	return 0;
}

/* Tasks are skipped silently; after a million of them the kernel gives EAGAIN and goes on. */
int probe_iterate_link(struct probe *probe, int link_fd, source_task_fn on_task, void *context)
{
	AUTO_FD int fd = -1;
	size_t kept = 0, rest;
	ssize_t n;
	int r;

	fd = bpf_iter_create(link_fd);
	if (fd < 0)
		return -errno;
	probe->tasks_shown = 0;
	/* From which the programs estimate running slices. */
	(void)clock_thread_cpu_ns();
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

int probe_iterate(struct probe *probe, enum tree_program program, source_task_fn on_task,
		  void *context)
{
	return probe_iterate_link(probe, probe->tree.link_fds[program], on_task, context);
}

int probe_link_one(const struct probe *probe, pid_t tid)
{
	union bpf_iter_link_info which = { .task.tid = (__u32)tid };
	LIBBPF_OPTS(bpf_link_create_opts, options, .iter_info = &which,
		    .iter_info_len = sizeof(which));

	return bpf_link_create(probe->tree.program_fds[TREE_SEED_TASKS], 0, BPF_TRACE_ITER,
			       &options);
}
