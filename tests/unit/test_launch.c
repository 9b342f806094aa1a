/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "launch/launch.h"
#include "launch/setup.h"
#include "text_of.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

static int told_fd = -1; /* where on_usr1() says that it ran */

static char *const echo_ran[] = { "/bin/echo", "ran", NULL };
static char *const sleep_long[] = { "/bin/sleep", "1000", NULL };

static const struct launch_changes no_changes = { 0 };

/* What stands behind a key at the beginning of a line. */
static unsigned long long number_at(const char *text, const char *key, int base)
{
	const char *at = strstr(text, key);
	unsigned long long number = 0;

	assert_non_null(at);
	assert_int_equal(sscanf(at + strlen(key), base == 16 ? "%llx" : "%llu", &number), 1);
	return number;
}

static void wait_until_asleep(pid_t pid)
{
	char text[TEXT_MAX];

	do {
		(void)sched_yield();
		read_proc(pid, "stat", text);
	} while (!strstr(text, ") S "));
}

static int status_of(pid_t pid)
{
	int status;

	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

static int hold_writing_to(int fd, struct launch *ret_launch)
{
	const struct setup setup = { .fds = { -1, fd, -1 } };
	const struct launch_changes changes = { .setup = &setup };

	return launch_hold(echo_ran, &changes, ret_launch);
}

/* What the command writes when it is held and let go. */
static void run_launched(char *const argv[], struct launch_changes changes, char *ret_text)
{
	struct setup setup = SETUP_NONE;
	struct launch launch;
	int out[2], error = -1;

	make_pipe(out);
	setup.fds[1] = out[1];
	changes.setup = &setup;
	assert_int_equal(launch_hold(argv, &changes, &launch), 0);
	(void)close(out[1]);
	assert_int_equal(launch_release(&launch, &error), 0);
	assert_int_equal(error, 0);
	read_to_end(out[0], ret_text);
	assert_int_equal(status_of(launch.pid), 0);
}

/* What it writes when it is started as a shell does. */
static void run_plainly(char *const argv[], char *ret_text)
{
	int out[2];
	pid_t pid;

	make_pipe(out);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		(void)dup2(out[1], STDOUT_FILENO);
		(void)execvp(argv[0], argv);
		_exit(99);
	}
	(void)close(out[1]);
	read_to_end(out[0], ret_text);
	assert_int_equal(status_of(pid), 0);
}

static void command_waits_until_it_is_let_go(void **state)
{
	char own[TEXT_MAX], name[TEXT_MAX];
	struct launch launch;
	int error = -1;

	(void)state;
	assert_int_equal(launch_hold(sleep_long, &no_changes, &launch), 0);
	wait_until_asleep(launch.pid);
	read_path("/proc/self/comm", own);
	read_proc(launch.pid, "comm", name);
	assert_string_equal(name, own);
	assert_int_equal(launch_release(&launch, &error), 0);
	/* No waiting here: exec has happened when release returns. */
	read_proc(launch.pid, "comm", name);
	assert_string_equal(name, "sleep\n");
	assert_int_equal(error, 0);
	assert_int_equal(launch.release_fd, -1);
	assert_int_equal(launch.error_fd, -1);
	assert_int_equal(kill(launch.pid, SIGKILL), 0);
	assert_int_equal(status_of(launch.pid), SIGKILL);
}

static void command_that_is_called_off_never_runs(void **state)
{
	char text[TEXT_MAX];
	struct launch launch;
	int out[2], release_fd, error_fd;
	pid_t pid;

	(void)state;
	make_pipe(out);
	assert_int_equal(hold_writing_to(out[1], &launch), 0);
	(void)close(out[1]);
	pid = launch.pid;
	release_fd = launch.release_fd;
	error_fd = launch.error_fd;
	launch_cancel(&launch);
	assert_int_equal(kill(pid, 0), -1);
	assert_int_equal(errno, ESRCH);
	read_to_end(out[0], text);
	assert_string_equal(text, "");
	assert_int_equal(fcntl(release_fd, F_GETFD), -1);
	assert_int_equal(fcntl(error_fd, F_GETFD), -1);
	assert_int_equal(launch.pid, -1);
	launch_cancel(&launch);
}

static void command_never_runs_when_the_monitor_has_died(void **state)
{
	char text[TEXT_MAX];
	struct launch launch;
	int out[2], pids[2], status;
	pid_t monitor, stub;

	(void)state;
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	make_pipe(out);
	make_pipe(pids);
	monitor = fork();
	assert_true(monitor >= 0);
	if (!monitor) {
		if (hold_writing_to(out[1], &launch) ||
		    write(pids[1], &launch.pid, sizeof(pid_t)) != sizeof(pid_t))
			_exit(1);
		(void)raise(SIGKILL);
	}
	assert_int_equal(read(pids[0], &stub, sizeof(stub)), sizeof(stub));
	(void)close(pids[0]);
	(void)close(pids[1]);
	(void)close(out[1]);
	assert_int_equal(status_of(monitor), SIGKILL);
	status = status_of(stub);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 125);
	read_to_end(out[0], text);
	assert_string_equal(text, "");
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

static void check_exec_error(const char *file, int expected)
{
	char name[512];
	char *const argv[] = { name, NULL };
	struct launch launch;
	int error = -1;
	siginfo_t info;

	(void)snprintf(name, sizeof(name), "%s", file);
	assert_int_equal(launch_hold(argv, &no_changes, &launch), 0);
	assert_int_equal(launch_release(&launch, &error), 0);
	assert_int_equal(error, expected);
	assert_int_equal(waitid(P_PID, (id_t)launch.pid, &info, WEXITED | WNOWAIT), 0);
	assert_int_equal(info.si_code, CLD_EXITED);
	assert_int_equal(info.si_status, 125);
	launch_cancel(&launch);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void release_tells_that_there_is_no_such_file(void **state)
{
	(void)state;
	check_exec_error("/nonexistent/command", ENOENT);
	check_exec_error("no-such-command-on-any-path", ENOENT);
	check_exec_error("", ENOENT);
}

static void release_tells_that_a_file_may_not_be_executed(void **state)
{
	(void)state;
	check_exec_error("/", EACCES);
	check_exec_error(FIXTURES "/../unit/test_launch.c", EACCES);
}

static void command_is_searched_on_the_path(void **state)
{
	char *const argv[] = { "echo", "found", NULL };
	char text[TEXT_MAX];

	(void)state;
	run_launched(argv, no_changes, text);
	assert_string_equal(text, "found\n");
}

static void command_writes_to_the_callers_output_when_none_is_named(void **state)
{
	char text[TEXT_MAX];
	struct launch launch;
	int out[2], kept, error = -1, r;

	(void)state;
	make_pipe(out);
	(void)fflush(stdout);
	kept = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, 3);
	assert_true(kept >= 0);
	(void)dup2(out[1], STDOUT_FILENO);
	r = launch_hold(echo_ran, &no_changes, &launch);
	(void)dup2(kept, STDOUT_FILENO);
	(void)close(kept);
	(void)close(out[1]);
	assert_int_equal(r, 0);
	assert_int_equal(launch_release(&launch, &error), 0);
	read_to_end(out[0], text);
	assert_string_equal(text, "ran\n");
	assert_int_equal(status_of(launch.pid), 0);
}

static void command_gets_the_descriptors_that_a_shell_would_give_it(void **state)
{
	char *const argv[] = { "/bin/ls", "/proc/self/fd", NULL };
	char launched[TEXT_MAX], plain[TEXT_MAX];

	(void)state;
	run_plainly(argv, plain);
	run_launched(argv, no_changes, launched);
	assert_string_equal(launched, plain);
}

static void command_has_no_byte_of_ours_in_its_io_counters(void **state)
{
	static const char *const keys[] = { "rchar: ", "wchar: ", "syscr: ", "syscw: " };
	char *const argv[] = { "/bin/cat", "/proc/self/io", NULL };
	char launched[TEXT_MAX], plain[TEXT_MAX];
	size_t i;

	(void)state;
	if (access("/proc/self/io", R_OK))
		skip();
	run_plainly(argv, plain);
	run_launched(argv, no_changes, launched);
	for (i = 0; i < sizeof(keys) / sizeof(*keys); i++)
		assert_int_equal(number_at(launched, keys[i], 10), number_at(plain, keys[i], 10));
}

static void command_stays_in_the_callers_group_and_session(void **state)
{
	char *const argv[] = { "/bin/cat", "/proc/self/stat", NULL };
	char text[TEXT_MAX], own[TEXT_MAX];
	int parent, group, session, terminal, own_terminal;

	(void)state;
	run_launched(argv, no_changes, text);
	read_path("/proc/self/stat", own);
	assert_int_equal(sscanf(strrchr(text, ')'), ") %*c %d %d %d %d", &parent, &group, &session,
				&terminal),
			 4);
	assert_int_equal(sscanf(strrchr(own, ')'), ") %*c %*d %*d %*d %d", &own_terminal), 1);
	assert_int_equal(parent, getpid());
	assert_int_equal(group, getpgrp());
	assert_int_equal(session, getsid(0));
	assert_int_equal(terminal, own_terminal);
}

/* The mask of a command while the caller blocks USR2. */
static unsigned long long blocked_with(const sigset_t *mask)
{
	char *const argv[] = { "/bin/cat", "/proc/self/status", NULL };
	char text[TEXT_MAX];
	sigset_t usr2, before;

	(void)sigemptyset(&usr2);
	(void)sigaddset(&usr2, SIGUSR2);
	assert_int_equal(sigprocmask(SIG_SETMASK, &usr2, &before), 0);
	run_launched(argv, (struct launch_changes){ .mask = mask }, text);
	assert_int_equal(sigprocmask(SIG_SETMASK, &before, NULL), 0);
	return number_at(text, "\nSigBlk:\t", 16);
}

static void command_gets_the_mask_it_is_given_or_else_the_callers(void **state)
{
	sigset_t mask;

	(void)state;
	assert_int_equal(blocked_with(NULL), 1ull << (SIGUSR2 - 1));
	(void)sigemptyset(&mask);
	assert_int_equal(blocked_with(&mask), 0);
	(void)sigaddset(&mask, SIGINT);
	(void)sigaddset(&mask, SIGUSR1);
	assert_int_equal(blocked_with(&mask), 1ull << (SIGINT - 1) | 1ull << (SIGUSR1 - 1));
}

static unsigned long long ignored_with(const sigset_t *ignored, const sigset_t *defaulted)
{
	char *const argv[] = { "/bin/cat", "/proc/self/status", NULL };
	const struct launch_changes changes = { .ignored = ignored, .defaulted = defaulted };
	char text[TEXT_MAX];

	run_launched(argv, changes, text);
	return number_at(text, "\nSigIgn:\t", 16);
}

static void command_ignores_what_the_caller_does_and_what_it_is_told_to(void **state)
{
	void (*before)(int) = signal(SIGHUP, SIG_IGN);
	const unsigned long long inherited = ignored_with(NULL, NULL);
	sigset_t ignored, defaulted;

	(void)state;
	(void)sigemptyset(&ignored);
	(void)sigemptyset(&defaulted);
	assert_int_equal(ignored_with(&ignored, &defaulted), inherited);
	(void)sigaddset(&ignored, SIGINT);
	(void)sigaddset(&ignored, SIGRTMAX);
	assert_int_equal(ignored_with(&ignored, NULL),
			 inherited | 1ull << (SIGINT - 1) | 1ull << (SIGRTMAX - 1));
	/* What the caller ignores for itself alone, unless it says so twice. */
	(void)sigaddset(&defaulted, SIGHUP);
	assert_int_equal(ignored_with(NULL, &defaulted), inherited & ~(1ull << (SIGHUP - 1)));
	assert_int_equal(ignored_with(&defaulted, &defaulted), inherited);
	(void)signal(SIGHUP, before);
	assert_int_equal(inherited & 1ull << (SIGHUP - 1), 1ull << (SIGHUP - 1));
}

static void on_usr1(int signal)
{
	(void)signal;
	(void)!write(told_fd, "!", 1);
}

static void command_waits_on_when_a_signal_interrupts_its_waiting(void **state)
{
	const struct sigaction action = { .sa_handler = on_usr1 };
	struct sigaction before;
	struct launch launch;
	char text[TEXT_MAX], byte;
	int out[2], told[2], error = -1;

	(void)state;
	make_pipe(out);
	make_pipe(told);
	told_fd = told[1];
	assert_int_equal(sigaction(SIGUSR1, &action, &before), 0);
	assert_int_equal(hold_writing_to(out[1], &launch), 0);
	assert_int_equal(sigaction(SIGUSR1, &before, NULL), 0);
	(void)close(out[1]);
	wait_until_asleep(launch.pid);
	assert_int_equal(kill(launch.pid, SIGUSR1), 0);
	assert_int_equal(read(told[0], &byte, 1), 1);
	wait_until_asleep(launch.pid);
	assert_int_equal(launch_release(&launch, &error), 0);
	read_to_end(out[0], text);
	assert_string_equal(text, "ran\n");
	assert_int_equal(status_of(launch.pid), 0);
	(void)close(told[0]);
	(void)close(told[1]);
}

static void release_tells_that_the_stub_was_killed_meanwhile(void **state)
{
	struct launch launch;
	siginfo_t info;
	int error = -1;
	void (*before)(int);

	(void)state;
	assert_int_equal(launch_hold(sleep_long, &no_changes, &launch), 0);
	assert_int_equal(kill(launch.pid, SIGKILL), 0);
	assert_int_equal(waitid(P_PID, (id_t)launch.pid, &info, WEXITED | WNOWAIT), 0);
	before = signal(SIGPIPE, SIG_IGN);
	assert_int_equal(launch_release(&launch, &error), -EPIPE);
	(void)signal(SIGPIPE, before);
	assert_int_equal(error, -1);
	launch_cancel(&launch);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static int open_descriptors(void)
{
	int count = 0, fd;

	for (fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) >= 0;
	return count;
}

static void hold_leaves_nothing_open_when_descriptors_run_out(void **state)
{
	struct launch launch = { .pid = 77, .release_fd = 77, .error_fd = 77 };
	const int count = open_descriptors(), next = dup(STDOUT_FILENO);
	struct rlimit limit, before;
	int r;

	(void)state;
	assert_int_equal(close(next), 0);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	limit = before;
	/* Room for one pipe, not for two. */
	limit.rlim_cur = (rlim_t)next + 3;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	r = launch_hold(echo_ran, &no_changes, &launch);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	assert_int_equal(r, -EMFILE);
	assert_int_equal(launch.pid, 77);
	assert_int_equal(launch.release_fd, 77);
	assert_int_equal(open_descriptors(), count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_waits_until_it_is_let_go),
		cmocka_unit_test(command_that_is_called_off_never_runs),
		cmocka_unit_test(command_never_runs_when_the_monitor_has_died),
		cmocka_unit_test(release_tells_that_there_is_no_such_file),
		cmocka_unit_test(release_tells_that_a_file_may_not_be_executed),
		cmocka_unit_test(command_is_searched_on_the_path),
		cmocka_unit_test(command_writes_to_the_callers_output_when_none_is_named),
		cmocka_unit_test(command_gets_the_descriptors_that_a_shell_would_give_it),
		cmocka_unit_test(command_has_no_byte_of_ours_in_its_io_counters),
		cmocka_unit_test(command_stays_in_the_callers_group_and_session),
		cmocka_unit_test(command_gets_the_mask_it_is_given_or_else_the_callers),
		cmocka_unit_test(command_ignores_what_the_caller_does_and_what_it_is_told_to),
		cmocka_unit_test(command_waits_on_when_a_signal_interrupts_its_waiting),
		cmocka_unit_test(release_tells_that_the_stub_was_killed_meanwhile),
		cmocka_unit_test(hold_leaves_nothing_open_when_descriptors_run_out),
	};

	/* A directory that may not be searched would turn the error into another. */
	(void)setenv("PATH", "/usr/bin:/bin", 1);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
