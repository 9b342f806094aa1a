/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/budget_view.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/cleanup.h"

static void assert_told(struct denet_budget budget, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	budget_view_append_value(&buf, &budget);
	assert_string_equal(buf_text(&buf), expected);
}

static void amounts_are_told_as_elsewhere(void **state)
{
	(void)state;
	assert_string_equal(budget_view_amount("ns", 61.2e9).text, "1 min 01 s");
	assert_string_equal(budget_view_amount("s", 12.31).text, "12.31 s");
	assert_string_equal(budget_view_amount("ms", 12).text, "12 ms");
	assert_string_equal(budget_view_amount("kb", 2048).text, "2.0 MiB");
	assert_string_equal(budget_view_amount("kb", 0x1p60).text, "1024 EiB");
	assert_string_equal(budget_view_amount("bytes", 0x1p53).text, "8.0 PiB");
	assert_string_equal(budget_view_amount("ns", 9007199254740992.0).text, "104 d 05 h");
	assert_string_equal(budget_view_amount("bytes", 2048).text, "2.0 KiB");
	assert_string_equal(budget_view_amount("percent", 87.55).text, "87.5%");
	assert_string_equal(budget_view_amount("", 5000).text, "5,000");
	assert_string_equal(budget_view_amount("", 0.25).text, "0.25");
	assert_string_equal(budget_view_amount("ns", 1e30).text, "1e+30 ns");
	assert_string_equal(budget_view_amount("s", 1e16).text, "1e+16 s");
}

static void a_value_beside_its_bound_has_all_its_digits(void **state)
{
	(void)state;
	assert_told((struct denet_budget){ .unit = "ns", .value = 60e9 + 1, .bound = 59e9 },
		    "it is 1 min 00 s");
	assert_told((struct denet_budget){ .unit = "ns", .value = 60e9 + 1, .bound = 60e9 },
		    "it is 1 min 00 s (60000000001 ns)");
	assert_told((struct denet_budget){ .unit = "percent", .value = 50.01, .bound = 50 },
		    "it is 50.0% (50.01 percent)");
	assert_told((struct denet_budget){ .unit = "", .value = 5000, .bound = 5000 },
		    "it is 5,000");
}

static void what_is_not_exact_says_why(void **state)
{
	(void)state;
	assert_told((struct denet_budget){ .unit = "kb",
					   .value = 1024,
					   .bound = 1,
					   .value_is = DENET_BUDGET_AT_MOST,
					   .reason = "of some processes there is RSS alone" },
		    "it is at most 1.0 MiB, of some processes there is RSS alone");
	assert_told((struct denet_budget){ .unit = "kb", .value = (double)NAN, .reason = "why" },
		    "why");
	assert_told((struct denet_budget){ .unit = "kb", .value = (double)NAN }, "it is not known");
}

static void what_leaves_it_open_breaks_it_if_strict(void **state)
{
	const struct denet_budget broken = { .outcome = DENET_BUDGET_BROKEN };
	const struct denet_budget kept = { .outcome = DENET_BUDGET_KEPT };
	const struct denet_budget undecided = { .outcome = DENET_BUDGET_UNDECIDED };
	const struct denet_budget unknown = { .outcome = DENET_BUDGET_UNKNOWN };

	(void)state;
	assert_true(budget_view_is_broken(&broken, false) && budget_view_is_broken(&broken, true));
	assert_false(budget_view_is_broken(&kept, false) || budget_view_is_broken(&kept, true));
	assert_false(budget_view_is_broken(&undecided, false));
	assert_false(budget_view_is_broken(&unknown, false));
	assert_true(budget_view_is_broken(&undecided, true));
	assert_true(budget_view_is_broken(&unknown, true));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(amounts_are_told_as_elsewhere),
		cmocka_unit_test(a_value_beside_its_bound_has_all_its_digits),
		cmocka_unit_test(what_is_not_exact_says_why),
		cmocka_unit_test(what_leaves_it_open_breaks_it_if_strict),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
