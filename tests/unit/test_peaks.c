/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "follow/peaks.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static void note(struct peaks *peaks, uint64_t rss_kb, uint64_t pss_kb, bool is_bound,
		 uint64_t at_ns)
{
	struct denet_tree tree = {
		.aggregated = { .mem_rss_kb = rss_kb, .pss_kb = pss_kb, .psi_some_avg10 = NAN },
		.pss_is_bound = is_bound,
	};

	peaks_note(peaks, &tree, &tree.aggregated, at_ns);
}

static void pss_far_from_the_largest_sum_is_no_peak(void **state)
{
	struct peaks peaks;

	(void)state;
	peaks_init(&peaks);
	note(&peaks, 500, DENET_UNKNOWN, false, 1);
	assert_false(peaks_have_pss(&peaks));
	note(&peaks, 1000, 300, false, 2);
	note(&peaks, 1050, DENET_UNKNOWN, false, 3);
	assert_true(peaks_have_pss(&peaks));
	note(&peaks, 2000, DENET_UNKNOWN, false, 4);
	/* Nobody knows what was shared of it. */
	assert_false(peaks_have_pss(&peaks));
	note(&peaks, 1900, 250, true, 5);
	assert_true(peaks_have_pss(&peaks));
	assert_int_equal(peaks.pss_kb, 300);
	assert_int_equal(peaks.pss_at_ns, 2);
	assert_false(peaks.pss_is_bound);
	note(&peaks, 1900, 400, true, 6);
	assert_int_equal(peaks.pss_kb, 400);
	assert_true(peaks.pss_is_bound);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pss_far_from_the_largest_sum_is_no_peak),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
