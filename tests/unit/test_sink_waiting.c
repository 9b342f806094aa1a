/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Sinks whose reader does not read. */
#include "util/sink.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "denet/denet.h"
#include "denet/reader.h"
#include "sink_file.h"
#include "util/buf.h"
#include "util/cleanup.h"

static void add_line(struct sink *sink, const char *line)
{
	assert_int_equal(sink_add(sink, line, strlen(line)), 0);
	assert_int_equal(sink_flush(sink), 0);
}

static size_t read_all(int fd, struct buf *ret_text)
{
	char part[1000];
	ssize_t n;

	while ((n = read(fd, part, sizeof(part))) > 0)
		buf_append(ret_text, part, (size_t)n);
	return ret_text->len;
}

/* Neither does the flush wait nor is the description of the others made non-blocking. */
static void a_reader_that_does_not_read_keeps_nobody_waiting(void **state)
{
	AUTO(sink) struct sink *sink = NULL;
	AUTO(buf) struct buf text = { 0 };
	AUTO_FREE char *big = calloc(1, BIG);
	int ends[2];

	(void)state;
	assert_non_null(big);
	memset(big, 'x', BIG);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[0], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(sink_new(ends[1], SINK_LINES, &sink), 0);
	sink_never_wait(sink, 2 * BIG);
	assert_false(fcntl(ends[1], F_GETFL) & O_NONBLOCK);
	assert_int_equal(sink_add(sink, "first", 5), 0);
	assert_int_equal(sink_flush(sink), 0);
	assert_false(sink_is_waiting(sink));
	for (int i = 0; i < 6; i++)
		assert_int_equal(sink_add_as(sink, BACKLOG_SAMPLE, big, BIG), 0);
	assert_int_equal(sink_add(sink, "last", 4), 0);
	assert_int_equal(sink_finish(sink), 0);
	assert_true(sink_is_waiting(sink));
	while (sink_is_waiting(sink)) {
		(void)read_all(ends[0], &text);
		assert_int_equal(sink_flush(sink), 0);
	}
	(void)read_all(ends[0], &text);
	assert_int_equal(text.len, 6 + (6 - sink_lost(sink)) * (BIG + 1) + 5);
	assert_int_equal(sink_lost(sink), 3);
	assert_memory_equal(text.data, "first\nxxx", 9);
	assert_memory_equal(text.data + text.len - 8, "xx\nlast\n", 8);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* Opens the reading end of a FIFO with a packed name, and a sink that writes there. */
static int open_packed_fifo(char name[80], struct sink **ret_sink)
{
	int fd;

	(void)snprintf(name, 80, "%s.gz", path);
	assert_int_equal(mkfifo(name, 0600), 0);
	fd = open(name, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(sink_open(name, SINK_LINES, ret_sink), 0);
	return fd;
}

/* Numbers that are not easily packed. */
static void add_samples(struct sink *sink, int count)
{
	char line[200];

	for (int i = 0; i < count; i++) {
		int len = snprintf(line, sizeof(line), "{\"kind\":\"tree\",\"x\":[");

		for (int k = 0; k < 8; k++)
			len += snprintf(line + len, sizeof(line) - (size_t)len, "%ld,", random());
		len += snprintf(line + len, sizeof(line) - (size_t)len, "%d]}", i);
		assert_int_equal(sink_add_as(sink, BACKLOG_SAMPLE, line, (size_t)len), 0);
		assert_int_equal(sink_flush(sink), 0);
	}
}

static size_t count_lines(const char *name)
{
	struct denet_reader *reader = NULL;
	const char *text;
	size_t count = 0, len;

	assert_int_equal(denet_reader_open(name, &reader, NULL), 0);
	while (denet_reader_next(reader, &text, &len) > 0)
		count++;
	assert_int_equal(denet_reader_skipped(reader), 0);
	denet_reader_close(reader);
	return count;
}

/* The same where it is packed: what is lost is lost before, so that the rest can be unpacked. */
static void nor_does_a_reader_of_packed_records(void **state)
{
	AUTO(sink) struct sink *sink = NULL;
	AUTO(buf) struct buf text = { 0 };
	char name[80];
	int fd = open_packed_fifo(name, &sink);
	FILE *file;

	(void)state;
	sink_never_wait(sink, 50000);
	add_line(sink, "{\"kind\":\"metadata\"}");
	add_samples(sink, 5000);
	assert_int_equal(sink_add(sink, "{\"kind\":\"summary\"}", 18), 0);
	assert_int_equal(sink_finish(sink), 0);
	assert_true(sink_is_waiting(sink));
	assert_in_range(sink_lost(sink), 1, 4999);
	while (sink_is_waiting(sink)) {
		(void)read_all(fd, &text);
		assert_int_equal(sink_flush(sink), 0);
	}
	(void)read_all(fd, &text);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text.data, 1, text.len, file), text.len);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(count_lines(path), 1 + 5000 - sink_lost(sink) + 1);
	assert_int_equal(close(fd) | unlink(name), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_reader_that_does_not_read_keeps_nobody_waiting),
		cmocka_unit_test_setup_teardown(nor_does_a_reader_of_packed_records, make_path,
						remove_path),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
