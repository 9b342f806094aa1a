/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Single facts from /proc/PID/status. */
#ifndef DENET_PROCFS_STATUS_H
#define DENET_PROCFS_STATUS_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct procfs;

/* High-water mark of resident memory. -ENODATA without an address space: kernel threads, zombies. */
int status_read_peak_rss(const struct procfs *procfs, pid_t pid, uint64_t *ret_kb);

/* The caller's own. */
int status_read_own_peak_rss(const struct procfs *procfs, uint64_t *ret_kb);

/* The process that a thread id belongs to; a process's own pid is its own. */
int status_read_tgid(const struct procfs *procfs, pid_t tid, pid_t *ret_pid);

/* Context switches of the main thread. */
int status_read_switches(const struct procfs *procfs, pid_t pid, uint64_t *ret_voluntary,
			 uint64_t *ret_involuntary);

/*
 * The real user id; and, unless NULL, whether it may become another without an exec: by a capability,
 * in whatever user namespace, or because the effective and the saved ones differ from it.
 */
int status_read_uid(const struct procfs *procfs, pid_t pid, uint32_t *ret_uid,
		    bool *ret_may_change);

#endif
