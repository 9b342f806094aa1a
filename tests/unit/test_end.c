/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What is left of a monitor that has ended, with whatever rights there are. */
#include <dirent.h>
#include <errno.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "held.h"
#include "util/cleanup.h"

#define KEPT 200
#define KEPT_DESCRIPTORS_MAX 256

static size_t count_descriptors(void)
{
	DIR *dir = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count;
}

static bool is_readable(int fd)
{
	struct pollfd news = { .fd = fd, .events = POLLIN };

	return poll(&news, 1, 0) == 1 && news.revents == POLLIN;
}

static void check_what_is_left(struct denet_monitor *monitor, size_t before)
{
	assert_int_equal(count_descriptors(), before + 1);
	for (int i = 0; i < 3; i++) {
		assert_true(is_readable(denet_monitor_fd(monitor)));
		assert_int_equal(denet_monitor_step(monitor), 1);
		assert_int_equal(denet_monitor_finish(monitor), 0);
	}
	denet_monitor_free(monitor);
	assert_int_equal(count_descriptors(), before);
}

static void one_readable_descriptor_is_left(void **state)
{
	size_t before = count_descriptors();
	struct denet_options options = new_options();
	struct denet_monitor *monitor;

	(void)state;
	for (int i = 0; i < 3; i++) {
		options.accounting = i == 2 ? DENET_ACCOUNTING_PROC : DENET_ACCOUNTING_AUTO;
		options.adopt_orphans = i == 2;
		monitor = start(&options, "true; exit 4");
		if (i == 1)
			assert_int_equal(denet_monitor_start_thread(monitor), 0);
		assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
		if (i == 1)
			assert_int_equal(denet_monitor_join(monitor), 0);
		assert_int_equal(exit_code_of(monitor), 4);
		check_what_is_left(monitor, before);
	}
}

static size_t count_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	size_t count = 0;

	assert_non_null(dir);
	while (readdir(dir))
		count++;
	(void)closedir(dir);
	return count;
}

/* As before a fork, which a thread would be in the way of. */
static void a_thread_is_stopped_and_monitoring_goes_on(void **state)
{
	size_t before = count_descriptors(), threads = count_threads();
	struct held held = hold(new_options(), "read line");

	(void)state;
	assert_int_equal(denet_monitor_stop_thread(held.monitor), -EINVAL);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(denet_monitor_start_thread(held.monitor), 0);
		assert_int_equal(count_threads(), threads + 1);
		assert_int_equal(denet_monitor_step(held.monitor), -EBUSY);
		assert_int_equal(denet_monitor_sample_now(held.monitor), 0);
		assert_int_equal(denet_monitor_stop_thread(held.monitor), 0);
		while (count_threads() != threads)
			(void)sched_yield();
		assert_int_equal(denet_monitor_step(held.monitor), 0);
		assert_int_equal(denet_monitor_sample_now(held.monitor), 0);
	}
	assert_int_equal(denet_monitor_start_thread(held.monitor), 0);
	(void)close(held.fd);
	assert_int_equal(denet_monitor_join(held.monitor), 0);
	assert_int_equal(denet_monitor_stop_thread(held.monitor), 0);
	check_what_is_left(held.monitor, before);
}

static void *wait_for_it(void *context)
{
	return denet_monitor_wait(context, LONG_MS) == 1 ? context : NULL;
}

/* Whoever waits is let go of before the descriptor that it waits at. */
static void several_may_wait_for_the_end(void **state)
{
	size_t before = count_descriptors();
	struct held held = hold(new_options(), "read line");
	pthread_t threads[4];
	void *result;

	(void)state;
	assert_int_equal(denet_monitor_start_thread(held.monitor), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, wait_for_it, held.monitor), 0);
	(void)close(held.fd);
	for (int i = 0; i < 4; i++) {
		assert_int_equal(pthread_join(threads[i], &result), 0);
		assert_ptr_equal(result, held.monitor);
	}
	assert_int_equal(denet_monitor_join(held.monitor), 0);
	check_what_is_left(held.monitor, before);
}

/* Its descriptor may be another file's by now. */
static void a_late_request_writes_nowhere(void **state)
{
	const struct denet_options options = new_options();
	struct denet_monitor *monitor = start(&options, "true");
	int others[8];
	uint64_t written;

	(void)state;
	assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
	for (int i = 0; i < 8; i++)
		others[i] = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	denet_monitor_request_finish(monitor);
	for (int i = 0; i < 8; i++) {
		assert_int_equal(read(others[i], &written, sizeof(written)), -1);
		assert_int_equal(errno, EAGAIN);
		(void)close(others[i]);
	}
	denet_monitor_free(monitor);
}

static void summary_never_changes(void **state)
{
	const struct denet_options options = new_options();
	struct denet_monitor *monitor = start(&options, "true; (exit 3); exit 0"), *other;
	struct denet_summary first = { .size = sizeof(first) }, later = { .size = sizeof(later) };
	AUTO_FREE char *first_text = NULL, *later_text = NULL;

	(void)state;
	assert_int_equal(denet_monitor_wait(monitor, LONG_MS), 1);
	assert_int_equal(denet_monitor_summary(monitor, &first), 0);
	assert_int_equal(denet_monitor_summary_json(monitor, &first_text), 0);
	/* What this process uses meanwhile is not the monitor's of then. */
	other = start(&options, "true; true");
	assert_int_equal(denet_monitor_wait(other, LONG_MS), 1);
	denet_monitor_free(other);
	assert_int_equal(denet_monitor_summary(monitor, &later), 0);
	assert_int_equal(denet_monitor_summary_json(monitor, &later_text), 0);
	assert_memory_equal(&first, &later, sizeof(first));
	assert_string_equal(first_text, later_text);
	assert_ptr_equal(first.groups, later.groups);
	denet_monitor_free(monitor);
}

/* More than there could be descriptors for, if one took more than its one. */
static void kept_monitors_are_all_measured_the_same_way(void **state)
{
	struct denet_monitor *monitors[KEPT];
	struct denet_options options = new_options();
	struct rlimit before, narrow;

	(void)state;
	options.no_polling = true;
	options.keep_records = false;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	narrow = before;
	if (narrow.rlim_cur > KEPT_DESCRIPTORS_MAX)
		narrow.rlim_cur = KEPT_DESCRIPTORS_MAX;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &narrow), 0);
	for (int i = 0; i < KEPT; i++) {
		monitors[i] = start(&options, "exit 0");
		assert_int_equal(denet_monitor_wait(monitors[i], LONG_MS), 1);
	}
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	for (int i = 0; i < KEPT; i++) {
		struct denet_summary summary = { .size = sizeof(summary) };
		static enum denet_accounting first;

		assert_int_equal(denet_monitor_summary(monitors[i], &summary), 0);
		if (!i)
			first = summary.accounting;
		assert_int_not_equal(summary.accounting, DENET_ACCOUNTING_NONE);
		assert_int_equal(summary.accounting, first);
		assert_int_equal(summary.processes_total, 1);
		denet_monitor_free(monitors[i]);
	}
}

static void root_that_goes_on_is_still_known(void **state)
{
	struct held held = hold(new_options(), "read line");
	pid_t pid = denet_monitor_pid(held.monitor);
	int status;

	(void)state;
	assert_int_equal(denet_monitor_finish(held.monitor), 0);
	assert_true(denet_monitor_is_running(held.monitor));
	assert_int_equal(denet_monitor_signal(held.monitor, 0), 0);
	assert_int_equal(denet_monitor_signal(held.monitor, SIGTERM), 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(WTERMSIG(status), SIGTERM);
	assert_false(denet_monitor_is_running(held.monitor));
	assert_int_equal(denet_monitor_signal(held.monitor, SIGTERM), -ESRCH);
	(void)close(held.fd);
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

static void who_gets_the_pid_of_the_root_is_not_the_root(void **state)
{
	struct held held = hold(new_options(), "read line");
	pid_t pid = denet_monitor_pid(held.monitor), again;
	int status;

	(void)state;
	/* Births are told apart by the ticks of /proc. */
	assert_int_equal(denet_monitor_wait(held.monitor, 50), 0);
	assert_int_equal(denet_monitor_finish(held.monitor), 0);
	(void)close(held.fd);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	again = fork_as(pid);
	if (!again) {
		(void)pause();
		_exit(0);
	}
	if (again < 0) {
		print_message("skipped: a pid cannot be chosen here: %s\n", strerror(errno));
		denet_monitor_free(held.monitor);
		skip();
	}
	assert_false(denet_monitor_is_running(held.monitor));
	assert_int_equal(denet_monitor_signal(held.monitor, SIGKILL), -ESRCH);
	assert_int_equal(kill(again, SIGUSR1), 0);
	assert_int_equal(waitpid(again, &status, 0), again);
	assert_int_equal(WTERMSIG(status), SIGUSR1);
	denet_monitor_free(held.monitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_readable_descriptor_is_left),
		cmocka_unit_test(a_thread_is_stopped_and_monitoring_goes_on),
		cmocka_unit_test(several_may_wait_for_the_end),
		cmocka_unit_test(a_late_request_writes_nowhere),
		cmocka_unit_test(summary_never_changes),
		cmocka_unit_test(kept_monitors_are_all_measured_the_same_way),
		cmocka_unit_test(root_that_goes_on_is_still_known),
		cmocka_unit_test(who_gets_the_pid_of_the_root_is_not_the_root),
	};

	/* Who waits for what never comes is ended. */
	(void)alarm(300);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
