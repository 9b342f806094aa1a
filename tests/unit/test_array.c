/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/array.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>

static void a_resized_array_keeps_its_items(void **state)
{
	uint32_t *items = array_resize(NULL, 2, sizeof(*items));

	(void)state;
	assert_non_null(items);
	items[1] = 7;
	items = array_resize(items, 1000, sizeof(*items));
	assert_non_null(items);
	assert_int_equal(items[1], 7);
	items[999] = 8;
	free(items);
}

static void a_product_that_overflows_is_refused_and_changes_nothing(void **state)
{
	uint32_t *items = array_resize(NULL, 1, sizeof(*items));

	(void)state;
	assert_non_null(items);
	*items = 7;
	errno = 0;
	assert_null(array_resize(items, SIZE_MAX / 2, sizeof(*items)));
	assert_int_equal(errno, ENOMEM);
	assert_int_equal(*items, 7);
	free(items);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_resized_array_keeps_its_items),
		cmocka_unit_test(a_product_that_overflows_is_refused_and_changes_nothing),
	};

	return cmocka_run_group_tests_name("array", tests, NULL, NULL);
}
