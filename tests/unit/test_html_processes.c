/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Which processes a page shows, and what it knows of each. */
#include "report/html_processes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define START_MS 1700000000000u

static struct html_processes processes;

static int tear_down(void **state)
{
	(void)state;
	html_processes_done(&processes);
	processes = (struct html_processes){ 0 };
	return 0;
}

static struct denet_process process_of(uint64_t id, uint64_t parent_id, uint64_t cpu_ns)
{
	return (struct denet_process){
		.size = sizeof(struct denet_process),
		.pid = (uint32_t)id,
		.id = id,
		.parent_id = parent_id,
		.comm = "cc1",
		.command = { .args = "cc1\0a b", .args_len = sizeof("cc1\0a b") },
		.start_ms = START_MS + id,
		.start_ns = (int64_t)(1000000 * id),
		.end_ns = 1000000 * id + 500,
		.wall_ns = 500,
		.used = { .cpu_time_ns = cpu_ns },
		.peak_rss_kb = 7,
		.is_exact = true,
		.end = { .known = true },
	};
}

static void add(const struct denet_process *process)
{
	assert_int_equal(html_processes_add(&processes, process, START_MS), 0);
}

static void check_name(uint32_t number, const char *expected)
{
	size_t len;
	const char *text = html_names_get(&processes.names, number, &len);

	assert_int_equal(len, strlen(expected));
	assert_memory_equal(text, expected, len);
}

static void a_command_is_told_once_and_as_a_shell_takes_it(void **state)
{
	struct denet_process process = process_of(1, 0, 10);

	(void)state;
	add(&process);
	process.id = 2;
	process.command.truncated = true;
	add(&process);
	process.id = 3;
	add(&process);
	check_name(processes.items[0].comm, "cc1");
	check_name(processes.items[0].command, "cc1 'a b'");
	check_name(processes.items[1].command, "cc1 'a b' ...");
	assert_int_equal(processes.items[1].command, processes.items[2].command);
	assert_int_equal(processes.names.count, 3);
}

static void how_it_ended_is_told(void **state)
{
	struct denet_process process = process_of(1, 0, 10);

	(void)state;
	process.end.exit_code = 3;
	add(&process);
	process.end = (struct denet_end){ .known = true, .signal = 9, .exit_code = -1 };
	process.is_exact = false;
	process.oom_killed = true;
	add(&process);
	process = process_of(3, 0, 10);
	process.end = (struct denet_end){ .exit_code = -1 };
	process.is_running = true;
	process.end_ns = DENET_UNKNOWN;
	add(&process);
	assert_int_equal(processes.items[0].status, 3);
	assert_int_equal(processes.items[0].flags, HTML_FAILED);
	assert_int_equal(processes.items[1].status, -9);
	assert_int_equal(processes.items[1].flags, HTML_FAILED | HTML_BOUND | HTML_KILLED);
	assert_int_equal(processes.items[2].flags, HTML_RUNNING);
	assert_int_equal(processes.items[2].end_ns, 3000500);
}

static void times_of_older_files_are_those_of_the_wall_clock(void **state)
{
	struct denet_process process = process_of(4, 0, 10);

	(void)state;
	process.start_ns = 0;
	process.end_ns = DENET_UNKNOWN;
	add(&process);
	assert_int_equal(processes.items[0].start_ns, 4000000);
	assert_int_equal(processes.items[0].end_ns, 4000500);
}

static void damaged_times_make_no_life_shorter_than_none(void **state)
{
	struct denet_process process = process_of(4, 0, 10);

	(void)state;
	process.end_ns = 1;
	add(&process);
	process.end_ns = UINT64_MAX - 1;
	process.start_ns = INT64_MIN;
	add(&process);
	assert_int_equal(processes.items[0].end_ns, processes.items[0].start_ns);
	assert_true(processes.items[1].end_ns > processes.items[1].start_ns);
}

/* 1 begot 2, 2 begot the others. */
static void add_many(uint64_t count)
{
	for (uint64_t id = count; id >= 1; id--) {
		struct denet_process process = process_of(id, id > 2 ? 2 : id - 1, id);

		if (id == 5)
			process.end.exit_code = 1;
		add(&process);
	}
}

static void few_are_all_kept_in_the_order_of_their_starts(void **state)
{
	(void)state;
	add_many(10);
	assert_int_equal(html_processes_select(&processes, 10, 3, NULL, 0), 0);
	assert_int_equal(processes.kept, 10);
	for (uint64_t id = 1; id <= 10; id++)
		assert_int_equal(html_processes_find(&processes, id), id - 1);
	assert_int_equal(html_processes_find(&processes, 11), HTML_NONE);
	assert_int_equal(html_processes_find(&processes, 0), HTML_NONE);
}

static void of_many_the_heaviest_the_failed_the_named_and_their_parents_are_kept(void **state)
{
	const uint64_t named[] = { 7, 99, 0 };

	(void)state;
	add_many(20);
	assert_int_equal(html_processes_select(&processes, 19, 3, named, 3), 0);
	assert_int_equal(processes.kept, 7);
	for (size_t i = 0; i < processes.count; i++) {
		uint64_t id = processes.items[i].id;
		bool is_wanted = id <= 2 || id == 5 || id == 7 || id >= 18;

		assert_int_equal(processes.items[i].is_kept, is_wanted);
	}
	assert_int_equal(html_processes_find(&processes, 18), 4);
	assert_int_equal(html_processes_find(&processes, 17), HTML_NONE);
}

static void who_is_his_own_ancestor_ends_the_search(void **state)
{
	struct denet_process a = process_of(1, 2, 1), b = process_of(2, 1, 2);

	(void)state;
	add(&a);
	add(&b);
	assert_int_equal(html_processes_select(&processes, 1, 1, NULL, 0), 0);
	assert_int_equal(processes.kept, 2);
}

static void nobody_is_no_trouble(void **state)
{
	(void)state;
	assert_int_equal(html_processes_select(&processes, 0, 0, NULL, 0), 0);
	assert_int_equal(processes.kept, 0);
}

static void many_names_are_each_found_again(void **state)
{
	struct html_names names = { 0 };
	char text[16];
	uint32_t number;

	(void)state;
	for (int round = 0; round < 2; round++)
		for (uint32_t i = 0; i < 5000; i++) {
			int len = snprintf(text, sizeof(text), "name %u", i);

			assert_int_equal(html_names_add(&names, text, (size_t)len, &number), 0);
			assert_int_equal(number, i);
		}
	assert_int_equal(html_names_add(&names, "", 0, &number), 0);
	assert_int_equal(number, 5000);
	html_names_done(&names);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(a_command_is_told_once_and_as_a_shell_takes_it,
					  tear_down),
		cmocka_unit_test_teardown(how_it_ended_is_told, tear_down),
		cmocka_unit_test_teardown(times_of_older_files_are_those_of_the_wall_clock,
					  tear_down),
		cmocka_unit_test_teardown(damaged_times_make_no_life_shorter_than_none, tear_down),
		cmocka_unit_test_teardown(few_are_all_kept_in_the_order_of_their_starts, tear_down),
		cmocka_unit_test_teardown(
			of_many_the_heaviest_the_failed_the_named_and_their_parents_are_kept,
			tear_down),
		cmocka_unit_test_teardown(who_is_his_own_ancestor_ends_the_search, tear_down),
		cmocka_unit_test_teardown(nobody_is_no_trouble, tear_down),
		cmocka_unit_test(many_names_are_each_found_again),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
