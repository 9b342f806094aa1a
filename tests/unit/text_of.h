/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a command under test wrote, and what /proc says of it. */
#ifndef DENET_TESTS_TEXT_OF_H
#define DENET_TESTS_TEXT_OF_H

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/types.h>
#include <unistd.h>

#include <cmocka.h>

#define TEXT_MAX 8192

static inline void make_pipe(int *ret_fds)
{
	assert_int_equal(pipe2(ret_fds, O_CLOEXEC), 0);
}

static inline void read_to_end(int fd, char *ret_text)
{
	size_t len = 0;
	ssize_t n;

	while ((n = read(fd, ret_text + len, TEXT_MAX - 1 - len)) > 0)
		len += (size_t)n;
	assert_int_equal(n, 0);
	ret_text[len] = 0;
	assert_int_equal(close(fd), 0);
}

static inline void read_path(const char *path, char *ret_text)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	read_to_end(fd, ret_text);
}

static inline void read_proc(pid_t pid, const char *name, char *ret_text)
{
	char path[64];

	(void)snprintf(path, sizeof(path), "/proc/%d/%s", (int)pid, name);
	read_path(path, ret_text);
}

#endif
