/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_reader_* and denet_summary_from_*. */
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cjson/cJSON.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "util/cleanup.h"

#define RECORDS FIXTURES "/records/"

static struct denet_reader *open_text(const char *text)
{
	char path[] = "/tmp/denet-test-XXXXXX";
	struct denet_error error = { .size = sizeof(error) };
	struct denet_reader *reader = NULL;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	(void)close(fd);
	assert_int_equal(denet_reader_open(path, &reader, &error), 0);
	(void)unlink(path);
	return reader;
}

static void expect(struct denet_reader *reader, const char *expected)
{
	const char *text = NULL;
	size_t len = 0;

	assert_int_equal(denet_reader_next(reader, &text, &len), 1);
	assert_int_equal(len, strlen(expected));
	assert_memory_equal(text, expected, len);
}

static void reader_gives_each_record_of_lines_and_of_an_array(void **state)
{
	const char *const files[] = { "{\"a\":1}\n\n{\"kind\":\"odd\"}\n",
				      "[{\"a\":1},\n {\"kind\":\"odd\"}]" };
	const char *text;
	size_t len;

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct denet_reader *reader = open_text(files[i]);

		expect(reader, "{\"a\":1}");
		expect(reader, "{\"kind\":\"odd\"}");
		assert_int_equal(denet_reader_next(reader, &text, &len), 0);
		assert_int_equal(denet_reader_skipped(reader), 0);
		assert_string_equal(denet_reader_error(reader), "");
		denet_reader_close(reader);
	}
}

static void reader_names_the_line_and_goes_on_behind_it(void **state)
{
	struct denet_reader *reader = open_text("{\"a\":1}\nnonsense\n{\"b\":2}\n{\"c\":");
	const char *text;
	size_t len;

	(void)state;
	expect(reader, "{\"a\":1}");
	assert_int_equal(denet_reader_next(reader, &text, &len), -EBADMSG);
	assert_non_null(strstr(denet_reader_error(reader), ":2: not a JSON object"));
	assert_non_null(strstr(denet_reader_error(reader), "/tmp/denet-test-"));
	expect(reader, "{\"b\":2}");
	assert_int_equal(denet_reader_next(reader, &text, &len), -EBADMSG);
	assert_non_null(strstr(denet_reader_error(reader), ":4: cut off"));
	assert_int_equal(denet_reader_next(reader, &text, &len), 0);
	assert_int_equal(denet_reader_skipped(reader), 2);
	denet_reader_close(reader);
}

static void reader_fails_for_good_on_binary_data(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_reader *reader = NULL;
	const char *text;
	size_t len;

	(void)state;
	assert_int_equal(denet_reader_open(RECORDS "binary.bin", &reader, &error), 0);
	assert_int_equal(denet_reader_next(reader, &text, &len), -EILSEQ);
	assert_int_equal(denet_reader_next(reader, &text, &len), -EILSEQ);
	assert_non_null(strstr(denet_reader_error(reader), "binary.bin:1: binary data"));
	denet_reader_close(reader);
}

static void another_schema_is_refused_and_named(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_reader *reader = NULL;
	const char *wanted =
		"newer.jsonl:1: records of schema 2, and this version reads schema 1 alone";
	char *summary = NULL;
	const char *text;
	size_t len;

	(void)state;
	assert_int_equal(denet_reader_open(RECORDS "newer.jsonl", &reader, &error), 0);
	assert_int_equal(denet_reader_next(reader, &text, &len), -EPROTONOSUPPORT);
	assert_int_equal(denet_reader_next(reader, &text, &len), -EPROTONOSUPPORT);
	assert_non_null(strstr(denet_reader_error(reader), wanted));
	denet_reader_close(reader);
	assert_int_equal(denet_summary_from_file(RECORDS "newer.jsonl", &summary, &error),
			 -EPROTONOSUPPORT);
	assert_non_null(strstr(error.text, "line 1: records of schema 2"));
	assert_null(summary);
}

static void missing_files_are_named(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_reader *reader = NULL;
	char *text = NULL;

	(void)state;
	assert_int_equal(denet_reader_open("/nonexistent/x", &reader, &error), -ENOENT);
	assert_string_equal(error.text, "cannot open '/nonexistent/x': No such file or directory");
	assert_int_equal(denet_summary_from_file("/nonexistent/x", &text, &error), -ENOENT);
	assert_non_null(strstr(error.text, "/nonexistent/x"));
	assert_int_equal(denet_summary_from_file(RECORDS "empty.jsonl", &text, &error), -ENODATA);
}

/* Descriptor 0 too is the caller's. */
static void nothing_to_open_closes_nothing(void **state)
{
	struct denet_reader *reader = NULL;

	(void)state;
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0 || open("/dev/null", O_RDONLY) == 0);
	assert_int_equal(denet_reader_open(NULL, &reader, NULL), -EINVAL);
	assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0);
	assert_null(reader);
}

static double number_of(const char *text, const char *key)
{
	cJSON *json = cJSON_Parse(text);
	const cJSON *item = cJSON_GetObjectItem(json, key);
	double value = cJSON_IsNumber(item) ? item->valuedouble : NAN;

	assert_null(strchr(text, '\n'));
	cJSON_Delete(json);
	return value;
}

static void summary_of_a_file_has_denets_keys(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	AUTO_FREE char *text = NULL;

	(void)state;
	assert_int_equal(denet_summary_from_file(RECORDS "denet-0.3.2.jsonl", &text, &error), 0);
	assert_true(number_of(text, "sample_count") > 0);
	assert_true(number_of(text, "peak_mem_rss_kb") > 0);
	assert_true(number_of(text, "total_time_secs") > 0);
}

static const char sample[] = "{\"ts_ms\":%d,\"cpu_usage\":%d.0,\"mem_rss_kb\":%d,"
			     "\"mem_vms_kb\":1,\"disk_read_bytes\":0,\"disk_write_bytes\":0,"
			     "\"net_rx_bytes\":0,\"net_tx_bytes\":0,\"thread_count\":1,"
			     "\"uptime_secs\":1}\n";

static void summary_of_lines_takes_the_time_it_is_given(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	AUTO_FREE char *text = NULL, *own = NULL;
	char lines[1024];
	int len;

	(void)state;
	len = snprintf(lines, sizeof(lines), sample, 1000, 50, 1024);
	len += snprintf(lines + len, sizeof(lines) - (size_t)len, sample, 2000, 75, 1536);
	assert_int_equal(denet_summary_from_lines(lines, (size_t)len, 5.0, &text, &error), 0);
	assert_true(number_of(text, "total_time_secs") == 5.0);
	assert_true(number_of(text, "avg_cpu_usage") == 62.5);
	assert_true(number_of(text, "peak_mem_rss_kb") == 1536);
	assert_int_equal(denet_summary_from_lines(lines, (size_t)len, -1, &own, &error), 0);
	assert_true(number_of(own, "total_time_secs") == 1.0);
}

static void summary_of_no_lines_is_all_zero(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	AUTO_FREE char *text = NULL;

	(void)state;
	assert_int_equal(denet_summary_from_lines("", 0, 5.0, &text, &error), 0);
	assert_true(number_of(text, "total_time_secs") == 0);
	assert_true(number_of(text, "sample_count") == 0);
	assert_true(number_of(text, "max_processes") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_gives_each_record_of_lines_and_of_an_array),
		cmocka_unit_test(reader_names_the_line_and_goes_on_behind_it),
		cmocka_unit_test(reader_fails_for_good_on_binary_data),
		cmocka_unit_test(another_schema_is_refused_and_named),
		cmocka_unit_test(missing_files_are_named),
		cmocka_unit_test(nothing_to_open_closes_nothing),
		cmocka_unit_test(summary_of_a_file_has_denets_keys),
		cmocka_unit_test(summary_of_lines_takes_the_time_it_is_given),
		cmocka_unit_test(summary_of_no_lines_is_all_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
