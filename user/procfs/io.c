/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/io.h"

#include <errno.h>
#include <stdio.h>

#include "procfs/procfs.h"
#include "util/cleanup.h"
#include "util/parse.h"

/* Seven lines of a name and a number. */
#define IO_BYTES 512

int io_open(const struct procfs *procfs, pid_t pid)
{
	return procfs_open_pid(procfs, pid, "io");
}

static bool take_value(struct parse_span *line, const char *key, uint64_t *ret_value)
{
	return parse_take_literal(line, key) && parse_take_u64(line, ret_value);
}

int io_parse(const char *text, size_t len, struct io_counts *ret_counts)
{
	struct parse_span span = { text, len }, line;
	struct io_counts counts = { 0 };
	int found = 0;

	while (parse_take_line(&span, &line)) {
		found += take_value(&line, "rchar:", &counts.syscall_read_bytes);
		found += take_value(&line, "wchar:", &counts.syscall_write_bytes);
		found += take_value(&line, "read_bytes:", &counts.disk_read_bytes);
		found += take_value(&line, "write_bytes:", &counts.disk_write_bytes);
		found += take_value(&line,
				    "cancelled_write_bytes:", &counts.disk_write_cancelled_bytes);
		found += take_value(&line, "syscr:", &counts.syscall_read_count);
		found += take_value(&line, "syscw:", &counts.syscall_write_count);
	}
	if (found != 7)
		return -EBADMSG;
	*ret_counts = counts;
	return 0;
}

int io_read(int fd, struct io_counts *ret_counts)
{
	char text[IO_BYTES];
	size_t len = 0;
	int r = procfs_read(fd, sizeof(text), text, &len);

	return r ? r : io_parse(text, len, ret_counts);
}

int io_read_process(const struct procfs *procfs, pid_t pid, struct io_counts *ret_counts)
{
	AUTO_FD int fd = io_open(procfs, pid);

	return fd < 0 ? fd : io_read(fd, ret_counts);
}

int io_read_thread(const struct procfs *procfs, pid_t pid, pid_t tid, struct io_counts *ret_counts)
{
	AUTO_FD int fd = -1;
	char name[32];

	(void)snprintf(name, sizeof(name), "task/%d/io", (int)tid);
	fd = procfs_open_pid(procfs, pid, name);
	return fd < 0 ? fd : io_read(fd, ret_counts);
}
