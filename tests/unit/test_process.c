/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/process.h"

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"
#include "util/clock.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };

static void stat_gives_parent_name_and_start(void **state)
{
	struct process_stat stat;
	static const char text[] = "7 (x) S 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 12345 1\n";

	(void)state;
	assert_int_equal(process_parse_stat(text, strlen(text), 100, &stat), 0);
	assert_int_equal(stat.ppid, 3);
	assert_int_equal(stat.state, 'S');
	assert_string_equal(stat.comm, "x");
	assert_true(stat.start_boot_ns == 123450000000ull);
	assert_int_equal(process_parse_stat(text, strlen(text), 1024, &stat), 0);
	assert_true(stat.start_boot_ns == 12055664062ull);
	assert_int_equal(process_read_stat(&fixture, 100, &stat), 0);
	assert_string_equal(stat.comm, "worker");
}

static void stat_tells_who_is_about_to_end(void **state)
{
	static const char text[] = "7 (x) R 3 0 0 0 0 4194564 0 0 0 0 0 0 0 0 0 0 0 0 12345 1\n";
	static const char other[] = "7 (x) R 3 0 0 0 0 4194560 0 0 0 0 0 0 0 0 0 0 0 0 12345 1\n";
	struct process_stat stat;

	(void)state;
	assert_int_equal(process_parse_stat(text, strlen(text), 100, &stat), 0);
	assert_true(stat.is_exiting);
	assert_int_equal(process_parse_stat(other, strlen(other), 100, &stat), 0);
	assert_false(stat.is_exiting);
}

static void stat_gives_what_a_process_and_its_children_used(void **state)
{
	/* Fields 3 to 52 hold 1000 and their number, but for the first two and a negative one. */
	static const char text[] =
		"7 (x) S 3 1005 1006 1007 -1 1009 1010 1011 1012 1013 1014 1015 1016 1017 1018 "
		"1019 "
		"1020 1021 1022 1023 1024 1025 1026 1027 1028 1029 1030 1031 1032 1033 1034 1035 "
		"1036 1037 1038 1039 1040 1041 1042 1043 1044 1045 1046 1047 1048 1049 1050 1051 "
		"1052\n";
	struct process_stat stat;

	(void)state;
	assert_int_equal(process_parse_stat(text, strlen(text), 1000, &stat), 0);
	assert_int_equal(stat.page_faults_cached, 1010);
	assert_int_equal(stat.reaped_faults_cached, 1011);
	assert_int_equal(stat.page_faults_disk, 1012);
	assert_int_equal(stat.reaped_faults_disk, 1013);
	assert_int_equal(stat.cpu_user_ns, 1014000000);
	assert_int_equal(stat.cpu_system_ns, 1015000000);
	assert_int_equal(stat.reaped_user_ns, 1016000000);
	assert_int_equal(stat.reaped_system_ns, 1017000000);
	assert_int_equal(stat.threads, 1020);
	assert_int_equal(stat.start_boot_ns, 1022000000);
	assert_int_equal(stat.vms_bytes, 1023);
	assert_int_equal(stat.stack_start, 1028);
	assert_int_equal(stat.cpu, 1039);
	assert_int_equal(stat.args_start, 1048);
	assert_int_equal(stat.exit_status, 1052);
}

static void stat_finds_the_end_of_a_hostile_name(void **state)
{
	struct process_stat stat;

	(void)state;
	assert_int_equal(process_read_stat(&fixture, 105, &stat), 0);
	assert_string_equal(stat.comm, "a) R 1 (\n) ");
	assert_int_equal(stat.state, 'Z');
	assert_int_equal(stat.ppid, 100);
}

static void stat_refuses_what_is_cut_or_wrong(void **state)
{
	static const char *const bad[] = {
		"",
		"7 x S 3",
		"7 )x( S 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 12345 1",
		"7 (x) SS 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 12345 1",
		"7 (x) S -3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 12345 1",
		"7 (x) S 99999999999 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 12345 1",
		"7 (x) S 3 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 18446744073709551615 1",
	};
	struct process_stat stat;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(process_parse_stat(bad[i], strlen(bad[i]), 1, &stat), -EBADMSG);
	assert_int_equal(process_read_stat(&fixture, 106, &stat), -EBADMSG);
	assert_int_equal(process_read_stat(&fixture, 99999, &stat), -ESRCH);
}

static void stat_of_a_child_names_us_and_its_birth(void **state)
{
	static const char name[] = "a) (b\n\xff"; /* a name may hold any byte */
	uint64_t tick_ns = 1000000000 / clock_ticks_per_s();
	uint64_t before_ns = clock_boot_ns();
	struct process_stat stat;
	pid_t pid;
	int pipe_fds[2];
	char byte;

	(void)state;
	assert_int_equal(pipe(pipe_fds), 0);
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, name);
		(void)!write(pipe_fds[1], "", 1);
		(void)alarm(60); /* should the test fail */
		(void)pause();
		_exit(0);
	}
	assert_int_equal(read(pipe_fds[0], &byte, 1), 1);
	assert_int_equal(process_read_stat(procfs_host(), pid, &stat), 0);
	assert_int_equal(stat.ppid, getpid());
	assert_string_equal(stat.comm, name);
	assert_true(stat.start_boot_ns + tick_ns >= before_ns);
	assert_true(stat.start_boot_ns <= clock_boot_ns());
	(void)kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
	(void)close(pipe_fds[0]);
	(void)close(pipe_fds[1]);
}

static void cmdline_keeps_empty_arguments(void **state)
{
	static const char expected[] = "worker\0--name\0\0a b";
	bool is_truncated = true;
	char args[64];
	size_t len;

	(void)state;
	assert_int_equal(
		process_read_cmdline(&fixture, 100, sizeof(args), args, &len, &is_truncated), 0);
	assert_int_equal(len, sizeof(expected));
	assert_memory_equal(args, expected, len);
	assert_false(is_truncated);
}

static void cmdline_ends_with_nul_where_it_is_cut(void **state)
{
	bool is_truncated;
	char args[64];
	size_t len;

	(void)state;
	assert_int_equal(process_read_cmdline(&fixture, 100, 5, args, &len, &is_truncated), 0);
	assert_int_equal(len, 5);
	assert_memory_equal(args, "work", 5);
	assert_true(is_truncated);
	/* Cut just behind an argument. */
	assert_int_equal(process_read_cmdline(&fixture, 100, 7, args, &len, &is_truncated), 0);
	assert_int_equal(len, 7);
	assert_true(is_truncated);
	/* Just as large as it is. */
	assert_int_equal(process_read_cmdline(&fixture, 100, 19, args, &len, &is_truncated), 0);
	assert_int_equal(len, 19);
	assert_false(is_truncated);
	assert_int_equal(process_read_cmdline(&fixture, 100, 0, args, &len, &is_truncated),
			 -EINVAL);
}

static void cmdline_without_nul_gets_one(void **state)
{
	bool is_truncated = true;
	char args[64];
	size_t len;

	(void)state;
	assert_int_equal(
		process_read_cmdline(&fixture, 107, sizeof(args), args, &len, &is_truncated), 0);
	assert_int_equal(len, sizeof("sshd: someone@pts/0"));
	assert_string_equal(args, "sshd: someone@pts/0");
	assert_false(is_truncated);
}

static void cmdline_of_a_kernel_thread_is_empty(void **state)
{
	bool is_truncated = true;
	char args[64];
	size_t len = 7;

	(void)state;
	assert_int_equal(
		process_read_cmdline(&fixture, 102, sizeof(args), args, &len, &is_truncated), 0);
	assert_int_equal(len, 0);
	assert_false(is_truncated);
	assert_int_equal(
		process_read_cmdline(&fixture, 99999, sizeof(args), args, &len, &is_truncated),
		-ESRCH);
}

static void exe_is_as_the_kernel_has_it(void **state)
{
	char path[PATH_MAX];
	char small[8];

	(void)state;
	assert_int_equal(process_read_exe(&fixture, 100, sizeof(path), path), 0);
	assert_string_equal(path, "/usr/bin/worker");
	assert_int_equal(process_read_exe(&fixture, 101, sizeof(path), path), 0);
	assert_string_equal(path, "/tmp/build/a.out (deleted)");
	assert_int_equal(process_read_exe(&fixture, 102, sizeof(path), path), -ENOENT);
	assert_int_equal(process_read_exe(&fixture, 100, sizeof(small), small), -ENAMETOOLONG);
}

static void cwd_is_as_the_kernel_has_it(void **state)
{
	char path[PATH_MAX], small[4];

	(void)state;
	assert_int_equal(process_read_cwd(&fixture, 100, sizeof(path), path), 0);
	assert_string_equal(path, "/home/worker/build");
	assert_int_equal(process_read_cwd(&fixture, 102, sizeof(path), path), -ENOENT);
	assert_int_equal(process_read_cwd(&fixture, 100, sizeof(small), small), -ENAMETOOLONG);
}

static void own_cmdline_and_exe_are_read(void **state)
{
	char args[4096];
	char path[PATH_MAX];
	bool is_truncated;
	size_t len;

	(void)state;
	assert_int_equal(process_read_cmdline(procfs_host(), getpid(), sizeof(args), args, &len,
					      &is_truncated),
			 0);
	assert_true(len > 0 && args[len - 1] == '\0');
	assert_int_equal(process_read_exe(procfs_host(), getpid(), sizeof(path), path), 0);
	assert_non_null(strstr(path, "test_process"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stat_gives_parent_name_and_start),
		cmocka_unit_test(stat_tells_who_is_about_to_end),
		cmocka_unit_test(stat_gives_what_a_process_and_its_children_used),
		cmocka_unit_test(stat_finds_the_end_of_a_hostile_name),
		cmocka_unit_test(stat_refuses_what_is_cut_or_wrong),
		cmocka_unit_test(stat_of_a_child_names_us_and_its_birth),
		cmocka_unit_test(cmdline_keeps_empty_arguments),
		cmocka_unit_test(cmdline_ends_with_nul_where_it_is_cut),
		cmocka_unit_test(cmdline_without_nul_gets_one),
		cmocka_unit_test(cmdline_of_a_kernel_thread_is_empty),
		cmocka_unit_test(exe_is_as_the_kernel_has_it),
		cmocka_unit_test(cwd_is_as_the_kernel_has_it),
		cmocka_unit_test(own_cmdline_and_exe_are_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
