/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* All living processes, by /proc: one walk over it. */
#ifndef DENET_HOST_TASKS_H
#define DENET_HOST_TASKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "procfs/process.h"
#include "util/names.h"

struct procfs;

#define TASKS_UID_UNKNOWN UINT32_MAX

/* What is asked for beside the first file of each, as it costs as much again. */
enum { TASKS_WITH_UID = 1, TASKS_WITH_EXE = 2 };

struct task {
	pid_t pid;
	uint64_t start_boot_ns; /* with the pid it tells a process from a later one */
	uint64_t cpu_time_ns; /* in ticks; also of its ended threads */
	uint64_t rss_bytes; /* about */
	uint64_t vms_bytes;
	uint64_t threads;
	uint32_t uid; /* or TASKS_UID_UNKNOWN */
	const char *exe; /* borrowed from the tasks; NULL where it is not known */
	char comm[PROCESS_COMM_LEN];
};

/* As process_read_exe(), with the rights of another. */
typedef int (*tasks_exe_fn)(void *context, pid_t pid, size_t size, char *ret_path);

/* All zeros is an empty one. */
struct tasks {
	tasks_exe_fn read_exe; /* NULL: by ourselves */
	void *context; /* its, borrowed */
	struct task *items; /* owned, by pid */
	size_t count;
	uint64_t unreadable; /* that are there, and may not be looked at */
	struct names exes;
};

void tasks_done(struct tasks *tasks);

/* Those that go meanwhile, and those that have ended, are none. -ENOMEM, or why /proc cannot be read. */
int tasks_look(struct tasks *tasks, const struct procfs *procfs, unsigned int wants);

/* NULL when there is none. */
const struct task *tasks_find(const struct tasks *tasks, pid_t pid);

#endif
