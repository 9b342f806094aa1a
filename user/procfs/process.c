/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/process.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"
#include "util/units.h"

#define STAT_BYTES 2048
/* The last field that is read, by its number in proc(5). */
#define FIELD_LAST 52
#define FIELD_START 22
#define FLAG_EXITING 4u /* the kernel's PF_EXITING */

/* The name may hold spaces and parentheses, so that only the last one ends it. */
static bool take_comm(struct parse_span *span, char ret_comm[PROCESS_COMM_LEN])
{
	const char *open = memchr(span->at, '(', span->len);
	const char *close = memrchr(span->at, ')', span->len);
	size_t len;

	if (!open || !close || close < open)
		return false;

	len = (size_t)(close - open) - 1;
	if (len > PROCESS_COMM_LEN - 1)
		len = PROCESS_COMM_LEN - 1;
	memcpy(ret_comm, open + 1, len);
	memset(ret_comm + len, 0, PROCESS_COMM_LEN - len);

	span->len -= (size_t)(close + 1 - span->at);
	span->at = close + 1;
	return true;
}

static uint64_t ticks_to_ns(uint64_t ticks, uint64_t ticks_per_s)
{
	return ticks / ticks_per_s * NS_PER_S + ticks % ticks_per_s * NS_PER_S / ticks_per_s;
}

/* The value of one field; some are negative, and are 0 then. */
static uint64_t number_of(struct parse_span word)
{
	uint64_t value;

	return parse_take_u64(&word, &value) ? value : 0;
}

/* All that comes after the name, by number; the first is the state, field 3. Returns how many. */
static size_t split_fields(struct parse_span *span, struct parse_span fields[FIELD_LAST + 1])
{
	size_t at = 3;

	while (at <= FIELD_LAST && parse_take_word(span, &fields[at]))
		at++;
	return at;
}

static void take_figures(const struct parse_span fields[FIELD_LAST + 1], uint64_t ticks_per_s,
			 struct process_stat *stat)
{
	stat->is_exiting = number_of(fields[9]) & FLAG_EXITING;
	stat->page_faults_cached = number_of(fields[10]);
	stat->reaped_faults_cached = number_of(fields[11]);
	stat->page_faults_disk = number_of(fields[12]);
	stat->reaped_faults_disk = number_of(fields[13]);
	stat->cpu_user_ns = ticks_to_ns(number_of(fields[14]), ticks_per_s);
	stat->cpu_system_ns = ticks_to_ns(number_of(fields[15]), ticks_per_s);
	stat->reaped_user_ns = ticks_to_ns(number_of(fields[16]), ticks_per_s);
	stat->reaped_system_ns = ticks_to_ns(number_of(fields[17]), ticks_per_s);
	stat->threads = number_of(fields[20]);
	stat->vms_bytes = number_of(fields[23]);
	stat->rss_pages = number_of(fields[24]);
	stat->stack_start = number_of(fields[28]);
	stat->cpu = (uint32_t)number_of(fields[39]);
	stat->args_start = number_of(fields[48]);
	stat->exit_status = (uint32_t)number_of(fields[52]);
}

int process_parse_stat(const char *text, size_t len, uint64_t ticks_per_s,
		       struct process_stat *ret_stat)
{
	struct parse_span fields[FIELD_LAST + 1] = { 0 };
	struct parse_span span = { text, len };
	struct process_stat stat = { 0 };
	uint64_t ppid, ticks;

	if (!take_comm(&span, stat.comm) || split_fields(&span, fields) <= FIELD_START)
		return -EBADMSG;
	if (fields[3].len != 1 || !parse_take_u64(&fields[4], &ppid) || ppid > INT_MAX ||
	    !parse_take_u64(&fields[FIELD_START], &ticks) ||
	    ticks / ticks_per_s >= UINT64_MAX / NS_PER_S)
		return -EBADMSG;
	stat.state = *fields[3].at;
	stat.ppid = (pid_t)ppid;
	stat.start_boot_ns = ticks_to_ns(ticks, ticks_per_s);
	take_figures(fields, ticks_per_s, &stat);
	*ret_stat = stat;
	return 0;
}

static int read_stat(const struct procfs *procfs, pid_t pid, const char *file,
		     struct process_stat *ret_stat)
{
	AUTO_FD int fd = procfs_open_pid(procfs, pid, file);
	char text[STAT_BYTES];
	size_t len = 0;
	int err;

	if (fd < 0)
		return fd;

	err = procfs_read(fd, sizeof(text), text, &len);
	return err ? err : process_parse_stat(text, len, clock_ticks_per_s(), ret_stat);
}

int process_read_stat(const struct procfs *procfs, pid_t pid, struct process_stat *ret_stat)
{
	return read_stat(procfs, pid, "stat", ret_stat);
}

int process_read_thread_stat(const struct procfs *procfs, pid_t pid, pid_t tid,
			     struct process_stat *ret_stat)
{
	char file[32];

	(void)snprintf(file, sizeof(file), "task/%d/stat", (int)tid);
	return read_stat(procfs, pid, file, ret_stat);
}

int process_read_cmdline(const struct procfs *procfs, pid_t pid, size_t size, char *ret_args,
			 size_t *ret_len, bool *ret_is_truncated)
{
	AUTO_FD int fd = procfs_open_pid(procfs, pid, "cmdline");
	bool is_truncated = false;
	size_t len = 0;
	int err;

	if (fd < 0)
		return fd;
	if (size == 0)
		return -EINVAL;

	err = procfs_read(fd, size, ret_args, &len);
	if (err)
		return err;

	/* A process that has overwritten its arguments may have left no NUL at the end. */
	if (len > 0 && ret_args[len - 1]) {
		is_truncated = len == size;
		len += !is_truncated;
		ret_args[len - 1] = '\0';
	} else if (len == size) {
		char next;

		is_truncated = pread(fd, &next, 1, (off_t)len) == 1;
	}

	*ret_len = len;
	*ret_is_truncated = is_truncated;
	return 0;
}

static int read_link(const struct procfs *procfs, pid_t pid, const char *name, size_t size,
		     char *ret_path)
{
	char link[PATH_MAX];
	ssize_t len = procfs_path_pid(procfs, pid, name, sizeof(link), link);

	if (len)
		return (int)len;

	len = readlink(link, ret_path, size);
	if (len < 0)
		return -errno;
	if ((size_t)len >= size)
		return -ENAMETOOLONG;

	ret_path[len] = '\0';
	return 0;
}

int process_read_exe(const struct procfs *procfs, pid_t pid, size_t size, char *ret_path)
{
	return read_link(procfs, pid, "exe", size, ret_path);
}

int process_read_cwd(const struct procfs *procfs, pid_t pid, size_t size, char *ret_path)
{
	return read_link(procfs, pid, "cwd", size, ret_path);
}
