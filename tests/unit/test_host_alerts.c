/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Rules over looks that are made up: what fires, when, and what it says. */
#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <cmocka.h>

#include "alert/evaluator.h"
#include "alert_world.h"
#include "metrics/host_records.h"
#include "util/cleanup.h"
#include "util/units.h"

static void assert_told(struct alert_world *world, const char *wanted)
{
	assert_string_equal(buf_text(&world->told), wanted);
	buf_reset(&world->told);
}

static void what_is_beyond_is_told_once(void **state)
{
	struct alert_world *world = alert_world_new("rules:\n- name: Hot\n  metric: cpu_percent\n"
						    "  warning: 80%\n  critical: 95%\n");

	(void)state;
	alert_world_machine(world, 1, 80);
	assert_told(world, "");
	alert_world_machine(world, 1, 80.5);
	assert_told(world, "warning firing 80.5;");
	alert_world_machine(world, 1, 99);
	assert_told(world, "critical firing 99;");
	alert_world_machine(world, 1, 98);
	assert_told(world, "");
	alert_world_machine(world, 1, 90);
	assert_told(world, "critical resolved 90;");
	alert_world_machine(world, 1, 80);
	assert_told(world, "warning resolved 80;");
	assert_int_equal(evaluator_count(world->evaluator), 0);
	alert_world_free(world);
}

static void it_has_to_be_beyond_for_a_while(void **state)
{
	struct alert_world *world = alert_world_new("rules:\n- name: Hot\n  metric: cpu_percent\n"
						    "  warning: 80%\n  for: 30s\n");

	(void)state;
	alert_world_machine(world, 15, 90);
	assert_told(world, "");
	assert_int_equal(evaluator_count(world->evaluator), 1);
	assert_int_equal(evaluator_get(world->evaluator, 0)->state, ALERT_PENDING);
	alert_world_machine(world, 15, 90);
	alert_world_machine(world, 1, 70);
	assert_int_equal(evaluator_count(world->evaluator), 0);
	alert_world_machine(world, 15, 90);
	alert_world_machine(world, 15, 91);
	assert_told(world, "");
	alert_world_machine(world, 15, 92);
	assert_told(world, "warning firing 92;");
	alert_world_free(world);
}

static void what_is_not_known_begins_and_ends_nothing(void **state)
{
	struct alert_world *world = alert_world_new("rules:\n- name: Hot\n  metric: cpu_percent\n"
						    "  warning: 80%\n- {name: Cold, metric: "
						    "cpu_percent, when: below, warning: 5%}\n");

	(void)state;
	alert_world_machine(world, 1, (double)NAN);
	assert_told(world, "");
	alert_world_machine(world, 1, 90);
	assert_told(world, "warning firing 90;");
	alert_world_machine(world, 1, (double)NAN);
	assert_told(world, "");
	assert_int_equal(evaluator_count(world->evaluator), 1);
	alert_world_machine(world, 1, 3);
	assert_told(world, "warning resolved 3;warning firing 3;");
	alert_world_free(world);
}

static void it_ends_at_a_bound_of_its_own_and_after_a_while(void **state)
{
	struct alert_world *world =
		alert_world_new("rules:\n- name: Hot\n  metric: cpu_percent\n  warning: 80%\n"
				"  warning_resolve: 60%\n  keep_firing_for: 10s\n");

	(void)state;
	alert_world_machine(world, 5, 90);
	assert_told(world, "warning firing 90;");
	alert_world_machine(world, 50, 61);
	alert_world_machine(world, 50, 60);
	alert_world_machine(world, 5, 50);
	assert_told(world, "");
	alert_world_machine(world, 5, 70);
	alert_world_machine(world, 5, 50);
	alert_world_machine(world, 5, 50);
	assert_told(world, "");
	alert_world_machine(world, 5, 50);
	assert_told(world, "warning resolved 50;");
	alert_world_free(world);
}

static void what_is_gone_is_over(void **state)
{
	struct alert_world *world =
		alert_world_new("rules:\n- name: Fat\n  metric: memory_bytes\n  of: container\n"
				"  only: w.b\n  critical: 1MiB\n");
	struct host_group groups[] = { alert_world_group("web", "/a", 2 << 20),
				       alert_world_group("wob", "/b", 2 << 20),
				       alert_world_group("db", "/c", 2 << 20),
				       alert_world_group("web", "/d", 2 << 20) };

	(void)state;
	groups[3].type = "unit";
	alert_world_groups(world, 1, groups, 4);
	assert_told(world, "critical firing 2097152;critical firing 2097152;");
	alert_world_groups(world, 1, groups + 1, 3);
	assert_told(world, "critical resolved 2097152;");
	assert_string_equal(evaluator_get(world->evaluator, 0)->name, "wob");
	groups[1].memory_bytes = DENET_UNKNOWN;
	alert_world_groups(world, 1, groups + 1, 3);
	assert_told(world, "");
	alert_world_groups(world, 1, groups, 0);
	assert_told(world, "critical resolved 2097152;");
	alert_world_free(world);
}

static void what_ended_between_two_looks_is_told(void **state)
{
	struct alert_world *world = alert_world_new(
		"rules:\n- {name: Killed, metric: oom_kills, of: container, critical: 0}\n");
	struct host_group groups[] = { alert_world_group("web", "/a", 1) };

	(void)state;
	groups[0].oom_kills = 1;
	world->of_groups = DENET_RECORD_CONTAINER;
	alert_world_groups(world, 1, groups, 1);
	assert_told(world, "critical firing 1;");
	alert_world_groups(world, 1, groups, 0);
	assert_told(world, "critical resolved 1;");
	alert_world_free(world);
}

static void a_counter_has_a_rate(void **state)
{
	struct alert_world *world = alert_world_new(
		"rules:\n- {name: Killed, metric: rate(oom_kills), of: group, critical: 0.5}\n"
		"- {name: Busy, metric: 'rate(cpu_time_ns, 20s)', of: group, warning: 40%}\n");
	struct host_group group = alert_world_group("web", "/a", 1);

	(void)state;
	group.oom_kills = 7;
	group.cpu_time_ns = 0;
	alert_world_groups(world, 10, &group, 1);
	assert_told(world, "");
	group.oom_kills += 6;
	group.cpu_time_ns += 4 * NS_PER_S;
	alert_world_groups(world, 10, &group, 1);
	assert_told(world, "critical firing 0.6;");
	group.cpu_time_ns += 5 * NS_PER_S;
	alert_world_groups(world, 10, &group, 1);
	assert_told(world, "critical resolved 0;warning firing 45;");
	/* It begins anew: of that nothing is known. */
	group.oom_kills = 0;
	group.cpu_time_ns = 0;
	alert_world_groups(world, 10, &group, 1);
	assert_told(world, "");
	alert_world_groups(world, 10, &group, 1);
	assert_told(world, "warning resolved 0;");
	alert_world_free(world);
}

static void a_figure_is_looked_at_over_a_while(void **state)
{
	struct alert_world *world = alert_world_new(
		"rules:\n- {name: A, metric: 'p50(cpu_percent, 30s)', warning: 50%}\n"
		"- {name: B, metric: 'max(cpu_percent, 30s)', critical: 90%}\n"
		"- {name: C, metric: 'min(cpu_percent, 30s)', critical: 40%}\n"
		"- {name: D, metric: 'mean(cpu_percent, 30s)', critical: 69%}\n");

	(void)state;
	alert_world_machine(world, 10, 10);
	alert_world_machine(world, 10, 20);
	alert_world_machine(world, 10, 95);
	assert_told(world, "critical firing 95;");
	/* 10 20 95 60: half of them are at most 20. */
	alert_world_machine(world, 10, 60);
	assert_told(world, "");
	/* 20 95 60 55 */
	alert_world_machine(world, 10, 55);
	assert_told(world, "warning firing 55;");
	/* 95 60 55 70 */
	alert_world_machine(world, 10, 70);
	assert_told(world, "critical firing 55;critical firing 70;");
	/* 60 55 70 50 */
	alert_world_machine(world, 10, 50);
	assert_told(world, "critical resolved 70;critical resolved 58.75;");
	alert_world_free(world);
}

static void a_clock_that_is_put_back_changes_no_order(void **state)
{
	struct alert_world *world = alert_world_new(
		"rules:\n- {name: Hot, metric: cpu_percent, warning: 80%, for: 5s}\n");

	(void)state;
	alert_world_machine(world, 5, 90);
	world->ts_ms -= 3600 * 1000;
	alert_world_machine(world, 5, 90);
	assert_told(world, "warning firing 90;");
	assert_int_equal(evaluator_get(world->evaluator, 0)->starts_ms, world->ts_ms);
	assert_int_equal(alert_starts_ms(evaluator_get(world->evaluator, 0), world->ts_ms - 1),
			 world->ts_ms - 1);
	assert_int_equal(alert_starts_ms(evaluator_get(world->evaluator, 0), world->ts_ms + 1),
			 world->ts_ms);
	world->ts_ms -= 3600 * 1000;
	alert_world_machine(world, 5, 10);
	assert_told(world, "warning resolved 10;");
	assert_int_equal(world->last_ends_ms, world->ts_ms + 3595 * 1000);
	alert_world_free(world);
}

static void there_are_so_many_and_no_more(void **state)
{
	enum { COUNT = EVALUATOR_ALERTS_MAX + 7 };
	struct alert_world *world = alert_world_new(
		"rules:\n- {name: Fat, metric: memory_bytes, of: container, critical: 1MiB}\n");
	AUTO_FREE struct host_group *groups = calloc(COUNT, sizeof(*groups));
	static char paths[COUNT][16];

	(void)state;
	assert_non_null(groups);
	for (size_t i = 0; i < COUNT; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "/%zu", i);
		groups[i] = alert_world_group("web", paths[i], 2 << 20);
	}
	alert_world_groups(world, 1, groups, COUNT);
	assert_int_equal(evaluator_count(world->evaluator), EVALUATOR_ALERTS_MAX);
	assert_int_equal(evaluator_omitted(world->evaluator), 7);
	alert_world_groups(world, 1, groups, 10);
	assert_int_equal(evaluator_count(world->evaluator), 10);
	assert_int_equal(evaluator_omitted(world->evaluator), 0);
	alert_world_free(world);
}

static void what_is_too_old_makes_room(void **state)
{
	enum { COUNT = 1000, LOOKS = EVALUATOR_POINTS_MAX / COUNT };
	struct alert_world *world = alert_world_new(
		"rules:\n- {name: Fat, metric: 'max(memory_bytes, 300s)', of: container, "
		"critical: 1MiB}\n");
	AUTO_FREE struct host_group *groups = calloc(COUNT, sizeof(*groups));
	static char paths[COUNT][16];

	(void)state;
	assert_non_null(groups);
	for (size_t i = 0; i < COUNT; i++) {
		(void)snprintf(paths[i], sizeof(paths[i]), "/%zu", i);
		groups[i] = alert_world_group("web", paths[i], 1);
	}
	for (size_t i = 0; i < LOOKS; i++)
		alert_world_groups(world, 1, groups, COUNT);
	assert_int_equal(evaluator_omitted(world->evaluator), 0);
	alert_world_groups(world, 1, groups, COUNT);
	assert_int_equal(evaluator_omitted(world->evaluator), COUNT);
	groups[0].memory_bytes = 2 << 20;
	alert_world_groups(world, 300, groups, COUNT);
	assert_int_equal(evaluator_omitted(world->evaluator), 0);
	assert_told(world, "critical firing 2097152;");
	alert_world_free(world);
}

static void an_alert_says_what_it_is(void **state)
{
	struct alert_world *world = alert_world_new(
		"rules:\n- name: Fat\n  metric: memory_bytes\n  of: container\n  warning: 1MiB\n"
		"  labels: {team: \"a\\\"b\"}\n"
		"  annotations: {todo: 'ask {name}, {{value}} {value} {when} {threshold}'}\n");
	struct host_group group = alert_world_group("w\"\n\xff", "/a,b=c", 3 << 19);
	AUTO(buf) struct buf json = { 0 };

	(void)state;
	group.class_name = "shop";
	world->ts_ms = 1800000000122;
	alert_world_groups(world, 1, &group, 1);
	alert_append(&json, evaluator_get(world->evaluator, 0), 5);
	assert_string_equal(
		buf_text(&json),
		"{\"kind\":\"alert\",\"ts_ms\":5,\"alert\":\"Fat\",\"severity\":\"warning\","
		"\"state\":\"firing\",\"of\":\"container\",\"name\":\"w\\\"\\n\xef\xbf\xbd\","
		"\"metric\":\"memory_bytes\",\"value\":1572864.0,\"threshold\":1048576.0,"
		"\"startsAt\":\"2027-01-15T08:00:01.122Z\","
		"\"labels\":{\"alertname\":\"Fat\",\"cgroup\":\"/a,b=c\",\"class\":\"shop\","
		"\"instance\":\"here\",\"name\":\"w\\\"\\n\xef\xbf\xbd\",\"severity\":\"warning\","
		"\"team\":\"a\\\"b\",\"type\":\"container\"},"
		"\"annotations\":{\"summary\":\"memory_bytes of w\\\"\\n\xef\xbf\xbd is 1.5 MiB, "
		"above 1.0 MiB\",\"todo\":\"ask w\\\"\\n\xef\xbf\xbd, {value}} 1.5 MiB above 1.0 "
		"MiB\"}}");
	alert_world_free(world);
}

static void other_rules_take_over_what_fires(void **state)
{
	struct alert_world *world =
		alert_world_new("rules:\n- {name: A, metric: cpu_percent, warning: 80%}\n"
				"- {name: B, metric: cpu_percent, critical: 80%}\n"
				"- {name: C, metric: 'p50(cpu_percent, 1m)', critical: 80%}\n");
	struct alert_world *other = alert_world_new(
		"rules:\n- {name: C, metric: 'p50(cpu_percent, 1m)', critical: 80%}\n"
		"- {name: B, metric: cpu_percent, critical: 81%}\n"
		"- {name: A, metric: cpu_percent, warning: 80%, annotations: {a: b}}\n");

	(void)state;
	alert_world_machine(world, 1, 10);
	alert_world_machine(world, 1, 90);
	alert_world_machine(world, 1, 90);
	assert_told(world, "warning firing 90;critical firing 90;critical firing 90;");
	evaluator_adopt(other->evaluator, world->evaluator);
	evaluator_end(world->evaluator, alert_world_on_told, other);
	assert_told(other, "critical resolved 90;");
	assert_int_equal(evaluator_count(world->evaluator), 0);
	assert_int_equal(evaluator_count(other->evaluator), 2);
	alert_world_free(world);
	other->mono_ns += 3 * NS_PER_S;
	other->ts_ms += 3000;
	alert_world_machine(other, 1, 90);
	assert_told(other, "critical firing 90;");
	alert_world_machine(other, 1, 10);
	assert_told(other, "critical resolved 10;warning resolved 10;");
	alert_world_free(other);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_beyond_is_told_once),
		cmocka_unit_test(it_has_to_be_beyond_for_a_while),
		cmocka_unit_test(what_is_not_known_begins_and_ends_nothing),
		cmocka_unit_test(it_ends_at_a_bound_of_its_own_and_after_a_while),
		cmocka_unit_test(what_is_gone_is_over),
		cmocka_unit_test(what_ended_between_two_looks_is_told),
		cmocka_unit_test(a_counter_has_a_rate),
		cmocka_unit_test(a_figure_is_looked_at_over_a_while),
		cmocka_unit_test(a_clock_that_is_put_back_changes_no_order),
		cmocka_unit_test(there_are_so_many_and_no_more),
		cmocka_unit_test(what_is_too_old_makes_room),
		cmocka_unit_test(an_alert_says_what_it_is),
		cmocka_unit_test(other_rules_take_over_what_fires),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
