/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A look as Prometheus is told of it, with names of all bytes. */
#include "exposed.h"
#include "format/scale.h"
#include "util/cleanup.h"

/* What is told of one look; a line before the first, so that each has one. */
static void tell(const struct expose_settings *settings, const struct made_view *made,
		 enum exposition_form form, struct buf *buf)
{
	struct exposition *exposition = open_exposition(settings);

	assert_int_equal(exposition_take(exposition, &made->view), 0);
	buf_append_char(buf, '\n');
	exposition_append(exposition, buf, form);
	exposition_free(exposition);
}

static void figures_have_base_units_and_totals(void **state)
{
	const struct host_group group = box();
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	view_begin(&made);
	view_add(&made, DENET_RECORD_GROUP, &group);
	tell(&plain, &made, EXPOSITION_TEXT, &buf);
	assert_line(&buf, "# TYPE denet_container_cpu_time_seconds_total counter");
	assert_line(&buf, "denet_container_cpu_time_seconds_total" LABELS " 1.5");
	assert_line(&buf, "# TYPE denet_container_memory_bytes gauge");
	assert_line(&buf, "denet_container_memory_bytes" LABELS " 4096");
	assert_line(&buf, "denet_container_disk_reads_total" LABELS " 3");
	assert_line(&buf, "denet_container_net_sent_bytes_total" LABELS " 7");
	assert_line(&buf, "denet_container_info{name=\"box\",id=\"0123456789ab\",class=\"nginx:1\","
			  "runtime=\"docker\",image=\"nginx:1\",container_id=\"" ID "\"} 1");
	/* A rate of what is a counter, and what is not known. */
	assert_int_equal(count_of(&buf, "usage"), 0);
	assert_int_equal(count_of(&buf, "disk_write"), 0);
	assert_int_equal(count_of(&buf, "EOF"), 0);
}

static void seconds_have_all_their_digits(void **state)
{
	static const struct {
		uint64_t ns;
		const char *seconds;
	} cases[] = {
		{ 0, "0.0" },
		{ 1, "0.000000001" },
		{ 120000000, "0.12" },
		{ 3 * NS_PER_S, "3.0" },
		{ 10 * NS_PER_S + 10, "10.00000001" },
		{ UINT64_MAX - 1, "18446744073.709551614" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO(buf) struct buf buf = { 0 };

		scale_append_ns(&buf, cases[i].ns);
		assert_string_equal(buf_text(&buf), cases[i].seconds);
	}
}

static void openmetrics_calls_families_without_their_ends(void **state)
{
	const struct host_group group = box();
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	view_begin(&made);
	view_add(&made, DENET_RECORD_GROUP, &group);
	tell(&plain, &made, EXPOSITION_OPENMETRICS, &buf);
	assert_line(&buf, "# TYPE denet_container info");
	assert_line(&buf, "# TYPE denet_container_cpu_time_seconds counter");
	assert_line(&buf, "# UNIT denet_container_cpu_time_seconds seconds");
	assert_line(&buf, "denet_container_cpu_time_seconds_total" LABELS " 1.5");
	assert_line(&buf, "# UNIT denet_container_memory_bytes bytes");
	assert_int_equal(count_of(&buf, "# UNIT denet_container_disk_reads"), 0);
	assert_string_equal(buf_text(&buf) + buf.len - strlen("# EOF\n"), "# EOF\n");
}

static void names_of_any_bytes_stay_between_their_quotes(void **state)
{
	struct host_group group = unknown_group("unit", "a\"b\\c\nd\xff");
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	group.cgroup = "/x} 5";
	group.memory_bytes = 1;
	view_begin(&made);
	view_add(&made, DENET_RECORD_GROUP, &group);
	tell(&plain, &made, EXPOSITION_TEXT, &buf);
	assert_line(&buf, "denet_group_memory_bytes{name=\"a\\\"b\\\\c\\\\u000ad\\\\xff\","
			  "kind=\"unit\",cgroup=\"/x} 5\"} 1");
}

static void names_that_no_eye_tells_apart_are_series_of_their_own(void **state)
{
	static const char *const names[] = { "a\x01", "a\x02", "a\xe2\x80\xae" };
	static const char *const written[] = { "a\\\\u0001", "a\\\\u0002", "a\\\\u202e" };

	(void)state;
	for (unsigned int format = 0; format < 2; format++) {
		AUTO(buf) struct buf buf = { 0 };
		struct host_group groups[3];
		struct made_view made = { 0 };

		view_begin(&made);
		for (size_t i = 0; i < 3; i++) {
			groups[i] = unknown_group("unit", names[i]);
			groups[i].cgroup = names[i];
			groups[i].memory_bytes = 1;
			view_add(&made, DENET_RECORD_GROUP, &groups[i]);
		}
		tell(&plain, &made, format ? EXPOSITION_OPENMETRICS : EXPOSITION_TEXT, &buf);
		for (size_t i = 0; i < 3; i++) {
			char line[200];

			(void)snprintf(line, sizeof(line),
				       "denet_group_memory_bytes{name=\"%s\",kind=\"unit\","
				       "cgroup=\"%s\"} 1",
				       written[i], written[i]);
			assert_line(&buf, line);
		}
	}
}

/* Each family is one piece. */
static void rows_of_a_family_stand_together(void **state)
{
	const struct host_group groups[] = { box(), unknown_group("unit", "u"), box() };
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	view_begin(&made);
	for (size_t i = 0; i < sizeof(groups) / sizeof(groups[0]); i++)
		view_add(&made, DENET_RECORD_GROUP, &groups[i]);
	tell(&plain, &made, EXPOSITION_TEXT, &buf);
	assert_int_equal(count_of(&buf, "# TYPE denet_container_memory_bytes "), 1);
	assert_int_equal(count_of(&buf, "# HELP denet_container_memory_bytes "), 1);
}

static void machine_and_commands_are_told_to_who_asks(void **state)
{
	struct expose_settings settings = plain;
	struct host_machine machine = unknown_machine();
	struct host_command command = unknown_command("box", "sh");
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	machine.memory_total = 100;
	command.uid = 0;
	command.cpu_time_ns = NS_PER_S;
	view_begin(&made);
	view_add(&made, DENET_RECORD_MACHINE, &machine);
	view_add(&made, DENET_RECORD_COMMAND, &command);
	tell(&plain, &made, EXPOSITION_TEXT, &buf);
	assert_int_equal(count_of(&buf, "denet_machine"), 0);
	assert_int_equal(count_of(&buf, "denet_command"), 0);
	settings.has_machine = settings.has_commands = true;
	tell(&settings, &made, EXPOSITION_TEXT, &buf);
	assert_line(&buf, "denet_machine_memory_total_bytes 100");
	assert_line(
		&buf,
		"denet_command_cpu_time_seconds_total{group=\"box\",comm=\"sh\",uid=\"0\"} 1.0");
}

static void others_names_are_told_on_demand(void **state)
{
	struct expose_settings settings = plain;
	struct host_machine machine = unknown_machine();
	struct host_processes processes = unknown_processes("web");
	const struct host_group group = box();
	struct made_view made = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	machine.cpu_percent = 12.5;
	machine.disk_usage_percent = 50;
	processes.cpu_time_ns = 2 * NS_PER_S;
	processes.memory_bytes = 5;
	view_begin(&made);
	view_add(&made, DENET_RECORD_MACHINE, &machine);
	view_add(&made, DENET_RECORD_GROUP, &group);
	view_add(&made, DENET_RECORD_PROCESSES, &processes);
	settings.names = EXPOSE_NAMES_PSUTIL;
	tell(&settings, &made, EXPOSITION_TEXT, &buf);
	assert_line(&buf, "system_cpu_percent 12.5");
	assert_line(&buf, "system_disk_percent 50.0");
	settings.names = EXPOSE_NAMES_PROCESS_EXPORTER;
	tell(&settings, &made, EXPOSITION_TEXT, &buf);
	assert_line(&buf, "namedprocess_namegroup_cpu_seconds_total{groupname=\"web\"} 2.0");
	assert_line(&buf, "namedprocess_namegroup_memory_bytes{groupname=\"web\","
			  "memtype=\"resident\"} 5");
	settings.names = EXPOSE_NAMES_CADVISOR;
	tell(&settings, &made, EXPOSITION_TEXT, &buf);
	assert_line(&buf, "container_cpu_usage_seconds_total{id=\"/docker/" ID "\",name=\"box\","
			  "image=\"nginx:1\",cpu=\"total\"} 1.5");
	assert_int_equal(count_of(&buf, "denet_container"), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(figures_have_base_units_and_totals),
		cmocka_unit_test(seconds_have_all_their_digits),
		cmocka_unit_test(openmetrics_calls_families_without_their_ends),
		cmocka_unit_test(names_of_any_bytes_stay_between_their_quotes),
		cmocka_unit_test(names_that_no_eye_tells_apart_are_series_of_their_own),
		cmocka_unit_test(rows_of_a_family_stand_together),
		cmocka_unit_test(machine_and_commands_are_told_to_who_asks),
		cmocka_unit_test(others_names_are_told_on_demand),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
