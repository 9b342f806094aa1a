/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What Prometheus is told from look to look: of who has ended, and of too many. */
#include "exposed.h"
#include <stdlib.h>
#include "util/cleanup.h"

/* A look into what is told from one to the next. */
static void look(struct exposition *exposition, struct made_view *made, uint64_t mono_ns,
		 struct buf *buf)
{
	made->view.mono_ns = mono_ns;
	assert_int_equal(exposition_take(exposition, &made->view), 0);
	buf_reset(buf);
	buf_append_char(buf, '\n');
	exposition_append(exposition, buf, EXPOSITION_TEXT);
}

#define CPU "denet_container_cpu_time_seconds_total" LABELS
#define MEMORY "denet_container_memory_bytes" LABELS

static void end_box(struct made_view *made, struct host_group *group)
{
	group->cpu_time_ns = 2500 * NS_PER_MS;
	view_begin(made);
	view_add(made, DENET_RECORD_CONTAINER, group);
}

static void who_has_ended_is_told_until_it_was_served_twice(void **state)
{
	struct exposition *exposition = open_exposition(&plain);
	struct host_group group = box();
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	view_begin(&made);
	view_add(&made, DENET_RECORD_GROUP, &group);
	look(exposition, &made, 0, &buf);
	exposition_served(exposition);
	assert_line(&buf, MEMORY " 4096");
	end_box(&made, &group);
	look(exposition, &made, NS_PER_S, &buf);
	memset(&group, 0, sizeof(group));
	view_begin(&made);
	for (int i = 0; i < 2; i++) {
		look(exposition, &made, NS_PER_S, &buf);
		/* Its last figures, and no level of what is no more. */
		assert_line(&buf, CPU " 2.5");
		assert_int_equal(count_of(&buf, MEMORY), 0);
		assert_int_equal(count_of(&buf, "denet_container_info{name=\"box\""), 1);
		exposition_served(exposition);
	}
	look(exposition, &made, NS_PER_S, &buf);
	assert_int_equal(count_of(&buf, "denet_container"), 0);
	exposition_free(exposition);
}

static void who_has_ended_is_told_for_five_minutes(void **state)
{
	struct exposition *exposition = open_exposition(&plain);
	struct host_group group = box();
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	end_box(&made, &group);
	look(exposition, &made, NS_PER_S, &buf);
	view_begin(&made);
	look(exposition, &made, 300 * NS_PER_S, &buf);
	assert_line(&buf, CPU " 2.5");
	look(exposition, &made, 301 * NS_PER_S, &buf);
	assert_int_equal(count_of(&buf, "denet_container"), 0);
	exposition_free(exposition);
}

/* Who comes under the same path has its series. */
static void who_comes_again_is_there_once(void **state)
{
	struct exposition *exposition = open_exposition(&plain);
	struct host_group group = box(), next = box();
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	view_begin(&made);
	view_add(&made, DENET_RECORD_GROUP, &next);
	group.cpu_time_ns = 9 * NS_PER_S;
	view_add(&made, DENET_RECORD_CONTAINER, &group);
	look(exposition, &made, NS_PER_S, &buf);
	assert_line(&buf, CPU " 1.5");
	assert_int_equal(count_of(&buf, CPU), 1);
	/* So has one of another path whose labels are the same. */
	group = box();
	group.cgroup = "/elsewhere";
	view_begin(&made);
	view_add(&made, DENET_RECORD_GROUP, &next);
	view_add(&made, DENET_RECORD_CONTAINER, &group);
	look(exposition, &made, NS_PER_S, &buf);
	assert_int_equal(count_of(&buf, CPU), 1);
	exposition_free(exposition);
}

static void units_that_have_ended_are_not_told(void **state)
{
	struct exposition *exposition = open_exposition(&plain);
	struct host_group group = unknown_group("unit", "u");
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	group.cpu_time_ns = NS_PER_S;
	view_begin(&made);
	view_add(&made, DENET_RECORD_CONTAINER, &group);
	look(exposition, &made, NS_PER_S, &buf);
	assert_int_equal(count_of(&buf, "denet_group_cpu"), 0);
	exposition_free(exposition);
}

#define CROWD 40

struct crowd {
	char names[CROWD][16];
	struct host_group groups[CROWD];
};

static void make_crowd(struct crowd *crowd)
{
	for (size_t i = 0; i < CROWD; i++) {
		(void)snprintf(crowd->names[i], sizeof(crowd->names[i]), "/b%zu", i);
		crowd->groups[i] = unknown_group("container", crowd->names[i]);
		crowd->groups[i].cgroup = crowd->names[i];
		crowd->groups[i].cpu_time_ns = NS_PER_S;
		crowd->groups[i].memory_bytes = 1;
	}
}

static void add_crowd(struct made_view *made, struct crowd *crowd, size_t first)
{
	view_begin(made);
	for (size_t i = first; i < CROWD; i++)
		view_add(made, DENET_RECORD_GROUP, &crowd->groups[i]);
}

/* What all together have used, as the text tells it. */
static double sum_of(const struct buf *buf, const char *name)
{
	const char *at = buf_text(buf);
	size_t len = strlen(name);
	double sum = 0;

	while ((at = strstr(at, name))) {
		if (at[len] == '{' && at[-1] == '\n')
			sum += strtod(strstr(at, "} ") + 2, NULL);
		at += len;
	}
	return sum;
}

#define CPUS "denet_container_cpu_time_seconds_total"
#define MEMORIES "denet_container_memory_bytes"

static double sum_of_rest(const struct buf *buf)
{
	const char *line = strstr(buf_text(buf), CPUS "{name=\"other\"}");

	return line ? strtod(strstr(line, "} ") + 2, NULL) : 0;
}

/* Nothing is lost, and counters never fall: not when one of them ends, nor when it gets series of its own. */
static void what_is_beyond_is_other(void **state)
{
	const struct expose_settings settings = { .max_series = 1000 };
	struct exposition *exposition = open_exposition(&settings);
	static struct crowd crowd;
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };
	double own, rest;

	(void)state;
	make_crowd(&crowd);
	add_crowd(&made, &crowd, 0);
	look(exposition, &made, NS_PER_S, &buf);
	assert_float_equal(sum_of(&buf, CPUS), CROWD, 0);
	assert_float_equal(sum_of(&buf, MEMORIES), CROWD, 0);
	own = (double)count_of(&buf, CPUS "{name=\"/b");
	assert_in_range((size_t)own, 10, CROWD - 5);
	assert_int_equal(count_of(&buf, CPUS "{name=\"other\"}"), 1);
	assert_int_equal(count_of(&buf, "\ndenet_series_folded_total 0\n"), 0);
	/* The last is in other, uses another second, and ends. */
	crowd.groups[CROWD - 1].cpu_time_ns += NS_PER_S;
	look(exposition, &made, NS_PER_S, &buf);
	assert_float_equal(sum_of(&buf, CPUS), CROWD + 1, 0);
	crowd.groups[CROWD - 1].cpu_time_ns += NS_PER_S;
	made.rows[CROWD - 1].record = DENET_RECORD_CONTAINER;
	look(exposition, &made, NS_PER_S, &buf);
	assert_float_equal(sum_of(&buf, CPUS), CROWD + 2, 0);
	assert_float_equal(sum_of(&buf, MEMORIES), CROWD - 1, 0);
	made.view.count--;
	look(exposition, &made, NS_PER_S, &buf);
	assert_float_equal(sum_of(&buf, CPUS), CROWD + 2, 0);
	/* Half of those with series end unheard of: others take their place, and other stays as it is. */
	rest = sum_of_rest(&buf);
	assert_true(rest > 0);
	add_crowd(&made, &crowd, (size_t)own / 2);
	made.view.count--;
	look(exposition, &made, NS_PER_S, &buf);
	look(exposition, &made, NS_PER_S, &buf);
	assert_true(count_of(&buf, CPUS "{name=\"/b") > (size_t)own / 2);
	assert_float_equal(sum_of_rest(&buf), rest, 0);
	exposition_free(exposition);
}

/* Those that come and go between two looks leave room for who stays. */
static void short_lives_take_a_part_alone(void **state)
{
	const struct expose_settings settings = { .max_series = 1000 };
	struct exposition *exposition = open_exposition(&settings);
	static struct crowd crowd;
	struct made_view made = { 0 };
	struct host_group group = box();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	make_crowd(&crowd);
	add_crowd(&made, &crowd, 0);
	for (size_t i = 0; i < CROWD; i++)
		made.rows[i].record = DENET_RECORD_CONTAINER;
	view_add(&made, DENET_RECORD_GROUP, &group);
	look(exposition, &made, NS_PER_S, &buf);
	assert_line(&buf, CPU " 1.5");
	assert_float_equal(sum_of(&buf, CPUS), CROWD + 1.5, 0);
	assert_true(sum_of_rest(&buf) > CROWD / 2);
	/* Nobody is left who has that memory. */
	assert_int_equal(count_of(&buf, MEMORIES "{name=\"other\"}"), 0);
	exposition_free(exposition);
}

static void commands_take_half(void **state)
{
	const struct expose_settings settings = { .has_commands = true, .max_series = 1000 };
	struct exposition *exposition = open_exposition(&settings);
	static struct host_command commands[VIEW_ROWS_MAX - 1];
	struct made_view made = { 0 };
	struct host_group group = box();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	view_begin(&made);
	for (size_t i = 0; i < VIEW_ROWS_MAX - 1; i++) {
		commands[i] = unknown_command("g", "sh");
		commands[i].uid = i;
		commands[i].cpu_time_ns = NS_PER_S;
		view_add(&made, DENET_RECORD_COMMAND, &commands[i]);
	}
	view_add(&made, DENET_RECORD_GROUP, &group);
	look(exposition, &made, NS_PER_S, &buf);
	assert_line(&buf, CPU " 1.5");
	assert_float_equal(sum_of(&buf, "denet_command_cpu_time_seconds_total"), VIEW_ROWS_MAX - 1,
			   0);
	assert_in_range(count_of(&buf, "\ndenet_command_cpu_time_seconds_total{"), 10, 50);
	exposition_free(exposition);
}

static void a_unit_of_the_others_is_counted_to_its_end(void **state)
{
	const struct expose_settings settings = { .max_series = 1000 };
	struct exposition *exposition = open_exposition(&settings);
	static struct crowd crowd;
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	make_crowd(&crowd);
	for (size_t i = 0; i < CROWD; i++)
		crowd.groups[i].type = "unit";
	add_crowd(&made, &crowd, 0);
	look(exposition, &made, NS_PER_S, &buf);
	crowd.groups[CROWD - 1].cpu_time_ns += NS_PER_S;
	made.rows[CROWD - 1].record = DENET_RECORD_CONTAINER;
	look(exposition, &made, NS_PER_S, &buf);
	assert_float_equal(sum_of(&buf, "denet_group_cpu_time_seconds_total"), CROWD + 1, 0);
	exposition_free(exposition);
}

/* Two names that are written alike. */
static void no_series_is_there_twice(void **state)
{
	struct host_group groups[] = { unknown_group("unit", "a\n"),
				       unknown_group("unit", "a\\u000a") };
	struct exposition *exposition = open_exposition(&plain);
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	groups[0].cgroup = "/\xff";
	groups[1].cgroup = "/\\xff";
	groups[0].cpu_time_ns = groups[1].cpu_time_ns = NS_PER_S;
	view_begin(&made);
	view_add(&made, DENET_RECORD_GROUP, &groups[0]);
	view_add(&made, DENET_RECORD_GROUP, &groups[1]);
	look(exposition, &made, NS_PER_S, &buf);
	assert_line(&buf, "denet_group_cpu_time_seconds_total{name=\"a\\\\u000a\",kind=\"unit\","
			  "cgroup=\"/\\\\xff\"} 1.0");
	assert_line(&buf, "denet_group_cpu_time_seconds_total{name=\"other\",kind=\"other\"} 1.0");
	exposition_free(exposition);
}

/* The host's own class of the others, and ours, are one. */
static void classes_are_counters_for_good(void **state)
{
	struct host_class rest = unknown_class("other"), web = unknown_class("web");
	struct exposition *exposition = open_exposition(&plain);
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	rest.cpu_time_ns = web.cpu_time_ns = NS_PER_S;
	view_begin(&made);
	view_add(&made, DENET_RECORD_CLASS, &rest);
	view_add(&made, DENET_RECORD_CLASS, &web);
	for (int i = 0; i < 2; i++) {
		look(exposition, &made, NS_PER_S, &buf);
		assert_line(&buf, "denet_class_cpu_time_seconds_total{class=\"other\"} 1.0");
		assert_line(&buf, "denet_class_cpu_time_seconds_total{class=\"web\"} 1.0");
		assert_line(&buf, "denet_series_folded_total 0");
	}
	exposition_free(exposition);
}

static size_t drops(void *context, struct exposition_sink *ret_sinks, size_t max)
{
	assert_true(max >= 2);
	ret_sinks[0] = (struct exposition_sink){ context, 3 };
	ret_sinks[1] = (struct exposition_sink){ "b\"", 0 };
	return 2;
}

static void the_service_tells_of_itself(void **state)
{
	struct exposition *exposition = open_exposition(&plain);
	struct host_machine machine = unknown_machine();
	static char name[] = "a";
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	buf_append_char(&buf, '\n');
	exposition_append(exposition, &buf, EXPOSITION_TEXT);
	assert_int_equal(count_of(&buf, "\ndenet_looks_total"), 0);
	machine.cgroup_events_lost = 5;
	view_begin(&made);
	view_add(&made, DENET_RECORD_MACHINE, &machine);
	exposition_set_sinks(exposition, drops, name);
	look(exposition, &made, NS_PER_S, &buf);
	assert_line(&buf, "denet_events_lost_total 5");
	assert_line(&buf, "denet_sink_dropped_total{sink=\"a\"} 3");
	assert_line(&buf, "denet_sink_dropped_total{sink=\"b\\\"\"} 0");
	assert_int_equal(count_of(&buf, "\ndenet_build_info{version=\""), 1);
	assert_int_equal(count_of(&buf, "\nprocess_cpu_seconds_total "), 1);
	assert_int_equal(count_of(&buf, "\nprocess_resident_memory_bytes "), 1);
	assert_int_equal(count_of(&buf, "\nprocess_open_fds "), 1);
	assert_int_equal(count_of(&buf, "\nprocess_start_time_seconds "), 1);
	/* Of another exporter's process there is one already. */
	buf_reset(&buf);
	exposition_append(exposition, &buf, EXPOSITION_FILE);
	assert_int_equal(count_of(&buf, "process_cpu"), 0);
	exposition_free(exposition);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_has_ended_is_told_until_it_was_served_twice),
		cmocka_unit_test(who_has_ended_is_told_for_five_minutes),
		cmocka_unit_test(who_comes_again_is_there_once),
		cmocka_unit_test(units_that_have_ended_are_not_told),
		cmocka_unit_test(what_is_beyond_is_other),
		cmocka_unit_test(no_series_is_there_twice),
		cmocka_unit_test(classes_are_counters_for_good),
		cmocka_unit_test(the_service_tells_of_itself),
		cmocka_unit_test(short_lives_take_a_part_alone),
		cmocka_unit_test(commands_take_half),
		cmocka_unit_test(a_unit_of_the_others_is_counted_to_its_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
