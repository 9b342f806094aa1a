/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Bytes that a process or a thread has read and written. */
#ifndef DENET_PROCFS_IO_H
#define DENET_PROCFS_IO_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct procfs;

struct io_counts {
	uint64_t syscall_read_bytes; /* what read() and the like returned, cached or not */
	uint64_t syscall_write_bytes;
	uint64_t disk_read_bytes; /* what went to storage */
	uint64_t disk_write_bytes;
	uint64_t disk_write_cancelled_bytes;
	uint64_t syscall_read_count;
	uint64_t syscall_write_count;
};

/* Returns the descriptor, by which a zombie can still be read. -EACCES without rights. */
int io_open(const struct procfs *procfs, pid_t pid);

int io_read(int fd, struct io_counts *ret_counts);

/* Of a process with all that it has waited for, and theirs. */
int io_read_process(const struct procfs *procfs, pid_t pid, struct io_counts *ret_counts);

/* Of one thread alone. */
int io_read_thread(const struct procfs *procfs, pid_t pid, pid_t tid, struct io_counts *ret_counts);

/* -EBADMSG when the text is not that of an io file. */
int io_parse(const char *text, size_t len, struct io_counts *ret_counts);

#endif
