/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>

#include "util/buf.h"
#include "util/cleanup.h"

static void buf_is_empty_text_before_the_first_byte(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	assert_string_equal(buf_text(&buf), "");
	buf_append(&buf, NULL, 0);
	assert_string_equal(buf_text(&buf), "");
	assert_int_equal(buf.error, 0);
}

static void buf_grows_past_its_first_capacity(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_append_text(&buf, "0123456789");
	assert_int_equal(buf.len, 10000);
	assert_int_equal(strlen(buf.data), 10000);
	assert_memory_equal(buf.data + 9990, "0123456789", 10);
}

static void buf_prints_what_does_not_fit_at_first(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	buf_append_text(&buf, "a");
	buf_printf(&buf, "%01000d|%s", 7, "end");
	assert_int_equal(buf.error, 0);
	assert_int_equal(buf.len, 1 + 1000 + 4);
	assert_string_equal(buf.data + 1000, "7|end");
}

static void buf_prints_exactly_up_to_its_capacity(void **state)
{
	(void)state;
	for (int width = 250; width < 260; width++) {
		AUTO(buf) struct buf buf = { 0 };

		buf_printf(&buf, "%0*d", width, 1);
		assert_int_equal(buf.len, width);
		assert_int_equal(strlen(buf.data), width);
	}
}

static void buf_has_room_for_a_nul_behind_any_length(void **state)
{
	(void)state;
	for (size_t len = 250; len < 260; len++) {
		AUTO(buf) struct buf buf = { 0 };

		buf_append_char(&buf, 'a');
		buf_append_repeated(&buf, 'b', len);
		assert_true(buf.len < buf.capacity);
		assert_int_equal(strlen(buf.data), len + 1);
	}
}

static void buf_keeps_its_memory_when_reset(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	const char *data;
	size_t capacity;

	(void)state;
	buf_append_repeated(&buf, 'x', 3000);
	data = buf.data;
	capacity = buf.capacity;
	buf_reset(&buf);
	assert_string_equal(buf_text(&buf), "");
	buf_append_repeated(&buf, 'y', 3000);
	assert_ptr_equal(buf.data, data);
	assert_int_equal(buf.capacity, capacity);
}

static void buf_remembers_that_memory_ran_out(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	buf_append_text(&buf, "kept");
	assert_int_equal(buf_reserve(&buf, SIZE_MAX), -ENOMEM);
	assert_int_equal(buf_reserve(&buf, SIZE_MAX - 2), -ENOMEM);
	buf_append_text(&buf, " not");
	buf_append_char(&buf, '!');
	buf_printf(&buf, "%d", 1);
	assert_string_equal(buf_text(&buf), "kept");
	assert_int_equal(buf.error, -ENOMEM);
	buf_reset(&buf);
	buf_append_text(&buf, "again");
	assert_string_equal(buf_text(&buf), "again");
	assert_int_equal(buf.error, 0);
}

static void buf_takes_nul_bytes(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	buf_append(&buf, "a\0b", 3);
	buf_append_char(&buf, '\0');
	assert_int_equal(buf.len, 4);
	assert_memory_equal(buf.data, "a\0b\0", 5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(buf_is_empty_text_before_the_first_byte),
		cmocka_unit_test(buf_grows_past_its_first_capacity),
		cmocka_unit_test(buf_prints_what_does_not_fit_at_first),
		cmocka_unit_test(buf_prints_exactly_up_to_its_capacity),
		cmocka_unit_test(buf_has_room_for_a_nul_behind_any_length),
		cmocka_unit_test(buf_keeps_its_memory_when_reset),
		cmocka_unit_test(buf_remembers_that_memory_ran_out),
		cmocka_unit_test(buf_takes_nul_bytes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
