/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who uses much: looks as a script has them. */
#include "host/heavy.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "util/units.h"

#define MIB (1u << 20)

struct script {
	struct heavy heavy;
	struct tasks tasks;
	struct task items[4];
	uint64_t mono_ns;
};

static void begin(struct script *script, uint64_t window)
{
	const struct heavy_limits limits = { 80, 500 * MIB, window };

	*script = (struct script){ .mono_ns = NS_PER_S };
	script->tasks.items = script->items;
	heavy_init(&script->heavy, &limits);
}

/* Those of the next look follow, by pid. */
static void next(struct script *script)
{
	script->mono_ns += NS_PER_S;
	script->tasks.count = 0;
}

static void alive(struct script *script, pid_t pid, uint64_t start, double cpu_s, uint64_t mib)
{
	script->items[script->tasks.count++] = (struct task){
		.pid = pid,
		.start_boot_ns = start,
		.cpu_time_ns = (uint64_t)(cpu_s * (double)NS_PER_S),
		.rss_bytes = mib * MIB,
		.comm = "it",
	};
}

static void look(struct script *script, size_t wanted)
{
	assert_int_equal(heavy_take(&script->heavy, &script->tasks, script->mono_ns), 0);
	assert_int_equal(script->heavy.found_count, wanted);
	for (size_t i = 0; i < wanted; i++)
		heavy_tell(&script->heavy.found[i], 9);
}

static const struct host_heavy *found(const struct script *script, size_t index)
{
	return &script->heavy.found[index].figures;
}

static bool is_near(double a, double b)
{
	return fabs(a - b) < 1e-6;
}

static void cpu_goes_before_memory(void **state)
{
	struct script script;

	(void)state;
	begin(&script, 10);
	next(&script);
	alive(&script, 5, 1, 100, 501);
	alive(&script, 6, 1, 100, 500);
	look(&script, 1);
	assert_string_equal(found(&script, 0)->reason, "memory");
	assert_int_equal(found(&script, 0)->pid, 5);
	assert_int_equal(found(&script, 0)->ts_ms, 9);
	assert_string_equal(found(&script, 0)->name, "it");
	assert_true(isnan(found(&script, 0)->cpu_percent));
	next(&script);
	alive(&script, 5, 1, 100.9, 501);
	alive(&script, 6, 1, 100.8, 500);
	look(&script, 1);
	assert_string_equal(found(&script, 0)->reason, "cpu");
	assert_true(is_near(found(&script, 0)->cpu_percent, 90));
	heavy_done(&script.heavy);
}

static void a_window_has_the_last_looks(void **state)
{
	struct script script;

	(void)state;
	begin(&script, 2);
	next(&script);
	alive(&script, 5, 1, 0, 0);
	look(&script, 0);
	next(&script);
	alive(&script, 5, 1, 0.9, 0);
	look(&script, 1);
	next(&script);
	alive(&script, 5, 1, 1.7, 0);
	look(&script, 1);
	assert_true(is_near(found(&script, 0)->cpu_percent, 85));
	assert_true(is_near(found(&script, 0)->cpu_percent_latest, 80));
	/* The first look is out of it. */
	next(&script);
	alive(&script, 5, 1, 1.8, 0);
	look(&script, 0);
	/* One look of much shows, whatever the others were. */
	next(&script);
	alive(&script, 5, 1, 2.7, 0);
	look(&script, 1);
	assert_true(is_near(found(&script, 0)->cpu_percent, 50));
	assert_true(is_near(found(&script, 0)->cpu_percent_latest, 90));
	heavy_done(&script.heavy);
}

static void one_that_has_ended_is_found_once_more(void **state)
{
	struct script script;

	(void)state;
	begin(&script, 10);
	next(&script);
	alive(&script, 5, 1, 0, 600);
	alive(&script, 7, 1, 0, 600);
	look(&script, 2);
	script.heavy.found[0].is_named = true;
	(void)snprintf(script.heavy.found[0].username, USERS_NAME_BYTES, "ann");
	/* Another has its pid. */
	next(&script);
	alive(&script, 5, 2, 0, 0);
	alive(&script, 7, 1, 0, 600);
	look(&script, 2);
	assert_true(found(&script, 0)->ended);
	assert_int_equal(found(&script, 0)->rss_bytes, 600ull * MIB);
	assert_string_equal(found(&script, 0)->username, "ann");
	assert_null(found(&script, 0)->container);
	assert_false(found(&script, 1)->ended);
	next(&script);
	alive(&script, 5, 2, 0, 600);
	look(&script, 2);
	assert_null(found(&script, 0)->username);
	assert_false(found(&script, 0)->ended);
	assert_true(found(&script, 1)->ended);
	next(&script);
	look(&script, 1);
	assert_int_equal(found(&script, 0)->pid, 5);
	next(&script);
	look(&script, 0);
	heavy_done(&script.heavy);
}

static void names_stay_for_as_long_as_it_is_heavy(void **state)
{
	struct script script;

	(void)state;
	begin(&script, 10);
	next(&script);
	alive(&script, 5, 1, 0, 600);
	look(&script, 1);
	assert_false(script.heavy.found[0].is_named);
	script.heavy.found[0].is_named = true;
	(void)snprintf(script.heavy.found[0].container, NAME_BYTES, "web");
	next(&script);
	alive(&script, 5, 1, 0, 600);
	look(&script, 1);
	assert_true(script.heavy.found[0].is_named);
	assert_string_equal(found(&script, 0)->container, "web");
	heavy_done(&script.heavy);
}

static void a_clock_that_stands_tells_no_rate(void **state)
{
	struct script script;

	(void)state;
	begin(&script, 10);
	next(&script);
	alive(&script, 5, 1, 0, 600);
	look(&script, 1);
	script.tasks.count = 0;
	alive(&script, 5, 1, 9, 600);
	look(&script, 1);
	assert_true(isnan(found(&script, 0)->cpu_percent));
	assert_string_equal(found(&script, 0)->reason, "memory");
	heavy_done(&script.heavy);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_goes_before_memory),
		cmocka_unit_test(a_window_has_the_last_looks),
		cmocka_unit_test(one_that_has_ended_is_found_once_more),
		cmocka_unit_test(names_stay_for_as_long_as_it_is_heavy),
		cmocka_unit_test(a_clock_that_stands_tells_no_rate),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
