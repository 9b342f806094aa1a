/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/timens.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static int64_t parsed(const char *text)
{
	return timens_parse(text, strlen(text));
}

static void offset_is_that_of_the_boot_clock(void **state)
{
	(void)state;
	assert_true(parsed("monotonic           7         8\nboottime        86400 500000000\n") ==
		    86400500000000);
	assert_true(parsed("monotonic           7         8\nboottime       -3600         1\n") ==
		    -3599999999999);
}

static void offset_that_cannot_be_read_is_none(void **state)
{
	(void)state;
	assert_true(parsed("") == 0);
	assert_true(parsed("monotonic 1 2\n") == 0);
	assert_true(parsed("boottime x 1\n") == 0);
	assert_true(parsed("boottime 9223372036854775807 1\n") == 0);
	assert_true(parsed("boottime 5\n") == 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(offset_is_that_of_the_boot_clock),
		cmocka_unit_test(offset_that_cannot_be_read_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
