/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Files that are not what they seem: damaged, of another schema, or none of ours at all. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "util/buf.h"
#include "util/cleanup.h"
#include "util/gzip.h"

#include "reader_outcome.h"

static void reader_refuses_records_of_another_schema(void **state)
{
	static const char *const lines[][2] = {
		{ "{\"kind\":\"metadata\",\"pid\":1,\"schema\":1}\n", "" },
		{ "{\"kind\":\"metadata\",\"pid\":1}\n", "" },
		{ "{\"cmd\":[],\"t0_ms\":1,\"schema\":0}\n",
		  "line 2: records of schema 0, and this version reads schema 1 alone" },
		{ "{\"kind\":\"metadata\",\"schema\":2}\n",
		  "line 2: records of schema 2, and this version reads schema 1 alone" },
		{ "{\"schema\":\"b\",\"kind\":\"metadata\"}\n",
		  "line 2: records of schema ?, and this version reads schema 1 alone" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		AUTO(buf) struct buf text = { 0 };
		struct outcome outcome;

		buf_printf(&text, "%s%s%s", SAMPLE_LINE, lines[i][0], SAMPLE_LINE);
		outcome = read_text(buf_text(&text));
		assert_string_equal(outcome.state.text, lines[i][1]);
		assert_int_equal(outcome.result, *lines[i][1] ? -EPROTONOSUPPORT : 0);
		assert_int_equal(outcome.rows, *lines[i][1] ? 1 : 3);
	}
}

static void reader_refuses_binary_data(void **state)
{
	AUTO_FD int fd = file_with("\x7f"
				   "ELF\0\n{}",
				   8);
	struct outcome outcome = read_all(fd);

	(void)state;
	assert_int_equal(outcome.result, -EILSEQ);
	assert_string_equal(outcome.state.text, "line 1: binary data");
}

/* Some of it is read by then, and the last record of that is cut off by the same fault. */
static void reader_names_damage_of_packed_data(void **state)
{
	AUTO(buf) struct buf plain = { 0 };
	AUTO(buf) struct buf packed = { 0 };
	struct gzip *gzip = NULL;
	struct outcome outcome;
	AUTO_FD int fd = -1;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_printf(&plain, "%s,\"pss_kb\":%d}\n", SAMPLE, i * i);
	assert_int_equal(gzip_new(&gzip), 0);
	assert_int_equal(gzip_pack(gzip, plain.data, plain.len, true, &packed), 0);
	gzip_free(gzip);
	memset(packed.data + packed.len / 2, 0xff, packed.len / 4);
	fd = file_with(packed.data, packed.len);
	outcome = read_all(fd);
	assert_int_equal(outcome.result, 0);
	assert_in_range(outcome.rows, 1, 999);
	assert_true(outcome.state.is_truncated);
	assert_string_equal(outcome.state.text, "its packed data is damaged");
}

static void reader_passes_over_zeros_behind_the_first_line(void **state)
{
	static const char text[] = SAMPLE_LINE "{\"kind\":\0\0\0\n\0\0\n" SAMPLE_LINE;
	AUTO_FD int fd = file_with(text, sizeof(text) - 1);
	struct outcome outcome = read_all(fd);

	(void)state;
	assert_int_equal(outcome.result, 0);
	assert_int_equal(outcome.rows, 2);
	assert_int_equal(outcome.state.lines_skipped, 2);
	assert_string_equal(outcome.state.text, "line 2: not a JSON object");
}

static void reader_does_not_know_an_end_that_there_cannot_be(void **state)
{
	static const char *const ends[] = { "\"exit_code\":256", "\"signal\":65",
					    "\"exit_code\":-1" };
	struct outcome last = read_text("{\"kind\":\"exit\",\"ts_ms\":5,\"exit_code\":255}\n");

	(void)state;
	assert_int_equal(last.last.exit.end.exit_code, 255);
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		AUTO(buf) struct buf text = { 0 };
		struct outcome outcome;

		buf_printf(&text, "{\"kind\":\"exit\",\"ts_ms\":5,%s}\n", ends[i]);
		outcome = read_text(buf_text(&text));
		assert_int_equal(outcome.rows, 1);
		assert_false(outcome.last.exit.end.known);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_refuses_records_of_another_schema),
		cmocka_unit_test(reader_refuses_binary_data),
		cmocka_unit_test(reader_names_damage_of_packed_data),
		cmocka_unit_test(reader_passes_over_zeros_behind_the_first_line),
		cmocka_unit_test(reader_does_not_know_an_end_that_there_cannot_be),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
