/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/cpulist.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include "util/cleanup.h"

static void assert_list(uint32_t *cpus, size_t count, const char *expected)
{
	AUTO_FREE char *list = NULL;

	assert_int_equal(cpulist_format(cpus, count, &list), 0);
	assert_string_equal(list, expected);
}

static void cpulist_writes_ranges(void **state)
{
	uint32_t gap[] = { 0, 1, 2, 3, 7, 8, 9 };
	uint32_t unordered[] = { 3, 0, 2, 1, 1 };
	uint32_t singles[] = { 0, 2, 4294967295 };

	(void)state;
	assert_list(gap, 7, "0-3,7-9");
	assert_list(unordered, 5, "0-3");
	assert_list(singles, 3, "0,2,4294967295");
	assert_list(NULL, 0, "");
}

static void cpulist_counts_and_skips_what_is_none(void **state)
{
	static const struct {
		const char *list;
		uint64_t count;
	} cases[] = {
		{ "0-3,7-9\n", 7 },
		{ "0, ,2", 2 },
		{ "5-3", 0 },
		{ "", 0 },
		{ "x,1", 1 },
		{ "1-", 0 },
		{ "1-2-3", 0 },
		{ "4294967296", 0 },
		{ "0-4294967295", 4294967296 },
		{ "99999999999999999999", 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_true(cpulist_count(parse_span_of(cases[i].list)) == cases[i].count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpulist_writes_ranges),
		cmocka_unit_test(cpulist_counts_and_skips_what_is_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
