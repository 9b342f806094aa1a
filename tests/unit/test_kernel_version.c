/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/kernel_version.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

static void releases_begin_with_two_numbers(void **state)
{
	struct kernel_version version = { 1, 2 };

	(void)state;
	assert_true(kernel_version_parse("6.1.0-49-amd64", &version));
	assert_int_equal(version.major, 6);
	assert_int_equal(version.minor, 1);
	assert_true(kernel_version_parse("5.10", &version));
	assert_int_equal(version.minor, 10);
	assert_false(kernel_version_parse("", &version));
	assert_false(kernel_version_parse("6", &version));
	assert_false(kernel_version_parse("six.1", &version));
	assert_false(kernel_version_parse("6.x", &version));
	assert_int_equal(version.major, 5);
	assert_int_equal(version.minor, 10);
}

static void versions_compare_by_number(void **state)
{
	const struct kernel_version version = { 5, 10 };

	(void)state;
	assert_true(kernel_version_is_below(version, 5, 11));
	assert_true(kernel_version_is_below(version, 6, 1));
	assert_false(kernel_version_is_below(version, 5, 10));
	assert_false(kernel_version_is_below(version, 5, 9));
	assert_false(kernel_version_is_below(version, 4, 20));
}

static void running_kernel_is_of_its_time(void **state)
{
	(void)state;
	assert_true(kernel_version_has(2, 6));
	assert_false(kernel_version_has(1000, 0));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(releases_begin_with_two_numbers),
		cmocka_unit_test(versions_compare_by_number),
		cmocka_unit_test(running_kernel_is_of_its_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
