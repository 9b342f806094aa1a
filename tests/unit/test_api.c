/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The public functions on real processes, with whatever rights there are. */
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "held.h"
#include "util/cleanup.h"

static int count(const char *text, const char *part)
{
	int found = 0;

	for (; (text = strstr(text, part)); text++)
		found++;
	return found;
}

static int count_records(struct denet_monitor *monitor, const char *part)
{
	AUTO_FREE char *text = NULL;
	size_t len = 0;

	assert_int_equal(denet_monitor_take_records(monitor, &text, &len), 0);
	assert_int_equal(strlen(text), len);
	return count(text, part);
}

static void wait_ends_at_its_time_or_with_the_command(void **state)
{
	struct held held = hold(new_options(), "read line; exit 3");
	struct denet_end end;

	(void)state;
	assert_int_equal(denet_monitor_wait(held.monitor, 0), 0);
	assert_int_equal(denet_monitor_wait(held.monitor, 30), 0);
	assert_true(denet_monitor_is_running(held.monitor));
	assert_int_equal(denet_monitor_exit(held.monitor, &end), -EBUSY);
	(void)close(held.fd);
	assert_int_equal(denet_monitor_wait(held.monitor, LONG_MS), 1);
	assert_int_equal(denet_monitor_wait(held.monitor, -1), 1);
	assert_false(denet_monitor_is_running(held.monitor));
	assert_int_equal(exit_code_of(held.monitor), 3);
	denet_monitor_free(held.monitor);
}

static void do_nothing(int number)
{
	(void)number;
}

static void wait_returns_when_a_signal_comes(void **state)
{
	const struct sigaction action = { .sa_handler = do_nothing };
	struct denet_options options = new_options();
	struct held held;
	pid_t teaser;
	int r = 0;

	(void)state;
	options.no_polling = true;
	held = hold(options, "read line");
	assert_int_equal(sigaction(SIGUSR1, &action, NULL), 0);
	teaser = fork();
	if (!teaser) {
		while (!kill(getppid(), SIGUSR1))
			(void)usleep(1000);
		_exit(0);
	}
	while (!r)
		r = denet_monitor_wait(held.monitor, LONG_MS);
	assert_int_equal(r, -EINTR);
	(void)kill(teaser, SIGKILL);
	assert_int_equal(waitpid(teaser, NULL, 0), teaser);
	(void)close(held.fd);
	while ((r = denet_monitor_wait(held.monitor, LONG_MS)) == -EINTR)
		;
	assert_int_equal(r, 1);
	denet_monitor_free(held.monitor);
}

static void records_are_those_that_a_file_would_have(void **state)
{
	struct held held = hold(new_options(), "cat; true");
	AUTO_FREE char *text = NULL;
	size_t len;

	(void)state;
	assert_int_equal(denet_monitor_sample_now(held.monitor), 0);
	assert_int_equal(count_records(held.monitor, "{\"kind\":\"metadata\""), 1);
	(void)close(held.fd);
	assert_int_equal(denet_monitor_wait(held.monitor, LONG_MS), 1);
	assert_int_equal(denet_monitor_take_records(held.monitor, &text, &len), 0);
	assert_true(count(text, "{\"kind\":\"tree\"") >= 1);
	assert_int_equal(count(text, "{\"kind\":\"process\""), 2);
	assert_int_equal(count(text, "{\"kind\":\"exit\""), 1);
	assert_int_equal(count(text, "{\"kind\":\"summary\""), 1);
	assert_non_null(strstr(text, "\n{\"kind\":\"summary\""));
	assert_int_equal(text[len - 1], '\n');
	assert_int_equal(count_records(held.monitor, "{"), 0);
	assert_int_equal(denet_monitor_records_dropped(held.monitor), 0);
	denet_monitor_free(held.monitor);
}

static void sample_is_taken_at_once_and_none_after_the_end(void **state)
{
	struct denet_options options = new_options();
	struct held held;

	(void)state;
	options.no_polling = true;
	options.exclude_children = true;
	held = hold(options, "read line");
	for (int i = 0; i < 3; i++)
		assert_int_equal(denet_monitor_sample_now(held.monitor), 0);
	assert_int_equal(count_records(held.monitor, "{\"kind\":\"sample\""), 3);
	(void)close(held.fd);
	assert_int_equal(denet_monitor_wait(held.monitor, LONG_MS), 1);
	assert_int_equal(denet_monitor_sample_now(held.monitor), 1);
	denet_monitor_free(held.monitor);
}

static void metadata_is_there_before_the_first_step(void **state)
{
	struct held held = hold(new_options(), "read line");
	AUTO_FREE char *early = NULL, *later = NULL;

	(void)state;
	assert_int_equal(denet_monitor_metadata_json(held.monitor, &early), 0);
	assert_non_null(strstr(early, "\"cmd\":[\"sh\",\"-c\",\"read line\"]"));
	(void)close(held.fd);
	assert_int_equal(denet_monitor_wait(held.monitor, LONG_MS), 1);
	assert_int_equal(denet_monitor_metadata_json(held.monitor, &later), 0);
	assert_string_equal(early, later);
	denet_monitor_free(held.monitor);
}

static void summary_is_written_as_far_as_the_caller_has_room(void **state)
{
	struct held held = hold(new_options(), "read line");
	struct denet_summary summary = { .size = sizeof(summary) };
	struct denet_summary whole = { .size = sizeof(whole) };
	AUTO_FREE char *text = NULL;

	(void)state;
	assert_int_equal(denet_monitor_summary(held.monitor, &summary), -EBUSY);
	assert_int_equal(denet_monitor_summary_json(held.monitor, &text), -EBUSY);
	(void)close(held.fd);
	assert_int_equal(denet_monitor_wait(held.monitor, LONG_MS), 1);
	assert_int_equal(denet_monitor_summary(held.monitor, &whole), 0);
	assert_true(whole.total_time_secs == (double)whole.wall_ns / 1e9);
	summary.size = offsetof(struct denet_summary, sample_count);
	assert_int_equal(denet_monitor_summary(held.monitor, &summary), 0);
	assert_true(summary.wall_ns > 0);
	assert_int_equal(summary.sample_count, 0);
	summary.size = sizeof(summary);
	assert_int_equal(denet_monitor_summary(held.monitor, &summary), 0);
	assert_true(summary.sample_count > 0);
	assert_int_equal(denet_monitor_summary_json(held.monitor, &text), 0);
	assert_non_null(strstr(text, "{\"kind\":\"summary\",\"total_time_secs\":"));
	denet_monitor_free(held.monitor);
}

/* A child of ours under a pid that is free. */
static pid_t fork_as(pid_t wanted)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = (uint64_t)(uintptr_t)&wanted,
		.set_tid_size = 1,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* The host has waited for the command, and its next child has the same pid. */
static void child_of_the_host_is_left_to_the_host(void **state)
{
	const struct denet_options options = new_options();
	struct denet_monitor *monitor = start(&options, "exit 3");
	pid_t pid = denet_monitor_pid(monitor), again;
	struct denet_end end = { 0 };
	int status;

	(void)state;
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	again = fork_as(pid);
	if (!again)
		_exit(7);
	if (again < 0)
		print_message("a pid cannot be chosen here: %s\n", strerror(errno));
	assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
	if (again > 0) {
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(WEXITSTATUS(status), 7);
		assert_int_equal(denet_monitor_exit(monitor, &end), 0);
		assert_true(!end.known || end.exit_code == 3);
	}
	denet_monitor_free(monitor);
	if (again < 0)
		skip();
}

static void younger_callers_are_told_so(void **state)
{
	struct {
		struct denet_options options;
		char new_option;
	} younger = { .options = new_options(), .new_option = 1 };
	struct denet_monitor *monitor = NULL;
	struct denet_error error;

	(void)state;
	younger.options.size = sizeof(younger);
	assert_int_equal(try(&younger.options, "true", &error, &monitor), -E2BIG);
	assert_string_equal(error.text, "the caller is made for a younger libdenet");
	younger.options.size = 0;
	assert_int_equal(try(&younger.options, "true", &error, &monitor), -EINVAL);
}

static void short_errors_are_cut_to_their_room(void **state)
{
	struct denet_error error;
	struct denet_monitor *monitor = NULL;
	struct denet_options options = new_options();

	(void)state;
	options.interval_ms = 0;
	memset(&error, 'x', sizeof(error));
	error.size = offsetof(struct denet_error, text) + 5;
	assert_int_equal(denet_attach(&options, NULL, 1, &monitor, &error), -EINVAL);
	assert_string_equal(error.text, "the ");
	assert_int_equal(error.text[5], 'x');
}

/* A second of CPU is not needed to tell: the child is there, and so are we. */
static void a_program_measures_itself_and_its_children(void **state)
{
	struct denet_options options = new_options();
	struct denet_error error = { .size = sizeof(error) };
	struct denet_summary summary = { .size = sizeof(summary) };
	struct denet_monitor *monitor = NULL;
	pid_t child;

	(void)state;
	if (denet_self(&options, NULL, &monitor, &error)) {
		print_message("skipped: %s\n", error.text);
		skip();
	}
	assert_int_equal(denet_monitor_pid(monitor), getpid());
	child = fork();
	if (!child) {
		for (volatile int i = 0; i < 1000000; i++)
			;
		_exit(0);
	}
	assert_int_equal(waitpid(child, NULL, 0), child);
	assert_int_equal(denet_monitor_wait(monitor, 20), 0);
	assert_int_equal(denet_monitor_finish(monitor), 0);
	assert_int_equal(denet_monitor_summary(monitor, &summary), 0);
	assert_true(summary.used.cpu_time_ns > 0);
	assert_int_equal(summary.processes_running, 1);
	if (summary.accounting == DENET_ACCOUNTING_BPF)
		assert_int_equal(summary.processes_total, 2);
	assert_int_equal(count_records(monitor, "{\"kind\":\"summary\""), 1);
	denet_monitor_free(monitor);
}

static void request_ends_monitoring_at_the_next_step(void **state)
{
	struct held held = hold(new_options(), "read line; exit 5");
	struct denet_summary summary = { .size = sizeof(summary) };

	(void)state;
	denet_monitor_request_finish(held.monitor);
	assert_int_equal(denet_monitor_wait(held.monitor, LONG_MS), 1);
	assert_true(denet_monitor_is_running(held.monitor));
	assert_int_equal(denet_monitor_summary(held.monitor, &summary), 0);
	assert_false(summary.end.known);
	(void)close(held.fd);
	assert_int_equal(waitpid(denet_monitor_pid(held.monitor), NULL, 0),
			 denet_monitor_pid(held.monitor));
	denet_monitor_free(held.monitor);
}

static void version_is_text(void **state)
{
	(void)state;
	assert_string_equal(denet_version(), DENET_VERSION);
	denet_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(wait_ends_at_its_time_or_with_the_command),
		cmocka_unit_test(wait_returns_when_a_signal_comes),
		cmocka_unit_test(records_are_those_that_a_file_would_have),
		cmocka_unit_test(sample_is_taken_at_once_and_none_after_the_end),
		cmocka_unit_test(metadata_is_there_before_the_first_step),
		cmocka_unit_test(summary_is_written_as_far_as_the_caller_has_room),
		cmocka_unit_test(child_of_the_host_is_left_to_the_host),
		cmocka_unit_test(younger_callers_are_told_so),
		cmocka_unit_test(short_errors_are_cut_to_their_room),
		cmocka_unit_test(a_program_measures_itself_and_its_children),
		cmocka_unit_test(request_ends_monitoring_at_the_next_step),
		cmocka_unit_test(version_is_text),
	};

	/* Who waits for what never comes is ended. */
	(void)alarm(300);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
