/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "denet/denet.h"
#include "sink_file.h"
#include "util/buf.h"
#include "util/cleanup.h"

static void assert_content(const char *expected)
{
	char content[256] = "";
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	(void)fread(content, 1, sizeof(content) - 1, file);
	assert_int_equal(fclose(file), 0);
	assert_string_equal(content, expected);
}

static struct sink *open_sink(enum sink_framing framing)
{
	struct sink *sink = NULL;

	assert_int_equal(sink_open(path, framing, &sink), 0);
	return sink;
}

static void records_come_as_lines(void **state)
{
	AUTO(sink) struct sink *sink = open_sink(SINK_LINES);

	(void)state;
	assert_int_equal(sink_add(sink, "{1}", 3), 0);
	assert_content("");
	assert_int_equal(sink_add(sink, "{2}", 3), 0);
	assert_int_equal(sink_flush(sink), 0);
	assert_content("{1}\n{2}\n");
	assert_int_equal(sink_finish(sink), 0);
	assert_content("{1}\n{2}\n");
}

static void an_array_is_opened_and_closed(void **state)
{
	AUTO(sink) struct sink *sink = open_sink(SINK_ARRAY);

	(void)state;
	assert_int_equal(sink_add(sink, "{1}", 3), 0);
	assert_int_equal(sink_flush(sink), 0);
	assert_content("[\n{1}");
	assert_int_equal(sink_add(sink, "{2}", 3), 0);
	assert_int_equal(sink_finish(sink), 0);
	assert_content("[\n{1},\n{2}\n]\n");
	assert_int_equal(sink_finish(sink), 0);
	assert_content("[\n{1},\n{2}\n]\n");
}

static void an_empty_array_is_whole(void **state)
{
	AUTO(sink) struct sink *sink = open_sink(SINK_ARRAY);

	(void)state;
	assert_int_equal(sink_finish(sink), 0);
	assert_content("[]\n");
}

static void raw_records_keep_their_bytes(void **state)
{
	AUTO(sink) struct sink *sink = open_sink(SINK_RAW);

	(void)state;
	assert_int_equal(sink_add(sink, "a,b\r\n", 5), 0);
	assert_int_equal(sink_finish(sink), 0);
	assert_content("a,b\r\n");
}

static void write_old(const char *text)
{
	FILE *file = fopen(path, "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Whoever is killed before the first record leaves nothing that could be taken for his. */
static void what_a_file_held_goes_when_it_is_opened(void **state)
{
	(void)state;
	write_old("of an older run");
	sink_free(open_sink(SINK_LINES));
	assert_content("");
}

static void add_line(struct sink *sink, const char *line)
{
	assert_int_equal(sink_add(sink, line, strlen(line)), 0);
	assert_int_equal(sink_flush(sink), 0);
}

/* Two runs with one file, and a log that is copied and shortened meanwhile. */
static void each_writes_at_the_end_of_the_file(void **state)
{
	AUTO(sink) struct sink *one = open_sink(SINK_LINES);
	AUTO(sink) struct sink *two = open_sink(SINK_LINES);

	(void)state;
	add_line(one, "{1}");
	add_line(two, "{2}");
	add_line(one, "{3}");
	assert_content("{1}\n{2}\n{3}\n");
	assert_int_equal(truncate(path, 0), 0);
	add_line(one, "{4}");
	add_line(two, "{5}");
	assert_content("{4}\n{5}\n");
}

/* By whatever name: what stands there stays, and what follows comes behind it. */
static void name_of_a_descriptor_is_that_descriptor(void **state)
{
	static const char *const folders[] = { "/dev/fd", "/proc/self/fd", "/proc/thread-self/fd",
					       "/proc/self/../self/fd" };
	char name[64], link[80];
	int fd;

	(void)state;
	(void)snprintf(link, sizeof(link), "%s.link", path);
	for (size_t i = 0; i < 2 * sizeof(folders) / sizeof(folders[0]); i++) {
		struct sink *sink = NULL;

		write_old("");
		fd = open(path, O_WRONLY | O_CLOEXEC);
		assert_true(fd >= 0);
		assert_int_equal(write(fd, "OLD\n", 4), 4);
		(void)snprintf(name, sizeof(name), "%s/%d", folders[i / 2], fd);
		if (i % 2)
			assert_int_equal(symlink(name, link), 0);
		assert_int_equal(sink_open(i % 2 ? link : name, SINK_LINES, &sink), 0);
		add_line(sink, "{1}");
		assert_int_equal(write(fd, "NEW\n", 4), 4);
		add_line(sink, "{2}");
		sink_free(sink);
		assert_content("OLD\n{1}\nNEW\n{2}\n");
		assert_int_equal(close(fd), 0);
		if (i % 2)
			assert_int_equal(unlink(link), 0);
	}
}

static void name_of_a_descriptor_that_cannot_be_written_to_is_refused(void **state)
{
	struct sink *sink = NULL;
	char name[64];
	int fd;

	(void)state;
	write_old("input");
	fd = open(path, O_RDONLY | O_CLOEXEC);
	(void)snprintf(name, sizeof(name), "/dev/fd/%d", fd);
	assert_int_equal(sink_open(name, SINK_LINES, &sink), -EBADF);
	assert_int_equal(close(fd), 0);
	assert_int_equal(sink_open(name, SINK_LINES, &sink), -EBADF);
	assert_content("input");
}

/* CMD >>log with -o log: the log is not emptied. */
static void file_that_stdout_is_is_stdout(void **state)
{
	struct sink *sink = NULL;
	int fd, before, r;

	(void)state;
	write_old("OLD\n");
	(void)fflush(stdout);
	before = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	fd = open(path, O_WRONLY | O_APPEND | O_CLOEXEC);
	assert_int_equal(dup2(fd, STDOUT_FILENO), STDOUT_FILENO);
	r = sink_open(path, SINK_LINES, &sink);
	assert_int_equal(dup2(before, STDOUT_FILENO), STDOUT_FILENO);
	assert_int_equal(r, 0);
	add_line(sink, "{1}");
	sink_free(sink);
	assert_content("OLD\n{1}\n");
	assert_int_equal(close(fd) | close(before), 0);
}

static void descriptors_are_not_inherited(void **state)
{
	int next = open("/dev/null", O_RDONLY);

	(void)state;
	assert_true(next >= 0);
	assert_int_equal(close(next), 0);

	AUTO(sink) struct sink *sink = open_sink(SINK_LINES);

	assert_non_null(sink);
	assert_true(fcntl(next, F_GETFD) & FD_CLOEXEC);
}

static void a_full_disk_is_told_once(void **state)
{
	AUTO(sink) struct sink *sink = NULL;

	(void)state;
	assert_int_equal(sink_open("/dev/full", SINK_ARRAY, &sink), 0);
	assert_int_equal(sink_add(sink, "x", 1), 0);
	assert_int_equal(sink_flush(sink), -ENOSPC);
	assert_int_equal(sink_add(sink, "x", 1), 0);
	assert_int_equal(sink_flush(sink), 0);
	assert_int_equal(sink_finish(sink), 0);
}

static void a_file_that_cannot_be_made_is_an_error(void **state)
{
	struct sink *sink = NULL;

	(void)state;
	assert_int_equal(sink_open("/nonexistent/x", SINK_LINES, &sink), -ENOENT);
	assert_int_equal(sink_open("/tmp", SINK_LINES, &sink), -EISDIR);
	assert_null(sink);
}

static void a_reader_that_left_is_an_error(void **state)
{
	AUTO(sink) struct sink *sink = NULL;
	int ends[2];

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(close(ends[0]), 0);
	assert_int_equal(sink_new(ends[1], SINK_LINES, &sink), 0);
	assert_int_equal(sink_add(sink, "x", 1), 0);
	assert_int_equal(sink_flush(sink), -EPIPE);
	assert_int_equal(close(ends[1]), 0);
}

static void *drain(void *context)
{
	int fd = *(int *)context;
	struct buf *buf = calloc(1, sizeof(*buf));
	char part[1000];
	ssize_t n;

	while (buf && (n = read(fd, part, sizeof(part))) > 0)
		buf_append(buf, part, (size_t)n);
	return buf;
}

static void a_slow_reader_of_a_nonblocking_pipe_loses_nothing(void **state)
{
	AUTO(sink) struct sink *sink = NULL;
	AUTO_FREE char *big = calloc(1, BIG);
	struct buf *read_back;
	pthread_t reader;
	void *result;
	int ends[2];

	(void)state;
	assert_non_null(big);
	memset(big, 'x', BIG);
	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	assert_int_equal(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
	assert_int_equal(pthread_create(&reader, NULL, drain, &ends[0]), 0);
	assert_int_equal(sink_new(ends[1], SINK_LINES, &sink), 0);
	for (int i = 0; i < 2000; i++)
		assert_int_equal(sink_add(sink, "0123456789", 10), 0);
	assert_int_equal(sink_add(sink, big, BIG), 0);
	assert_int_equal(sink_finish(sink), 0);
	assert_int_equal(close(ends[1]), 0);
	assert_int_equal(pthread_join(reader, &result), 0);
	read_back = result;
	assert_int_equal(read_back->len, 2000 * 11 + BIG + 1);
	assert_memory_equal(read_back->data + 1999 * 11, "0123456789\nxxx", 14);
	buf_done(read_back);
	free(read_back);
	(void)close(ends[0]);
}

/* Packets keep the boundaries of writes, so that one can see them. */
static void a_pipe_gets_whole_lines_in_each_write(void **state)
{
	AUTO(sink) struct sink *sink = NULL;
	char packet[PIPE_BUF];
	int ends[2], packets = 0;
	ssize_t n;

	(void)state;
	assert_int_equal(pipe2(ends, O_CLOEXEC | O_DIRECT | O_NONBLOCK), 0);
	assert_int_equal(sink_new(ends[1], SINK_LINES, &sink), 0);
	for (int i = 0; i < 1000; i++)
		assert_int_equal(sink_add(sink, "0123456789", 10), 0);
	assert_int_equal(sink_flush(sink), 0);
	for (; (n = read(ends[0], packet, sizeof(packet))) > 0; packets++) {
		assert_int_equal(n % 11, 0);
		assert_int_equal(packet[n - 1], '\n');
	}
	assert_int_equal(packets, 3);
	assert_int_equal(close(ends[0]) | close(ends[1]), 0);
}

/* Of a run that was killed all is there up to the last flush, and it is known to be cut. */
static void packed_records_are_readable_up_to_the_last_flush(void **state)
{
	struct denet_stats *stats = NULL;
	struct sink *sink = NULL;
	char name[80];

	(void)state;
	(void)snprintf(name, sizeof(name), "%s.gz", path);
	for (int is_whole = 0; is_whole < 2; is_whole++) {
		assert_int_equal(sink_open(name, SINK_LINES, &sink), 0);
		for (int i = 0; i < 5000; i++)
			assert_int_equal(sink_add(sink, "{\"kind\":\"child\"}", 16), 0);
		add_line(sink, "{\"kind\":\"summary\",\"processes_total\":7}");
		assert_int_equal(sink_add(sink, "{\"kind\":\"summary\"}", 18), 0);
		if (is_whole)
			assert_int_equal(sink_finish(sink), 0);
		sink_free(sink);
		assert_int_equal(denet_stats_read(name, &stats, NULL), 0);
		assert_int_equal(stats->is_truncated, !is_whole);
		assert_int_equal(stats->summary->processes_total, is_whole ? DENET_UNKNOWN : 7);
		denet_stats_free(stats);
	}
	assert_int_equal(unlink(name), 0);
}

static void what_waits_is_bounded(void **state)
{
	AUTO(sink) struct sink *sink = open_sink(SINK_LINES);
	struct stat info;

	(void)state;
	for (int i = 0; i < 20000; i++)
		assert_int_equal(sink_add(sink, "0123456789", 10), 0);
	assert_int_equal(stat(path, &info), 0);
	assert_true(info.st_size > 20000 * 11 - 70000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_come_as_lines, make_path, remove_path),
		cmocka_unit_test_setup_teardown(an_array_is_opened_and_closed, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(an_empty_array_is_whole, make_path, remove_path),
		cmocka_unit_test_setup_teardown(raw_records_keep_their_bytes, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(what_a_file_held_goes_when_it_is_opened, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(each_writes_at_the_end_of_the_file, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(name_of_a_descriptor_is_that_descriptor, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(
			name_of_a_descriptor_that_cannot_be_written_to_is_refused, make_path,
			remove_path),
		cmocka_unit_test_setup_teardown(file_that_stdout_is_is_stdout, make_path,
						remove_path),
		cmocka_unit_test_setup_teardown(descriptors_are_not_inherited, make_path,
						remove_path),
		cmocka_unit_test(a_full_disk_is_told_once),
		cmocka_unit_test(a_file_that_cannot_be_made_is_an_error),
		cmocka_unit_test(a_reader_that_left_is_an_error),
		cmocka_unit_test(a_slow_reader_of_a_nonblocking_pipe_loses_nothing),
		cmocka_unit_test(a_pipe_gets_whole_lines_in_each_write),
		cmocka_unit_test_setup_teardown(packed_records_are_readable_up_to_the_last_flush,
						make_path, remove_path),
		cmocka_unit_test_setup_teardown(what_waits_is_bounded, make_path, remove_path),
	};

	(void)signal(SIGPIPE, SIG_IGN);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
