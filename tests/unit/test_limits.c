/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Quotas that the source tells of, which files may or may not show. */
#include "follow_world.h"

#include <math.h>

#define PERIOD_NS (100 * MS)

/* Less than any machine has that this runs on. */
#define QUOTA_NS (1 * MS / 10)
#define CORES 0.001

static void set_level(size_t level, uint64_t group, uint64_t quota_ns, uint64_t throttled_ns)
{
	script.limits.cpu[level] = (struct cpu_limit){
		.group = group,
		.quota_ns = quota_ns,
		.period_ns = PERIOD_NS,
		.throttled_ns = throttled_ns,
	};
	script.limits.memory_kb = UINT64_MAX;
	if (script.limits.cpu_count <= level)
		script.limits.cpu_count = level + 1;
}

static struct denet_summary finish(struct world *world)
{
	assert_int_equal(denet_monitor_finish(world->monitor), 0);
	return summary_of(world);
}

static void least_quota_up_the_tree_is_told(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	set_level(0, 1, SOURCE_NO_QUOTA, 0);
	set_level(1, 2, 2 * QUOTA_NS, 7 * MS);
	set_level(2, 3, QUOTA_NS, 40 * MS);
	set_level(3, 4, SOURCE_NO_QUOTA, 0);
	attach(&world);
	assert_true(world.heard.start_cpu_limit_cores == CORES);
	set_level(1, 2, 2 * QUOTA_NS, 9 * MS);
	set_level(2, 3, QUOTA_NS, 45 * MS);
	summary = finish(&world);
	assert_true(summary.cpu_limit_cores == CORES);
	assert_false(summary.cpu_limit_changed);
	/* Of one group, the most, and since the start. */
	assert_int_equal(summary.throttled_ns, 5 * MS);
	end_world(&world);
}

static void quota_that_is_set_meanwhile_has_changed(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	set_level(0, 1, 2 * QUOTA_NS, 3 * MS);
	attach(&world);
	set_level(0, 1, QUOTA_NS, 4 * MS);
	summary = finish(&world);
	assert_true(summary.cpu_limit_changed);
	assert_true(summary.cpu_limit_before_cores == 2 * CORES);
	assert_true(summary.cpu_limit_cores == CORES);
	assert_int_equal(summary.throttled_ns, 1 * MS);
	end_world(&world);
}

static void limit_of_memory_is_told_as_well(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	set_level(0, 1, SOURCE_NO_QUOTA, 0);
	script.limits.memory_kb = 9;
	attach(&world);
	assert_int_equal(world.heard.start_memory_limit_kb, 9);
	script.limits.memory_kb = 8;
	summary = finish(&world);
	assert_int_equal(summary.memory_limit_kb, 8);
	assert_true(summary.memory_limit_changed);
	assert_int_equal(summary.memory_limit_before_kb, 9);
	end_world(&world);
}

/* How long it had kept others waiting before is not known. */
static void group_that_was_entered_meanwhile_has_no_past(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	set_level(0, 1, 2 * QUOTA_NS, 3 * MS);
	attach(&world);
	set_level(0, 9, QUOTA_NS, 99 * MS);
	set_level(1, 1, 2 * QUOTA_NS, 5 * MS);
	summary = finish(&world);
	assert_true(summary.cpu_limit_cores == CORES);
	assert_int_equal(summary.throttled_ns, 2 * MS);
	end_world(&world);
}

static void what_was_known_stays_when_nothing_can_be_asked(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	set_level(0, 1, QUOTA_NS, 3 * MS);
	attach(&world);
	script.limits.cpu_count = 0;
	summary = finish(&world);
	assert_true(summary.cpu_limit_cores == CORES);
	assert_false(summary.cpu_limit_changed);
	end_world(&world);
}

static void lower_limit_and_longer_wait_of_files_and_source_hold(void **state)
{
	struct around around;

	(void)state;
	around_init(&around);
	assert_true(isnan(around_cpu_limit_cores(&around)));
	assert_true(around_throttled_ns(&around) == UINT64_MAX);
	around.cpu.limit_cores = around.cpu.first_limit_cores = 0.5;
	around.cpu.throttled_ns = 10;
	assert_true(around_cpu_limit_cores(&around) == 0.5);
	assert_true(around_first_cpu_limit_cores(&around) == 0.5);
	assert_int_equal(around_throttled_ns(&around), 10);
	around.limits.cores = around.limits.first_cores = 0.25;
	around.limits.throttled_ns = 20;
	assert_true(around_cpu_limit_cores(&around) == 0.25);
	assert_true(around_first_cpu_limit_cores(&around) == 0.25);
	assert_int_equal(around_throttled_ns(&around), 20);
	around.cpu.throttled_ns = UINT64_MAX;
	assert_int_equal(around_throttled_ns(&around), 20);
	around.cpu.throttled_ns = 30;
	assert_int_equal(around_throttled_ns(&around), 30);
	around.group.limit_kb = 7;
	around.group.first_limit_kb = 6;
	assert_int_equal(around_memory_limit_kb(&around), 7);
	assert_int_equal(around_first_memory_limit_kb(&around), 6);
	around.limits.memory_kb = 5;
	around.limits.first_memory_kb = 4;
	assert_int_equal(around_memory_limit_kb(&around), 5);
	assert_int_equal(around_first_memory_limit_kb(&around), 4);
	around.limits.cores = 1;
	assert_true(around_cpu_limit_cores(&around) == 0.5);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(least_quota_up_the_tree_is_told),
		cmocka_unit_test(quota_that_is_set_meanwhile_has_changed),
		cmocka_unit_test(limit_of_memory_is_told_as_well),
		cmocka_unit_test(group_that_was_entered_meanwhile_has_no_past),
		cmocka_unit_test(what_was_known_stays_when_nothing_can_be_asked),
		cmocka_unit_test(lower_limit_and_longer_wait_of_files_and_source_hold),
	};

	return cmocka_run_group_tests_name("test_limits", tests, NULL, NULL);
}
