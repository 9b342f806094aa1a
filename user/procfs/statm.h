/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Memory of a process, read again and again through one descriptor. */
#ifndef DENET_PROCFS_STATM_H
#define DENET_PROCFS_STATM_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct procfs;

/* Returns the descriptor, which stays bound to this process: a later one of the same pid is not it. */
int statm_open(const struct procfs *procfs, pid_t pid);

/* 0 kB for a process that has ended and was not waited for; -ESRCH once it is gone. */
int statm_read(int fd, uint64_t *ret_rss_kb, uint64_t *ret_vms_kb);

/* -EBADMSG when the text is not that of a statm file. */
int statm_parse(const char *text, size_t len, uint64_t page_bytes, uint64_t *ret_rss_kb,
		uint64_t *ret_vms_kb);

#endif
