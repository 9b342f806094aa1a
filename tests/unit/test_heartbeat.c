/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/heartbeat.h"

#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "output/heartbeat_view.h"
#include "util/cleanup.h"

#define S UINT64_C(1000000000)

static int64_t mtime_of(int fd)
{
	struct stat info;

	assert_int_equal(fstat(fd, &info), 0);
	return info.st_mtim.tv_sec * (int64_t)S + info.st_mtim.tv_nsec;
}

/* The kernel's time has ticks: a byte in the same one as the last look is not seen. */
static void write_visibly(int fd)
{
	int64_t before = mtime_of(fd);

	while (mtime_of(fd) == before) {
		char byte;

		assert_int_equal(write(fd, "x", 1), 1);
		assert_true(read(fd, &byte, 1) >= 0); /* so that a pipe never fills */
	}
}

static void assert_silence_is_told(int fd, int other_fd)
{
	struct heartbeat heartbeat;

	heartbeat_start(&heartbeat, 60 * S, fd, other_fd, 1000 * S);
	assert_false(heartbeat_is_due(&heartbeat, 1059 * S));
	assert_true(heartbeat_is_due(&heartbeat, 1060 * S));
	write_visibly(fd); /* our own line */
	heartbeat_spoken(&heartbeat, 1060 * S);
	assert_false(heartbeat_is_due(&heartbeat, 1119 * S));
	write_visibly(fd); /* the command's */
	assert_false(heartbeat_is_due(&heartbeat, 1120 * S));
	assert_false(heartbeat_is_due(&heartbeat, 1179 * S));
	assert_true(heartbeat_is_due(&heartbeat, 1180 * S));
}

static void a_named_pipe_tells_that_it_was_written_to(void **state)
{
	char folder[] = "/tmp/denet-heartbeat-XXXXXX";
	char path[64];
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/pipe", folder);
	assert_int_equal(mkfifo(path, 0600), 0);
	fd = open(path, O_RDWR | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_silence_is_told(fd, -1);
	assert_int_equal(close(fd), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(rmdir(folder), 0);
}

static void a_file_tells_it_too(void **state)
{
	char path[] = "/tmp/denet-heartbeat-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_silence_is_told(fd, fd);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(close(fd), 0);
}

static void without_a_time_it_is_never_due(void **state)
{
	struct heartbeat heartbeat;

	(void)state;
	heartbeat_start(&heartbeat, 0, -1, -1, 0);
	assert_false(heartbeat_is_due(&heartbeat, UINT64_MAX));
	heartbeat_start(&heartbeat, 1, -1, 9999, 0);
	assert_true(heartbeat_is_due(&heartbeat, 1));
}

static struct denet_sample sample_of(double cpu_usage)
{
	struct denet_sample sample = { .cpu_usage = cpu_usage, .mem_rss_kb = 812 * 1024 };

	sample.used.cpu_time_ns = 412 * S;
	return sample;
}

static void the_line_says_who_uses_most(void **state)
{
	const struct denet_child children[] = {
		{ .pid = 7, .comm = "sh", .sample = sample_of((double)NAN) },
		{ .pid = 9, .comm = "cc1\033\xff", .sample = sample_of(98.6) },
		{ .pid = 8, .comm = "ld", .sample = sample_of(2) },
	};
	struct denet_tree tree = {
		.ts_ms = 1700000000000,
		.parent = sample_of(1),
		.aggregated = sample_of(341),
		.children = children,
		.children_count = 3,
		.process_count = 19,
	};
	AUTO(buf) struct buf line = { 0 };

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	heartbeat_view_append(&line, &tree, false, 180000);
	assert_string_equal(buf_text(&line),
			    "22:13:20 running for 3 min 00 s: 19 processes, memory 812 MiB, "
			    "cpu 6 min 52 s, now 341%, most of it cc1??[9] 99%");
	buf_reset(&line);
	tree.parent = sample_of((double)NAN);
	tree.parent.mem_rss_kb = tree.parent.used.cpu_time_ns = DENET_UNKNOWN;
	heartbeat_view_append(&line, &tree, true, 1000);
	assert_string_equal(buf_text(&line), "22:13:20 running for 1.00 s");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_named_pipe_tells_that_it_was_written_to),
		cmocka_unit_test(a_file_tells_it_too),
		cmocka_unit_test(without_a_time_it_is_never_due),
		cmocka_unit_test(the_line_says_who_uses_most),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
