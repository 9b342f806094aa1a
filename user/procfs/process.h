/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who a process is: for those that lived before anybody watched. */
#ifndef DENET_PROCFS_PROCESS_H
#define DENET_PROCFS_PROCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct procfs;

#define PROCESS_COMM_LEN 16

struct process_stat {
	uint64_t start_boot_ns; /* cut to the ticks of /proc, a hundredth of a second */
	pid_t ppid;
	char state; /* 'Z' when it has ended and was not waited for */
	char comm[PROCESS_COMM_LEN]; /* any bytes, NUL-terminated */

	/* What follows is 0 on kernels that do not have it. */
	uint64_t page_faults_cached;
	uint64_t page_faults_disk;
	uint64_t cpu_user_ns; /* in ticks of /proc, as the next three */
	uint64_t cpu_system_ns;
	uint64_t reaped_faults_cached; /* of children that were waited for, and theirs */
	uint64_t reaped_faults_disk;
	uint64_t reaped_user_ns;
	uint64_t reaped_system_ns;
	uint64_t threads;
	uint64_t vms_bytes;
	uint64_t rss_pages; /* about: the kernel adds it up in batches */
	uint64_t stack_start; /* 0 without the right to look, as the next two */
	uint64_t args_start;
	uint32_t exit_status; /* of a zombie, as wait() gives it */
	uint32_t cpu;
	bool is_exiting;
};

int process_read_stat(const struct procfs *procfs, pid_t pid, struct process_stat *ret_stat);

/* The same of one of its threads alone. */
int process_read_thread_stat(const struct procfs *procfs, pid_t pid, pid_t tid,
			     struct process_stat *ret_stat);

/* -EBADMSG when the text is not that of a stat file. */
int process_parse_stat(const char *text, size_t len, uint64_t ticks_per_s,
		       struct process_stat *ret_stat);

/*
 * The arguments as the process has them now, each ended by NUL. At most size bytes, the last of
 * them NUL; *ret_is_truncated when there was more. Length 0 for kernel threads and zombies.
 */
int process_read_cmdline(const struct procfs *procfs, pid_t pid, size_t size, char *ret_args,
			 size_t *ret_len, bool *ret_is_truncated);

/* NUL-terminated, with " (deleted)" as the kernel has it. -ENOENT for kernel threads. */
int process_read_exe(const struct procfs *procfs, pid_t pid, size_t size, char *ret_path);

/* The same of the folder that it is in. */
int process_read_cwd(const struct procfs *procfs, pid_t pid, size_t size, char *ret_path);

#endif
