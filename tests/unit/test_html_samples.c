/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What a panel is made of, in a fixed number of columns and programs. */
#include "report/html_samples.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "report/html_lives.h"
#include "util/units.h"

#define START_MS 1700000000000u

static struct html_samples samples; /* large */
static struct html_lives lives;

static int set_up(void **state)
{
	(void)state;
	lives = (struct html_lives){ 0 };
	return html_samples_init(&samples);
}

static int tear_down(void **state)
{
	(void)state;
	html_samples_done(&samples);
	html_lives_done(&lives);
	return 0;
}

static void start(const char *args, size_t len)
{
	const struct denet_start told = {
		.size = sizeof(told),
		.t0_ms = START_MS,
		.command = { .args = args, .args_len = len },
	};

	html_samples_start(&samples, &told);
}

static struct denet_tree tree_of(uint64_t ms, uint64_t cpu_ms, uint64_t rss_kb)
{
	return (struct denet_tree){
		.size = sizeof(struct denet_tree),
		.ts_ms = START_MS + ms,
		.process_count = 1,
		.parent = { .mem_rss_kb = DENET_UNKNOWN },
		.aggregated = {
			.mem_rss_kb = rss_kb,
			.pss_kb = DENET_UNKNOWN,
			.psi_some_avg10 = NAN,
			.psi_full_avg10 = NAN,
			.used = { .cpu_time_ns = cpu_ms * NS_PER_MS,
				  .disk_read_bytes = DENET_UNKNOWN,
				  .disk_write_bytes = 1000 * ms },
		},
	};
}

static void add(uint64_t ms, uint64_t cpu_ms, uint64_t rss_kb)
{
	const struct denet_tree tree = tree_of(ms, cpu_ms, rss_kb);

	html_samples_add(&samples, &tree);
}

static const struct html_span *span(size_t column, enum html_line line)
{
	return &samples.columns[column].spans[line];
}

static void few_samples_stay_as_they_are(void **state)
{
	(void)state;
	start("make", sizeof("make"));
	add(100, 50, 10);
	add(300, 350, 20);
	assert_int_equal(samples.count, 2);
	assert_true(isnan(span(0, HTML_LINE_CPU)->low));
	assert_true(fabs(span(1, HTML_LINE_CPU)->low - 1.5) < 1e-9);
	assert_true(fabs(span(1, HTML_LINE_WRITE)->high - 1e6) < 1e-3);
	assert_true(isnan(span(1, HTML_LINE_READ)->high));
	assert_true(isnan(span(1, HTML_LINE_PSS)->high));
	assert_true(span(1, HTML_LINE_RSS)->high == 20);
	assert_int_equal(samples.columns[1].from_ms, 100);
	assert_int_equal(samples.columns[1].first_ms, 300);
}

static void of_many_the_least_and_the_most_of_each_column_are_left(void **state)
{
	double low = INFINITY, high = 0;
	size_t falling = 0;

	(void)state;
	start("make", sizeof("make"));
	for (uint64_t i = 0; i < 100000; i++)
		add(100 * i, 100 * i, i == 54321 ? 999999 : i == 54322 ? 1 : 1000);
	assert_in_range(samples.count, HTML_COLUMNS / 2, HTML_COLUMNS);
	for (size_t i = 0; i < samples.count; i++) {
		low = fmin(low, span(i, HTML_LINE_RSS)->low);
		high = fmax(high, span(i, HTML_LINE_RSS)->high);
		falling += span(i, HTML_LINE_RSS)->is_falling;
		if (i)
			assert_true(fabs(span(i, HTML_LINE_CPU)->low - 1) < 1e-9);
		if (i)
			assert_true(samples.columns[i].from_ms == samples.columns[i - 1].last_ms);
	}
	assert_true(low == 1 && high == 999999);
	assert_int_equal(falling, 1);
	assert_int_equal(samples.columns[samples.count - 1].last_ms / 100 + samples.in_last + 1,
			 100000);
}

static void a_clock_that_is_set_back_leaves_samples_out_and_counts_them(void **state)
{
	(void)state;
	start("make", sizeof("make"));
	add(1000, 10, 1);
	add(500, 20, 2);
	add(1100, 110, 3);
	assert_int_equal(samples.count, 2);
	assert_int_equal(samples.set_back, 1);
	assert_int_equal(samples.seen, 3);
	assert_true(fabs(span(1, HTML_LINE_CPU)->low - 1) < 1e-9);
}

static void a_counter_that_falls_tells_no_rate(void **state)
{
	(void)state;
	start("make", sizeof("make"));
	add(100, 500, 1);
	add(200, 400, 1);
	assert_true(isnan(span(1, HTML_LINE_CPU)->low));
}

/* With what is in no list among the others. */
static void memory_is_told_by_program(void **state)
{
	const struct denet_child children[] = {
		{ .comm = "cc1", .sample = { .mem_rss_kb = 50 } },
		{ .comm = "cc1", .sample = { .mem_rss_kb = 20 } },
		{ .comm = "as", .sample = { .mem_rss_kb = DENET_UNKNOWN } },
	};
	struct denet_tree tree = tree_of(100, 0, 100);

	(void)state;
	start("/usr/bin/make", sizeof("/usr/bin/make"));
	tree.parent.mem_rss_kb = 10;
	tree.children = children;
	tree.children_count = 3;
	html_samples_add(&samples, &tree);
	html_lanes_keep(&samples.memory, 2);
	assert_int_equal(samples.memory.count, 2);
	assert_string_equal(samples.memory.lanes[0]->name, "cc1");
	assert_true(samples.memory.lanes[0]->values[0] == 70);
	assert_string_equal(samples.memory.lanes[1]->name, "make");
	assert_true(samples.memory.lanes[1]->values[0] == 10);
	assert_true(samples.memory.others[0] == 20);
}

/* That with the largest sum is shown, whole. */
static void memory_by_program_is_of_one_sample_of_a_column(void **state)
{
	const struct denet_child child = { .comm = "a", .sample = { .mem_rss_kb = 5 } };
	const struct denet_child peak = { .comm = "b", .sample = { .mem_rss_kb = 900 } };
	size_t tops = 0;

	(void)state;
	start("make", sizeof("make"));
	for (uint64_t i = 0; i < 5000; i++) {
		struct denet_tree tree = tree_of(100 * i, 0, i == 4000 ? 900 : 5);

		tree.children = i == 4000 ? &peak : &child;
		tree.children_count = 1;
		html_samples_add(&samples, &tree);
	}
	for (size_t i = 0; i < samples.count; i++) {
		double a = samples.memory.lanes[0]->values[i],
		       b = samples.memory.lanes[1]->values[i];

		assert_true((a == 5 && b == 0) || (a == 0 && b == 900));
		tops += b == 900;
	}
	assert_int_equal(tops, 1);
}

static double total(const struct html_lives *all)
{
	double sum = 0;

	for (size_t column = 0; column < HTML_COLUMNS; column++) {
		for (size_t i = 0; i < all->lanes.count; i++)
			sum += all->lanes.lanes[i]->values[column];
		sum += all->lanes.others[column];
	}
	return sum;
}

static void cpu_is_spread_over_the_life_of_a_program(void **state)
{
	const int64_t second = (int64_t)NS_PER_S;

	(void)state;
	assert_int_equal(html_lives_add(&lives, "a", 0, second, NS_PER_S), 0);
	assert_int_equal(html_lives_add(&lives, "b", second / 2, second, NS_PER_S), 0);
	assert_in_range(html_lives_count(&lives), HTML_COLUMNS / 2, HTML_COLUMNS);
	for (size_t i = 0; i < html_lives_count(&lives); i++) {
		double a = lives.lanes.lanes[0]->values[i], b = lives.lanes.lanes[1]->values[i];

		assert_true(fabs(html_lives_cores(&lives, a, i) - 1) < 1e-6);
		if ((int64_t)(i + 1) * lives.step_ns <= second / 2)
			assert_true(b == 0);
		if ((int64_t)i * lives.step_ns >= second / 2)
			assert_true(fabs(html_lives_cores(&lives, b, i) - 2) < 1e-6);
	}
	assert_true(fabs(total(&lives) / (2.0 * (double)NS_PER_S) - 1) < 1e-9);
}

static void many_programs_take_no_more_room_and_lose_no_cpu(void **state)
{
	char name[16];

	(void)state;
	for (int64_t i = 0; i < 20000; i++) {
		(void)snprintf(name, sizeof(name), "p%d", (int)i);
		assert_int_equal(html_lives_add(&lives, i % 10 ? "main" : name, i * 1000000,
						(i + 3) * 1000000, 1000000),
				 0);
	}
	assert_int_equal(lives.lanes.count, HTML_LANES);
	html_lanes_keep(&lives.lanes, 3);
	assert_int_equal(lives.lanes.count, 3);
	assert_string_equal(lives.lanes.lanes[0]->name, "main");
	assert_true(fabs(total(&lives) / (20000 * 1e6) - 1) < 1e-9);
}

static void what_cannot_be_is_passed_over(void **state)
{
	(void)state;
	assert_int_equal(html_lives_add(&lives, "a", 10, 5, 1), 0);
	assert_int_equal(html_lives_add(&lives, "a", 0, INT64_MAX, 1), 0);
	assert_int_equal(html_lives_count(&lives), 0);
	assert_int_equal(html_lives_add(&lives, "a", -5000, 10000, 10000), 0);
	assert_true(fabs(total(&lives) - 10000) < 1e-6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(few_samples_stay_as_they_are, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			of_many_the_least_and_the_most_of_each_column_are_left, set_up, tear_down),
		cmocka_unit_test_setup_teardown(
			a_clock_that_is_set_back_leaves_samples_out_and_counts_them, set_up,
			tear_down),
		cmocka_unit_test_setup_teardown(a_counter_that_falls_tells_no_rate, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(memory_is_told_by_program, set_up, tear_down),
		cmocka_unit_test_setup_teardown(memory_by_program_is_of_one_sample_of_a_column,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(cpu_is_spread_over_the_life_of_a_program, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(many_programs_take_no_more_room_and_lose_no_cpu,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_is_passed_over, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
