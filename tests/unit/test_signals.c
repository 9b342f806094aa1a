/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/signals.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

/* Runs body in a child, which it must end, and gives its wait status. */
static int in_child(void (*body)(void))
{
	pid_t pid = fork();
	int status = 0;

	assert_true(pid >= 0);
	if (pid == 0) {
		body();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, WUNTRACED), pid);
	if (WIFSTOPPED(status)) {
		assert_int_equal(kill(pid, SIGKILL), 0);
		(void)waitpid(pid, NULL, 0);
	}
	return status;
}

static void read_one(void)
{
	struct signals signals = { .fd = -1 };
	struct signalfd_siginfo info;

	if (signals_take(&signals, false) || signals_next(&signals, &info))
		_exit(1);
	(void)kill(getpid(), SIGTERM);
	if (!signals_next(&signals, &info) || info.ssi_signo != SIGTERM ||
	    info.ssi_pid != (uint32_t)getpid() || signals_next(&signals, &info))
		_exit(2);
	signals_done(&signals);
	_exit(42);
}

static void taken_signals_are_read_and_do_not_kill(void **state)
{
	int status = in_child(read_one);

	(void)state;
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

static void take_and_release(void)
{
	struct signals signals = { .fd = -1 };

	(void)signal(SIGUSR2, SIG_DFL);
	(void)signals_take(&signals, false);
	(void)kill(getpid(), SIGUSR2);
	signals_release(&signals);
}

static void released_signals_do_what_they_would_have_done(void **state)
{
	int status = in_child(take_and_release);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGUSR2);
}

static void take_hup_ignored(bool keep_ignored, int on_read, int on_silence)
{
	struct signals signals = { .fd = -1 };
	struct signalfd_siginfo info;

	(void)signal(SIGHUP, SIG_IGN);
	(void)signals_take(&signals, keep_ignored);
	(void)kill(getpid(), SIGHUP);
	_exit(signals_next(&signals, &info) ? on_read : on_silence);
}

static void keep_ignoring(void)
{
	take_hup_ignored(true, 1, 42);
}

static void read_ignored(void)
{
	take_hup_ignored(false, 42, 1);
}

static void ignored_signals_stay_ignored_only_when_asked(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(in_child(keep_ignoring)), 42);
	assert_int_equal(WEXITSTATUS(in_child(read_ignored)), 42);
}

static void die_by_quit(void)
{
	struct signals signals = { .fd = -1 };

	(void)signals_take(&signals, false);
	signals_die(SIGQUIT);
}

static void die_by_ignored_pipe(void)
{
	signals_survive_pipes();
	signals_die(SIGPIPE);
}

static void dying_leaves_no_core(void **state)
{
	int status = in_child(die_by_quit);

	(void)state;
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGQUIT);
	assert_false(WCOREDUMP(status));
	status = in_child(die_by_ignored_pipe);
	assert_true(WIFSIGNALED(status));
	assert_int_equal(WTERMSIG(status), SIGPIPE);
}

static void write_to_nobody(void)
{
	int ends[2];

	signals_survive_pipes();
	if (pipe(ends) || close(ends[0]))
		_exit(1);
	_exit(write(ends[1], "x", 1) < 0 ? 42 : 1);
}

static void a_closed_pipe_is_survived(void **state)
{
	(void)state;
	assert_int_equal(WEXITSTATUS(in_child(write_to_nobody)), 42);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taken_signals_are_read_and_do_not_kill),
		cmocka_unit_test(released_signals_do_what_they_would_have_done),
		cmocka_unit_test(ignored_signals_stay_ignored_only_when_asked),
		cmocka_unit_test(dying_leaves_no_core),
		cmocka_unit_test(a_closed_pipe_is_survived),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
