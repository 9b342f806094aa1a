/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where /proc and /sys are, and how their files are opened and read. */
#ifndef DENET_PROCFS_PROCFS_H
#define DENET_PROCFS_PROCFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct procfs {
	const char *proc; /* borrowed */
	const char *sys; /* borrowed */
	bool is_of_others; /* it is known to show another pid namespace: of no process it tells */
};

/* This machine's, or with another root of /proc, which is borrowed; NULL is the usual one. */
void procfs_init(struct procfs *procfs, const char *proc_root);

/* The usual one, for what no caller has handed a root to. */
const struct procfs *procfs_host(void);

/* Opens root/name for reading; returns the descriptor. */
int procfs_open(const char *root, const char *name);

/* False for a /proc of another pid namespace: under the pids that we know it has other processes. */
bool procfs_knows_us(const struct procfs *procfs);

/* Opens a file of one process; -ESRCH when there is no such process. */
int procfs_open_pid(const struct procfs *procfs, pid_t pid, const char *name);

/* The path of a file of one process. -ENAMETOOLONG; -EXDEV in a /proc that does not know us. */
int procfs_path_pid(const struct procfs *procfs, pid_t pid, const char *name, size_t size,
		    char *ret_path);

/*
 * Reads from the file's beginning until its end, or until size is reached; adds no NUL. A file
 * that is larger is cut without an error: *ret_len == size then.
 */
int procfs_read(int fd, size_t size, char *ret_text, size_t *ret_len);

/* The same for a file that is read once. */
int procfs_read_file(const char *root, const char *name, size_t size, char *ret_text,
		     size_t *ret_len);

/* The whole file, NUL-terminated, to be freed by the caller. -EFBIG above max bytes. */
int procfs_load(const char *root, const char *name, size_t max, char **ret_text, size_t *ret_len);

#endif
