/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/io.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"

static const char whole[] = "rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\n"
			    "write_bytes: 6\ncancelled_write_bytes: 7\n";

static void io_takes_all_seven(void **state)
{
	struct io_counts io;

	(void)state;
	assert_int_equal(io_parse(whole, strlen(whole), &io), 0);
	assert_int_equal(io.syscall_read_bytes, 1);
	assert_int_equal(io.syscall_write_bytes, 2);
	assert_int_equal(io.disk_read_bytes, 5);
	assert_int_equal(io.disk_write_bytes, 6);
	assert_int_equal(io.disk_write_cancelled_bytes, 7);
	assert_int_equal(io.syscall_read_count, 3);
	assert_int_equal(io.syscall_write_count, 4);
}

static void io_refuses_what_is_cut_or_wrong(void **state)
{
	static const char *const bad[] = {
		"",
		"rchar: 1\nwchar: 2\n",
		"rchar: 1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n",
		"rchar: -1\nwchar: 2\nsyscr: 3\nsyscw: 4\nread_bytes: 5\nwrite_bytes: 6\n"
		"cancelled_write_bytes: 7\n",
		"rchar: 1\nwchar: 99999999999999999999\nsyscr: 3\nsyscw: 4\nread_bytes: 5\n"
		"write_bytes: 6\ncancelled_write_bytes: 7\n",
	};
	struct io_counts io;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(io_parse(bad[i], strlen(bad[i]), &io), -EBADMSG);
}

static void io_of_this_process_grows_by_what_it_writes(void **state)
{
	struct io_counts before, after, thread;
	char text[1000] = "";
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);

	(void)state;
	assert_int_equal(io_read_process(procfs_host(), getpid(), &before), 0);
	assert_int_equal(write(fd, text, sizeof(text)), sizeof(text));
	(void)close(fd);
	fd = io_open(procfs_host(), getpid());
	assert_true(fd >= 0);
	assert_int_equal(io_read(fd, &after), 0);
	(void)close(fd);
	assert_int_equal(after.syscall_write_bytes - before.syscall_write_bytes, sizeof(text));
	assert_int_equal(io_read_thread(procfs_host(), getpid(), getpid(), &thread), 0);
	assert_true(thread.syscall_write_bytes >= sizeof(text));
	assert_true(io_read_process(procfs_host(), 0x7fffffff, &after) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(io_takes_all_seven),
		cmocka_unit_test(io_refuses_what_is_cut_or_wrong),
		cmocka_unit_test(io_of_this_process_grows_by_what_it_writes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
