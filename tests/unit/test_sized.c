/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/sized.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <cmocka.h>

struct old {
	size_t size;
	uint64_t first;
};

struct now {
	size_t size;
	uint64_t first;
	uint64_t second;
};

struct future {
	size_t size;
	uint64_t first;
	uint64_t second;
	uint64_t third;
};

static const struct now defaults = { sizeof(defaults), 1, 2 };

static void what_an_older_caller_does_not_know_has_its_default(void **state)
{
	const struct old from = { sizeof(from), 7 };
	struct now to = defaults;

	(void)state;
	assert_int_equal(sized_take(&to, sizeof(to), &from), 0);
	assert_int_equal(to.first, 7);
	assert_int_equal(to.second, 2);
	assert_int_equal(to.size, sizeof(to));
}

static void younger_callers_may_ask_for_nothing_new(void **state)
{
	struct future from = { sizeof(from), 7, 8, 0 };
	struct now to = defaults;

	(void)state;
	assert_int_equal(sized_take(&to, sizeof(to), &from), 0);
	assert_int_equal(to.second, 8);
	from.third = 1;
	assert_int_equal(sized_take(&to, sizeof(to), &from), -E2BIG);
	from.size = 0;
	assert_int_equal(sized_take(&to, sizeof(to), &from), -EINVAL);
}

static void nothing_is_written_behind_what_an_older_caller_has(void **state)
{
	struct {
		struct old sized;
		uint64_t behind;
	} to = { { sizeof(struct old), 0 }, 99 };

	(void)state;
	sized_give(&to, &defaults, sizeof(defaults));
	assert_int_equal(to.sized.first, 1);
	assert_int_equal(to.sized.size, sizeof(struct old));
	assert_int_equal(to.behind, 99);
}

static void younger_callers_see_how_much_was_written(void **state)
{
	struct future to = { sizeof(to), 0, 0, 33 };

	(void)state;
	sized_give(&to, &defaults, sizeof(defaults));
	assert_int_equal(to.size, sizeof(struct now));
	assert_int_equal(to.second, 2);
	assert_int_equal(to.third, 33);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_an_older_caller_does_not_know_has_its_default),
		cmocka_unit_test(younger_callers_may_ask_for_nothing_new),
		cmocka_unit_test(nothing_is_written_behind_what_an_older_caller_has),
		cmocka_unit_test(younger_callers_see_how_much_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
