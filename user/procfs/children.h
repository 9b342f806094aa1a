/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who was started by whom, as lists of pids. */
#ifndef DENET_PROCFS_CHILDREN_H
#define DENET_PROCFS_CHILDREN_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "util/buf.h"

struct procfs;

/* Reused from call to call. All zeros is an empty list. */
struct pid_list {
	pid_t *pids; /* owned */
	size_t count;
	size_t room;
	struct buf text;
};

void children_done(struct pid_list *list);

/* The file of one thread's children; -ENOENT on kernels without it, and when the thread is gone. */
int children_open(const struct procfs *procfs, pid_t pid, pid_t tid);

/*
 * Appends the children, zombies included. A child that is reaped while the kernel writes the list
 * may hide a sibling: the next read shows it.
 */
int children_read(int fd, struct pid_list *list);

/* Appends those of one thread, or with tid 0 of all threads. */
int children_read_process(const struct procfs *procfs, pid_t pid, pid_t tid, struct pid_list *list);

/* Appends the threads of a process; with pid 0 all processes of the machine. */
int children_list_tasks(const struct procfs *procfs, pid_t pid, struct pid_list *list);

/* Between blanks or a line each; what is no number is skipped. -ENOMEM. */
int children_parse(const char *text, size_t len, struct pid_list *list);

#endif
