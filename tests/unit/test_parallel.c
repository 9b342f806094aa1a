/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* How many ran at once. */
#include "analysis_world.h"

#include "util/buf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* As "0:0 1:300 2:700", milliseconds by how many. */
static void check(const struct world_process *told, size_t count, const char *expected)
{
	AUTO(denet_analysis) struct denet_analysis *analysis = world_analysis(told, count);
	struct denet_parallel parallel = { .size = sizeof(parallel) };
	AUTO(buf) struct buf text = { 0 };

	assert_int_equal(denet_analysis_parallel(analysis, &parallel), 0);
	assert_null(parallel.unknown);
	for (size_t i = 0; i < parallel.count; i++)
		buf_printf(&text, "%s%zu:%llu", i ? " " : "", i,
			   (unsigned long long)(parallel.time_ns[i] / NS_PER_MS));
	assert_string_equal(buf_text(&text), expected);
}

static void who_waits_for_a_child_does_not_count(void **state)
{
	const struct world_process told[] = {
		WORLD_LIFE(1, 0, "make", 0, 1000),
		WORLD_LIFE(2, 1, "cc", 100, 600),
		WORLD_LIFE(3, 2, "cc1", 110, 590),
		WORLD_LIFE(4, 1, "cc", 300, 700),
	};

	(void)state;
	check(told, COUNT(told), "0:0 1:700 2:300");
}

static void who_outlives_the_root_counts_until_its_end(void **state)
{
	const struct world_process told[] = {
		WORLD_LIFE(1, 0, "sh", -50, 500),
		WORLD_LIFE(2, 1, "agent", 100, WORLD_RUNNING),
		WORLD_LIFE(3, 1, "late", 200, 900),
		WORLD_LIFE(4, 3, "later", 550, 600),
	};

	(void)state;
	check(told, COUNT(told), "0:0 1:200 2:300");
}

static void one_after_the_other_is_never_two(void **state)
{
	const struct world_process told[] = {
		WORLD_LIFE(1, 0, "sh", 0, 300),
		WORLD_LIFE(2, 1, "a", 0, 100),
		WORLD_LIFE(3, 1, "b", 100, 200),
		WORLD_LIFE(4, 1, "c", 200, 300),
	};

	(void)state;
	check(told, COUNT(told), "0:0 1:300");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_waits_for_a_child_does_not_count),
		cmocka_unit_test(who_outlives_the_root_counts_until_its_end),
		cmocka_unit_test(one_after_the_other_is_never_two),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
