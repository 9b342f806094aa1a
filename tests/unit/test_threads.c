/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Several monitors at once, and several threads at one: `make check-tsan` runs this instrumented. */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "util/cleanup.h"

#define LONG_MS 60000
#define MONITORS 4

struct held {
	struct denet_monitor *monitor;
	int fd; /* closing it ends the command */
	pthread_t callbacks; /* the thread that they came from */
	int samples; /* written by that thread */
	bool has_ended;
};

static void on_sample(void *context, const struct denet_tree *tree)
{
	struct held *held = context;

	(void)tree;
	held->samples++;
	held->callbacks = pthread_self();
}

static void on_exit_record(void *context, const struct denet_exit *end)
{
	struct held *held = context;

	held->has_ended = end->end.known;
}

/* cmocka's own assertions are for the main thread. */
static void require(bool is_true, int line)
{
	if (is_true)
		return;
	(void)fprintf(stderr, "line %d\n", line);
	abort();
}

#define REQUIRE(condition) require((condition), __LINE__)

static void hold(struct held *held, const char *command)
{
	const struct denet_observer observer = { .size = sizeof(observer),
						 .context = held,
						 .on_sample = on_sample,
						 .on_exit = on_exit_record };
	struct denet_options options = { .size = sizeof(options) };
	struct denet_launch launch = { .size = sizeof(launch) };
	struct denet_error error = { .size = sizeof(error) };
	char name[16];
	char *argv[] = { name, NULL };
	int ends[2];

	*held = (struct held){ .fd = -1 };
	(void)snprintf(name, sizeof(name), "%s", command);
	REQUIRE(!pipe2(ends, O_CLOEXEC));
	denet_options_init(&options);
	options.interval_ms = 5;
	options.keep_records = true;
	denet_launch_init(&launch);
	launch.argv = argv;
	launch.stdin_fd = ends[0];
	REQUIRE(!denet_run(&options, &observer, &launch, &held->monitor, &error));
	(void)close(ends[0]);
	held->fd = ends[1];
}

static void release(struct held *held)
{
	(void)close(held->fd);
	held->fd = -1;
}

static void expect_exit_0(struct held *held)
{
	struct denet_end end = { 0 };

	REQUIRE(!denet_monitor_exit(held->monitor, &end));
	REQUIRE(end.known && end.exit_code == 0);
}

static void *run_one_command(void *context)
{
	struct held held;

	(void)context;
	hold(&held, "cat");
	REQUIRE(denet_monitor_wait(held.monitor, 20) == 0);
	release(&held);
	REQUIRE(denet_monitor_wait(held.monitor, LONG_MS) == 1);
	REQUIRE(held.has_ended && pthread_equal(held.callbacks, pthread_self()));
	expect_exit_0(&held);
	denet_monitor_free(held.monitor);
	return NULL;
}

/* One starts while another runs and a third ends. */
static void monitors_in_several_threads_do_not_meet(void **state)
{
	pthread_t threads[MONITORS];

	(void)state;
	for (int i = 0; i < MONITORS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, run_one_command, NULL), 0);
	for (int i = 0; i < MONITORS; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

static void several_monitors_have_a_thread_each(void **state)
{
	struct held held[MONITORS];

	(void)state;
	for (int i = 0; i < MONITORS; i++) {
		hold(&held[i], "cat");
		assert_int_equal(denet_monitor_start_thread(held[i].monitor), 0);
		assert_int_equal(denet_monitor_start_thread(held[i].monitor), -EALREADY);
	}
	for (int i = 0; i < MONITORS; i++) {
		assert_int_equal(denet_monitor_wait(held[i].monitor, 0), 0);
		assert_int_equal(denet_monitor_step(held[i].monitor), -EBUSY);
		release(&held[i]);
	}
	for (int i = 0; i < MONITORS; i++) {
		assert_int_equal(denet_monitor_wait(held[i].monitor, LONG_MS), 1);
		assert_int_equal(denet_monitor_join(held[i].monitor), 0);
		assert_true(held[i].has_ended && held[i].samples > 0);
		assert_false(pthread_equal(held[i].callbacks, pthread_self()));
		expect_exit_0(&held[i]);
		assert_int_equal(denet_monitor_wait(held[i].monitor, 0), 1);
		denet_monitor_free(held[i].monitor);
	}
}

static atomic_bool is_over;

/* Without a pause, which could hide that nothing keeps it apart from the one who adds. */
static void *take_all_the_time(void *context)
{
	struct held *held = context;
	size_t len;

	while (!atomic_load(&is_over)) {
		char *records = NULL;

		REQUIRE(!denet_monitor_take_records(held->monitor, &records, &len));
		REQUIRE(!len || records[len - 1] == '\n');
		denet_free(records);
	}
	return NULL;
}

static void *ask_all_the_time(void *context)
{
	struct held *held = context;
	struct denet_summary summary = { .size = sizeof(summary) };
	struct denet_end end;
	int r = 0;

	while (!r) {
		char *metadata = NULL;

		r = denet_monitor_sample_now(held->monitor);
		REQUIRE(r == 0 || r == 1);
		REQUIRE(!denet_monitor_metadata_json(held->monitor, &metadata));
		REQUIRE(strstr(metadata, "\"pid\":"));
		denet_free(metadata);
		(void)denet_monitor_is_running(held->monitor);
		(void)denet_monitor_exit(held->monitor, &end);
		(void)denet_monitor_summary(held->monitor, &summary);
		(void)denet_monitor_signal(held->monitor, 0);
	}
	return NULL;
}

static void other_threads_may_ask_while_it_runs(void **state)
{
	void *(*const functions[])(void *) = { take_all_the_time, take_all_the_time,
					       ask_all_the_time, ask_all_the_time };
	pthread_t threads[4];
	struct held held;

	(void)state;
	hold(&held, "cat");
	assert_int_equal(denet_monitor_start_thread(held.monitor), 0);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, functions[i], &held), 0);
	assert_int_equal(denet_monitor_wait(held.monitor, 100), 0);
	release(&held);
	assert_int_equal(denet_monitor_join(held.monitor), 0);
	assert_int_equal(denet_monitor_join(held.monitor), 0);
	atomic_store(&is_over, true);
	for (int i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	expect_exit_0(&held);
	denet_monitor_free(held.monitor);
}

static void let_go(struct held *held)
{
	pid_t pid = denet_monitor_pid(held->monitor);

	release(held);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void finish_is_asked_for_by_another_thread(void **state)
{
	struct held held;

	(void)state;
	hold(&held, "cat");
	assert_int_equal(denet_monitor_join(held.monitor), -EINVAL);
	assert_int_equal(denet_monitor_start_thread(held.monitor), 0);
	assert_int_equal(denet_monitor_finish(held.monitor), 0);
	assert_int_equal(denet_monitor_sample_now(held.monitor), 1);
	assert_true(denet_monitor_is_running(held.monitor));
	let_go(&held);
	denet_monitor_free(held.monitor);
}

static void freeing_ends_the_thread(void **state)
{
	struct held held;
	pid_t pid;

	(void)state;
	hold(&held, "cat");
	pid = denet_monitor_pid(held.monitor);
	assert_int_equal(denet_monitor_start_thread(held.monitor), 0);
	denet_monitor_free(held.monitor);
	assert_int_equal(kill(pid, 0), 0);
	release(&held);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* A command that nobody can measure: descriptors suffice for waiting alone. */
static void hold_unmeasured(struct held *held)
{
	struct rlimit before, narrow;
	int first = dup(STDERR_FILENO);

	assert_true(first >= 0 && !close(first));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	/* Two go to hold(). */
	narrow = (struct rlimit){ .rlim_cur = (rlim_t)first + 12, .rlim_max = before.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &narrow), 0);
	hold(held, "cat");
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
}

static void asking_for_a_sample_that_cannot_be_had_ends_nothing(void **state)
{
	struct denet_summary summary = { .size = sizeof(summary) };
	struct held held;

	(void)state;
	hold_unmeasured(&held);
	assert_int_equal(denet_monitor_sample_now(held.monitor), -ENODATA);
	assert_int_equal(denet_monitor_start_thread(held.monitor), 0);
	assert_int_equal(denet_monitor_sample_now(held.monitor), -ENODATA);
	assert_int_equal(denet_monitor_wait(held.monitor, 50), 0);
	release(&held);
	assert_int_equal(denet_monitor_join(held.monitor), 0);
	assert_int_equal(denet_monitor_summary(held.monitor, &summary), 0);
	assert_int_equal(summary.accounting, DENET_ACCOUNTING_NONE);
	expect_exit_0(&held);
	denet_monitor_free(held.monitor);
}

/* What a callback was told. */
struct called_back {
	struct held held;
	int step, finish, sample, wait;
};

static void drive_from_callback(void *context, const struct denet_tree *tree)
{
	struct called_back *called = context;
	struct denet_monitor *monitor = called->held.monitor;

	(void)tree;
	if (called->held.samples++)
		return;
	called->step = denet_monitor_step(monitor);
	called->sample = denet_monitor_sample_now(monitor);
	called->wait = denet_monitor_wait(monitor, 0);
	called->finish = denet_monitor_finish(monitor);
	denet_monitor_request_finish(monitor);
}

static void expect_refused(bool has_thread)
{
	struct called_back called = { .step = 0 };
	const struct denet_observer observer = { .size = sizeof(observer),
						 .context = &called,
						 .on_sample = drive_from_callback };
	struct denet_options options = { .size = sizeof(options) };
	struct denet_launch launch = { .size = sizeof(launch) };
	char name[] = "cat";
	char *argv[] = { name, NULL };
	int ends[2];

	assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
	denet_options_init(&options);
	denet_launch_init(&launch);
	launch.argv = argv;
	launch.stdin_fd = ends[0];
	assert_int_equal(denet_run(&options, &observer, &launch, &called.held.monitor, NULL), 0);
	(void)close(ends[0]);
	called.held.fd = ends[1];
	if (has_thread) {
		assert_int_equal(denet_monitor_start_thread(called.held.monitor), 0);
		assert_int_equal(denet_monitor_join(called.held.monitor), 0);
	} else {
		assert_int_equal(denet_monitor_wait(called.held.monitor, LONG_MS), 1);
	}
	assert_int_equal(called.step, -EDEADLK);
	assert_int_equal(called.sample, -EDEADLK);
	assert_int_equal(called.wait, -EDEADLK);
	assert_int_equal(called.finish, -EDEADLK);
	let_go(&called.held);
	denet_monitor_free(called.held.monitor);
}

static void callbacks_may_not_drive(void **state)
{
	(void)state;
	expect_refused(false);
	expect_refused(true);
}

/* A thread does not survive a fork: there is nobody to wait for. */
static void forked_process_leaves_the_thread_to_its_parent(void **state)
{
	struct held held;
	int status;
	pid_t pid;

	(void)state;
	hold(&held, "cat");
	assert_int_equal(denet_monitor_start_thread(held.monitor), 0);
	pid = fork();
	if (!pid) {
		(void)alarm(LONG_MS / 1000);
		if (denet_monitor_join(held.monitor) != -ECHILD ||
		    denet_monitor_finish(held.monitor) != -ECHILD ||
		    denet_monitor_sample_now(held.monitor) != -ECHILD)
			_exit(1);
		denet_monitor_free(held.monitor);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(denet_monitor_sample_now(held.monitor), 0);
	release(&held);
	assert_int_equal(denet_monitor_join(held.monitor), 0);
	expect_exit_0(&held);
	denet_monitor_free(held.monitor);
}

/* As a daemon does that wants to know what it has open. */
static void lose_all_descriptors(void)
{
	struct held held;

	hold(&held, "cat");
	REQUIRE(!denet_monitor_start_thread(held.monitor));
	REQUIRE(!denet_monitor_sample_now(held.monitor));
	REQUIRE(!close_range(STDERR_FILENO + 1, ~0U, 0));
	REQUIRE(denet_monitor_join(held.monitor) == -EBADF);
	denet_monitor_free(held.monitor);
}

static void thread_ends_with_an_error_when_all_descriptors_are_closed(void **state)
{
	pid_t pid = fork();
	int status = 0;

	(void)state;
	if (!pid) {
		(void)alarm(LONG_MS / 1000);
		lose_all_descriptors();
		_exit(42);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 42);
}

static atomic_int lines;

static void count_line(void *context, int level, const char *text)
{
	REQUIRE(context == &lines && level > 0 && text[0]);
	atomic_fetch_add(&lines, 1);
}

static void *look_at_the_machine(void *context)
{
	(void)context;
	for (int i = 0; i < 20; i++) {
		char *text = NULL;

		denet_set_log(i % 2 ? count_line : NULL, &lines);
		REQUIRE(!denet_system_json(&text));
		denet_free(text);
	}
	return NULL;
}

static void machine_and_log_belong_to_all_threads(void **state)
{
	pthread_t threads[2];

	(void)state;
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_at_the_machine, NULL), 0);
	run_one_command(NULL);
	for (int i = 0; i < 2; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
	denet_set_log(NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(monitors_in_several_threads_do_not_meet),
		cmocka_unit_test(several_monitors_have_a_thread_each),
		cmocka_unit_test(other_threads_may_ask_while_it_runs),
		cmocka_unit_test(finish_is_asked_for_by_another_thread),
		cmocka_unit_test(freeing_ends_the_thread),
		cmocka_unit_test(asking_for_a_sample_that_cannot_be_had_ends_nothing),
		cmocka_unit_test(callbacks_may_not_drive),
		cmocka_unit_test(forked_process_leaves_the_thread_to_its_parent),
		cmocka_unit_test(thread_ends_with_an_error_when_all_descriptors_are_closed),
		cmocka_unit_test(machine_and_log_belong_to_all_threads),
	};

	/* Who waits for what never comes is ended. */
	(void)alarm(300);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
