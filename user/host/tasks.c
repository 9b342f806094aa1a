/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "host/tasks.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "procfs/numbered.h"
#include "procfs/procfs.h"
#include "procfs/status.h"
#include "util/array.h"
#include "util/cleanup.h"

void tasks_done(struct tasks *tasks)
{
	free(tasks->items);
	names_done(&tasks->exes);
	*tasks = (struct tasks){ .read_exe = tasks->read_exe, .context = tasks->context };
}

static bool has_gone(int r)
{
	return r == -ENOENT || r == -ESRCH;
}

static bool has_ended(const struct process_stat *stat)
{
	return stat->state == 'Z' || stat->state == 'X';
}

static int read_exe(struct tasks *tasks, const struct procfs *procfs, struct task *task)
{
	char path[PATH_MAX];

	int r = tasks->read_exe ? tasks->read_exe(tasks->context, task->pid, sizeof(path), path)
				: process_read_exe(procfs, task->pid, sizeof(path), path);

	if (r)
		return 0;
	task->exe = names_add(&tasks->exes, path, strlen(path));
	return task->exe ? 0 : -ENOMEM;
}

static int read_task(struct tasks *tasks, const struct procfs *procfs, pid_t pid,
		     unsigned int wants)
{
	struct task *task = &tasks->items[tasks->count];
	struct process_stat stat;
	int r = process_read_stat(procfs, pid, &stat);

	if (r) {
		tasks->unreadable += !has_gone(r);
		return r == -ENOMEM ? r : 0;
	}
	if (has_ended(&stat))
		return 0;
	*task = (struct task){
		.pid = pid,
		.start_boot_ns = stat.start_boot_ns,
		.cpu_time_ns = stat.cpu_user_ns + stat.cpu_system_ns,
		.rss_bytes = stat.rss_pages * (uint64_t)sysconf(_SC_PAGESIZE),
		.vms_bytes = stat.vms_bytes,
		.threads = stat.threads,
		.uid = TASKS_UID_UNKNOWN,
	};
	memcpy(task->comm, stat.comm, sizeof(task->comm));
	if (wants & TASKS_WITH_UID)
		(void)status_read_uid(procfs, pid, &task->uid, NULL);
	tasks->count++;
	return wants & TASKS_WITH_EXE ? read_exe(tasks, procfs, task) : 0;
}

int tasks_look(struct tasks *tasks, const struct procfs *procfs, unsigned int wants)
{
	AUTO_FREE uint32_t *pids = NULL;
	size_t count = 0;
	int r = numbered_list(procfs->proc, ".", "", &pids, &count);
	struct task *items =
		r ? NULL : array_resize(tasks->items, count + 1, sizeof(*tasks->items));

	if (r)
		return r;
	if (!items)
		return -ENOMEM;
	tasks->items = items;
	tasks->count = 0;
	tasks->unreadable = 0;
	names_done(&tasks->exes);
	for (size_t i = 0; i < count && !r; i++)
		r = read_task(tasks, procfs, (pid_t)pids[i], wants);
	return r;
}

static int by_pid(const void *a, const void *b)
{
	const struct task *task = b;
	pid_t pid = *(const pid_t *)a;

	return pid < task->pid ? -1 : pid > task->pid;
}

const struct task *tasks_find(const struct tasks *tasks, pid_t pid)
{
	if (!tasks->count)
		return NULL;
	return bsearch(&pid, tasks->items, tasks->count, sizeof(*tasks->items), by_pid);
}
