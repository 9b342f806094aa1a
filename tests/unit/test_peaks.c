/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/peaks.h"

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

static void check(const struct peaks *peaks, uint64_t pss_kb, uint64_t at_ns, bool is_bound)
{
	const struct pss_peak *peak = peaks_pss(peaks);

	assert_non_null(peak);
	assert_int_equal(peak->kb, pss_kb);
	assert_int_equal(peak->at_ns, at_ns);
	assert_int_equal(peak->is_bound, is_bound);
}

static void pss_far_from_the_largest_sum_is_no_peak(void **state)
{
	struct peaks peaks;

	(void)state;
	peaks_init(&peaks);
	note(&peaks, 1000, DENET_UNKNOWN, false, 1);
	assert_null(peaks_pss(&peaks));
	note(&peaks, 1000, 300, false, 2);
	note(&peaks, 1050, DENET_UNKNOWN, false, 3);
	check(&peaks, 300, 2, false);
	note(&peaks, 2000, DENET_UNKNOWN, false, 4);
	/* Nobody knows what was shared of it. */
	assert_null(peaks_pss(&peaks));
	note(&peaks, 1900, 250, true, 5);
	check(&peaks, 300, 2, false);
	note(&peaks, 1900, 400, true, 6);
	check(&peaks, 400, 6, true);
}

static void pss_while_the_sum_rises_is_too_much(void **state)
{
	struct peaks peaks;

	(void)state;
	peaks_init(&peaks);
	note(&peaks, 1000, 200, false, 1);
	note(&peaks, 1600, 310, false, 2);
	check(&peaks, 310, 2, true);
	note(&peaks, 1600, 200, false, 3);
	check(&peaks, 200, 3, false);
}

static void pss_of_a_tree_that_changed_is_told_where_there_is_no_other(void **state)
{
	struct denet_tree tree = {
		.aggregated = { .mem_rss_kb = 1000, .pss_kb = 900, .psi_some_avg10 = NAN },
		.pss_is_rough = true,
	};
	struct peaks peaks;

	(void)state;
	peaks_init(&peaks);
	peaks_note(&peaks, &tree, &tree.aggregated, 1);
	check(&peaks, 900, 1, true);
	assert_true(peaks_pss(&peaks)->is_rough);
	note(&peaks, 1000, 500, false, 2);
	check(&peaks, 500, 2, false);
	assert_false(peaks_pss(&peaks)->is_rough);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pss_far_from_the_largest_sum_is_no_peak),
		cmocka_unit_test(pss_while_the_sum_rises_is_too_much),
		cmocka_unit_test(pss_of_a_tree_that_changed_is_told_where_there_is_no_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
