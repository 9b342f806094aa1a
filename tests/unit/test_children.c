/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/children.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"

#define MANY 1500 /* their list is longer than a page */

static void children_are_numbers_apart_by_blanks_or_lines(void **state)
{
	static const char text[] = "12 7\t9999999 \n3\n";
	struct pid_list list = { 0 };

	(void)state;
	assert_int_equal(children_parse(text, strlen(text), &list), 0);
	assert_int_equal(list.count, 4);
	assert_int_equal(list.pids[0], 12);
	assert_int_equal(list.pids[2], 9999999);
	assert_int_equal(list.pids[3], 3);
	children_done(&list);
}

static void what_is_no_pid_is_no_child(void **state)
{
	static const char text[] = "0 -4 1x 99999999999999999999 2147483648 5";
	struct pid_list list = { 0 };

	(void)state;
	assert_int_equal(children_parse(text, strlen(text), &list), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.pids[0], 5);
	children_done(&list);
}

/* Zombies are children until somebody waits for them. */
static void long_list_is_read_to_its_end(void **state)
{
	struct pid_list list = { 0 };
	siginfo_t info;
	int fd, i;

	(void)state;
	for (i = 0; i < MANY; i++) {
		pid_t pid = fork();

		assert_true(pid >= 0);
		if (!pid)
			_exit(0);
		assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
	}
	fd = children_open(procfs_host(), getpid(), getpid());
	if (fd == -ENOENT) {
		print_message("this kernel does not list children\n");
		while (wait(NULL) > 0)
			;
		skip();
	}
	assert_int_equal(children_read(fd, &list), 0);
	assert_int_equal(list.count, MANY);
	assert_int_equal(children_read_process(procfs_host(), getpid(), 0, &list), 0);
	assert_int_equal(list.count, 2 * MANY);
	while (wait(NULL) > 0)
		;
	list.count = 0;
	assert_int_equal(children_read(fd, &list), 0);
	assert_int_equal(list.count, 0);
	(void)close(fd);
	children_done(&list);
}

static void tasks_of_a_process_and_all_processes_are_listed(void **state)
{
	struct pid_list list = { 0 };
	bool is_here = false;

	(void)state;
	assert_int_equal(children_list_tasks(procfs_host(), getpid(), &list), 0);
	assert_int_equal(list.count, 1);
	assert_int_equal(list.pids[0], getpid());
	assert_int_equal(children_list_tasks(procfs_host(), 0, &list), 0);
	for (size_t i = 1; i < list.count; i++)
		is_here |= list.pids[i] == getpid();
	assert_true(is_here);
	children_done(&list);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(children_are_numbers_apart_by_blanks_or_lines),
		cmocka_unit_test(what_is_no_pid_is_no_child),
		cmocka_unit_test(long_list_is_read_to_its_end),
		cmocka_unit_test(tasks_of_a_process_and_all_processes_are_listed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
