/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/lines.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/cleanup.h"

static int make_file(const char *text, size_t len)
{
	int fd = memfd_create("lines", MFD_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, len), (ssize_t)len);
	return fd;
}

static void lines_come_one_by_one(void **state)
{
	static const char text[] = "one\n\nthree\nlast";
	static const char *const expected[] = { "one", "", "three", "last" };
	AUTO_FD int fd = make_file(text, strlen(text));
	struct parse_span line;
	struct lines lines;

	(void)state;
	lines_init(&lines, fd);
	for (size_t i = 0; i < 4; i++) {
		assert_int_equal(lines_next(&lines, &line), 1);
		assert_true(parse_span_equals(line, expected[i]));
	}
	assert_int_equal(lines_next(&lines, &line), 0);
	assert_int_equal(lines_next(&lines, &line), 0);
}

/* A line of each length around the buffer's, between two short ones. */
static void lines_too_long_are_left_out_alone(void **state)
{
	static char text[3 * LINES_MAX];

	(void)state;
	for (size_t len = LINES_MAX - 8; len < 2 * LINES_MAX + 8; len++) {
		struct parse_span line;
		struct lines lines;

		memset(text, 'x', sizeof(text));
		memcpy(text, "a\n", 2);
		memcpy(text + 2 + len, "\nb\n", 3);
		AUTO_FD int fd = make_file(text, len + 5);

		lines_init(&lines, fd);
		assert_int_equal(lines_next(&lines, &line), 1);
		assert_true(parse_span_equals(line, "a"));
		if (len < LINES_MAX) {
			assert_int_equal(lines_next(&lines, &line), 1);
			assert_int_equal(line.len, len);
		}
		assert_int_equal(lines_next(&lines, &line), 1);
		assert_true(parse_span_equals(line, "b"));
		assert_int_equal(lines_next(&lines, &line), 0);
	}
}

static void lines_end_with_a_long_rest_left_out(void **state)
{
	static char text[2 * LINES_MAX];
	struct parse_span line;
	struct lines lines;

	(void)state;
	memset(text, 'x', sizeof(text));
	AUTO_FD int fd = make_file(text, sizeof(text));

	lines_init(&lines, fd);
	assert_int_equal(lines_next(&lines, &line), 0);
}

static void lines_report_a_failing_read(void **state)
{
	struct parse_span line;
	struct lines lines;
	uint64_t value;

	(void)state;
	lines_init(&lines, -1);
	assert_int_equal(lines_next(&lines, &line), -EBADF);
	assert_int_equal(lines_find_value(-1, "Key:", &value), -EBADF);
}

static void value_belongs_to_the_whole_key(void **state)
{
	uint64_t value = 7;

	(void)state;
	assert_false(lines_parse_value(parse_span_of("Pss_Anon: 1 kB"), "Pss:", &value));
	assert_false(lines_parse_value(parse_span_of(" Pss: 1 kB"), "Pss:", &value));
	assert_false(lines_parse_value(parse_span_of("Pss:"), "Pss:", &value));
	assert_false(lines_parse_value(parse_span_of("Pss: -1"), "Pss:", &value));
	assert_int_equal(value, 7);
	assert_true(lines_parse_value(parse_span_of("Pss:\t 12 kB"), "Pss:", &value));
	assert_int_equal(value, 12);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_come_one_by_one),
		cmocka_unit_test(lines_too_long_are_left_out_alone),
		cmocka_unit_test(lines_end_with_a_long_rest_left_out),
		cmocka_unit_test(lines_report_a_failing_read),
		cmocka_unit_test(value_belongs_to_the_whole_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
