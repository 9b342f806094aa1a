/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tree/program.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static struct task_counters used(uint64_t cpu_time_ns, uint64_t faults)
{
	return (struct task_counters){ .cpu_time_ns = cpu_time_ns, .page_faults_cached = faults };
}

static void leave(struct programs *programs, const char *comm, uint64_t boot_ns,
		  struct task_counters until)
{
	struct command_table commands = { 0 };
	struct program program = { .peak_kb = boot_ns };

	(void)snprintf(program.comm, sizeof(program.comm), "%s", comm);
	assert_int_equal(programs_leave(programs, &commands, &program, boot_ns, &until), 0);
}

static void done(struct programs *programs)
{
	struct command_table commands = { 0 };

	programs_done(programs, &commands);
	assert_null(programs->left);
}

static void each_program_has_what_was_used_between_two_execs(void **state)
{
	struct programs programs = { 0 };
	struct task_counters at_end = used(180, 9), last;

	(void)state;
	leave(&programs, "sh", 5, used(100, 2));
	leave(&programs, "env", 6, used(130, 2));
	programs_settle(&programs, &at_end, &last);
	assert_int_equal(programs.count, 2);
	assert_string_equal(programs.left[0].comm, "sh");
	assert_int_equal(programs.left[0].used.cpu_time_ns, 100);
	assert_int_equal(programs.left[0].used.page_faults_cached, 2);
	assert_int_equal(programs.left[1].used.cpu_time_ns, 30);
	assert_int_equal(programs.left[1].used.page_faults_cached, 0);
	assert_int_equal(last.cpu_time_ns, 50);
	assert_int_equal(last.page_faults_cached, 7);
	assert_int_equal(programs.start_boot_ns, 6);
	done(&programs);
}

/* The figures at an exec hold an estimate of what the kernel charges later. */
static void estimates_that_were_too_high_are_given_back(void **state)
{
	struct programs programs = { 0 };
	struct task_counters at_end = used(105, 3), last;

	(void)state;
	leave(&programs, "a", 5, used(100, 1));
	leave(&programs, "b", 6, used(110, 1));
	/* The next reading is below the estimate. */
	leave(&programs, "c", 7, used(108, 2));
	programs_settle(&programs, &at_end, &last);
	assert_int_equal(programs.left[0].used.cpu_time_ns, 100);
	assert_int_equal(programs.left[1].used.cpu_time_ns, 5);
	assert_int_equal(programs.left[2].used.cpu_time_ns, 0);
	assert_int_equal(last.cpu_time_ns, 0);
	assert_int_equal(programs.left[2].used.page_faults_cached, 1);
	assert_int_equal(last.page_faults_cached, 1);
	done(&programs);
}

static void more_may_have_to_be_given_back_than_one_has(void **state)
{
	struct programs programs = { 0 };
	struct task_counters at_end = used(95, 0), last;

	(void)state;
	leave(&programs, "a", 5, used(100, 0));
	leave(&programs, "b", 6, used(110, 0));
	programs_settle(&programs, &at_end, &last);
	assert_int_equal(programs.left[0].used.cpu_time_ns, 95);
	assert_int_equal(programs.left[1].used.cpu_time_ns, 0);
	assert_int_equal(last.cpu_time_ns, 0);
	done(&programs);
}

static void what_was_used_before_is_nobodys(void **state)
{
	struct programs programs = { 0 };
	struct task_counters before = used(1000, 0), at_end = used(1150, 0), last;

	(void)state;
	programs_begin(&programs, 3, &before);
	leave(&programs, "a", 5, used(1100, 0));
	programs_settle(&programs, &at_end, &last);
	assert_int_equal(programs.left[0].used.cpu_time_ns, 100);
	assert_int_equal(last.cpu_time_ns, 50);
	done(&programs);
}

static void a_process_that_execs_for_ever_needs_no_more_memory(void **state)
{
	struct programs programs = { 0 };
	struct task_counters at_end = used(100000, 0), last;
	uint64_t sum = 0;

	(void)state;
	for (uint64_t i = 1; i <= 1000; i++)
		leave(&programs, i % 2 ? "odd" : "even", i, used(i * 10, 0));
	leave(&programs, "other", 7, used(10001, 0));
	programs_settle(&programs, &at_end, &last);
	assert_int_equal(programs.count, PROGRAMS_MAX);
	assert_int_equal(programs.omitted, 1001 - PROGRAMS_MAX);
	for (size_t i = 0; i < programs.count; i++)
		sum += programs.left[i].used.cpu_time_ns;
	assert_int_equal(sum, 10001);
	assert_int_equal(last.cpu_time_ns, 100000 - 10001);
	/* Added to those of the same name; a name that is new then, to the last. */
	assert_string_equal(programs.left[PROGRAMS_MAX - 2].comm, "odd");
	assert_int_equal(programs.left[PROGRAMS_MAX - 2].used.cpu_time_ns,
			 10 + 10 * (500 - PROGRAMS_MAX / 2));
	assert_int_equal(programs.left[PROGRAMS_MAX - 1].used.cpu_time_ns,
			 10 + 10 * (500 - PROGRAMS_MAX / 2) + 1);
	assert_int_equal(programs.left[PROGRAMS_MAX - 2].peak_kb, 999);
	done(&programs);
}

static void commands_of_programs_are_kept_until_the_end(void **state)
{
	struct command_table commands = { 0 };
	struct programs programs = { 0 };
	struct task_counters until = used(1, 1);
	struct command *command = command_add(&commands, 7, "sh\0-c", 6, false, NULL, 0);
	struct program program = { .comm = "sh", .command = command };

	(void)state;
	assert_non_null(command);
	assert_int_equal(programs_leave(&programs, &commands, &program, 5, &until), 0);
	assert_ptr_equal(programs.left[0].command, command);
	assert_int_equal(command->references, 1);
	programs_done(&programs, &commands);
	assert_int_equal(command->references, 0);
	command_table_done(&commands);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_program_has_what_was_used_between_two_execs),
		cmocka_unit_test(estimates_that_were_too_high_are_given_back),
		cmocka_unit_test(more_may_have_to_be_given_back_than_one_has),
		cmocka_unit_test(what_was_used_before_is_nobodys),
		cmocka_unit_test(a_process_that_execs_for_ever_needs_no_more_memory),
		cmocka_unit_test(commands_of_programs_are_kept_until_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
