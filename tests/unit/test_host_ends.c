/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The small table of how processes ended. */
#include "host/ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>

#define STATUS(number) ((uint16_t)((number) << 8))

static void the_most_frequent_comes_first(void **state)
{
	struct ends ends = { 0 };

	(void)state;
	assert_null(ends_tell_statuses(&ends));
	assert_null(ends_tell_signals(&ends));
	ends_add(&ends, STATUS(127), 1);
	ends_add(&ends, STATUS(1), 2);
	ends_add(&ends, 9, 5);
	ends_add(&ends, STATUS(1), 1);
	ends_add(&ends, STATUS(2), 1);
	ends_add(&ends, STATUS(3), 0);
	assert_string_equal(ends_tell_statuses(&ends), "1:3 2:1 127:1");
	assert_string_equal(ends_tell_signals(&ends), "9:5");
}

static void what_has_no_room_is_counted_together(void **state)
{
	struct ends ends = { 0 }, sum = { 0 };

	(void)state;
	for (int i = 1; i <= ENDS_MAX + 3; i++)
		ends_add(&ends, STATUS(i), 1);
	ends_add(&ends, 9, 4);
	assert_non_null(strstr(ends_tell_statuses(&ends), "1:1 2:1 "));
	assert_string_equal(ends_tell_signals(&ends), "other:4");
	ends_include(&sum, &ends);
	ends_include(&sum, &ends);
	assert_non_null(strstr(ends_tell_statuses(&sum), "1:2 2:2 "));
	assert_string_equal(ends_tell_signals(&sum), "other:8");
}

static void the_longest_of_all_fits(void **state)
{
	struct ends ends = { 0 };
	const char *text;

	(void)state;
	for (int i = 1; i <= ENDS_MAX + 1; i++)
		ends_add(&ends, STATUS(100 + i), UINT64_MAX / (ENDS_MAX + 1));
	text = ends_tell_statuses(&ends);
	assert_true(strlen(text) < ENDS_TEXT_BYTES);
	assert_non_null(strstr(text, "101:"));
	assert_non_null(strstr(text, " other:"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_most_frequent_comes_first),
		cmocka_unit_test(what_has_no_room_is_counted_together),
		cmocka_unit_test(the_longest_of_all_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
