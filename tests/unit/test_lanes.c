/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/lanes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "util/cleanup.h"

static void the_lowest_free_row_is_taken(void **state)
{
	AUTO(lanes) struct lanes lanes;

	(void)state;
	assert_int_equal(lanes_init(&lanes, 6), 0);
	assert_int_equal(lanes_take(&lanes, 0, 100), 0);
	assert_int_equal(lanes_take(&lanes, 1, 20), 1);
	assert_int_equal(lanes_take(&lanes, 2, 10), 2);
	assert_int_equal(lanes_take(&lanes, 10, 11), 2);
	assert_int_equal(lanes_take(&lanes, 20, 30), 1);
	assert_int_equal(lanes_take(&lanes, 20, 20), 2);
}

/* As a second, slower packing has it. */
static void no_stretch_lies_over_another(void **state)
{
	enum { COUNT = 2000 };
	static int64_t ends[COUNT];
	AUTO(lanes) struct lanes lanes;
	unsigned int seed = 7;
	int64_t start = 0;
	size_t rows = 0;

	(void)state;
	assert_int_equal(lanes_init(&lanes, COUNT), 0);
	for (size_t i = 0; i < COUNT; i++) {
		int64_t end;
		size_t free_row = 0, row;

		seed = seed * 1103515245u + 12345u;
		start += seed >> 16 & 7;
		end = start + (seed >> 20 & 255);
		while (free_row < rows && ends[free_row] > start)
			free_row++;
		row = lanes_take(&lanes, start, end);
		assert_int_equal(row, free_row);
		ends[row] = end;
		rows = row == rows ? rows + 1 : rows;
	}
	assert_in_range(rows, 2, 256);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_lowest_free_row_is_taken),
		cmocka_unit_test(no_stretch_lies_over_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
