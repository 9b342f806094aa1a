/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/process.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/clock.h"
#include "util/parse.h"

#define STAT_BYTES 2048
#define NS_PER_S 1000000000ull
/* Fields between the parent's pid (4) and the start time (22). */
#define FIELDS_BETWEEN 17

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

int process_parse_stat(const char *text, size_t len, uint64_t ticks_per_s,
		       struct process_stat *ret_stat)
{
	struct parse_span span = { text, len };
	struct parse_span word;
	struct process_stat stat = { 0 };
	uint64_t ppid;
	uint64_t ticks;

	if (!take_comm(&span, stat.comm) || !parse_take_word(&span, &word) || word.len != 1 ||
	    !parse_take_u64(&span, &ppid) || ppid > INT_MAX)
		return -EBADMSG;

	for (int i = 0; i < FIELDS_BETWEEN; i++) {
		struct parse_span ignored; /* some are negative */

		if (!parse_take_word(&span, &ignored))
			return -EBADMSG;
	}
	if (!parse_take_u64(&span, &ticks) || ticks / ticks_per_s >= UINT64_MAX / NS_PER_S)
		return -EBADMSG;

	stat.state = *word.at;
	stat.ppid = (pid_t)ppid;
	stat.start_boot_ns = ticks_to_ns(ticks, ticks_per_s);
	*ret_stat = stat;
	return 0;
}

int process_read_stat(const struct procfs *procfs, pid_t pid, struct process_stat *ret_stat)
{
	AUTO_FD int fd = procfs_open_pid(procfs, pid, "stat");
	char text[STAT_BYTES];
	size_t len = 0;
	int err;

	if (fd < 0)
		return fd;

	err = procfs_read(fd, sizeof(text), text, &len);
	return err ? err : process_parse_stat(text, len, clock_ticks_per_s(), ret_stat);
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

int process_read_exe(const struct procfs *procfs, pid_t pid, size_t size, char *ret_path)
{
	char link[PATH_MAX];
	ssize_t len = procfs_path_pid(procfs, pid, "exe", sizeof(link), link);

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
