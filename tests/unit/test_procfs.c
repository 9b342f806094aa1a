/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/procfs.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "util/cleanup.h"

/* An open() that waits is ended by this. */
#define LIMIT_S 60

static char folder[] = "/tmp/denet-procfs.XXXXXX";

static const char *path_of(const char *name)
{
	static char path[128];

	assert_true(snprintf(path, sizeof(path), "%s/%s", folder, name) < (int)sizeof(path));
	return path;
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) && !mkdir(path_of("7"), 0700) && !mkfifo(path_of("7/stat"), 0600) &&
			       !mkfifo(path_of("fifo"), 0600)
		       ? 0
		       : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	(void)unlink(path_of("7/stat"));
	(void)rmdir(path_of("7"));
	(void)unlink(path_of("fifo"));
	(void)unlink(path_of("file"));
	return rmdir(folder);
}

static void what_is_no_file_is_refused_at_once(void **state)
{
	const struct procfs procfs = { .proc = folder, .sys = folder };
	char text[16];
	size_t len;

	(void)state;
	(void)alarm(LIMIT_S);
	assert_int_equal(procfs_open(folder, "fifo"), -EIO);
	assert_int_equal(procfs_open(folder, "7"), -EIO);
	assert_int_equal(procfs_read_file(folder, "fifo", sizeof(text), text, &len), -EIO);
	assert_int_equal(procfs_open_pid(&procfs, 7, "stat"), -EIO);
	(void)alarm(0);
}

static void files_are_read_to_their_end(void **state)
{
	AUTO_FD int fd = open(path_of("file"), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	char text[16];
	size_t len;

	(void)state;
	assert_int_equal(write(fd, "text\n", 5), 5);
	assert_int_equal(procfs_read_file(folder, "file", sizeof(text), text, &len), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(text, "text\n", 5);
	assert_int_equal(procfs_open(folder, "none"), -ENOENT);
	assert_int_equal(procfs_open_pid(procfs_host(), getpid(), "none"), -ESRCH);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_file_is_refused_at_once),
		cmocka_unit_test(files_are_read_to_their_end),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
