/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A process that has itself monitored by a thread of ours: `make check-tsan` runs this instrumented. */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "follow/monitor_internal.h"
#include "sanitized.h"
#include "util/clock.h"

static void *spin(void *context)
{
	atomic_bool *is_enough = context;

	while (!atomic_load(is_enough))
		;
	return NULL;
}

static void own_threads_are_measured_by_a_thread_of_ours(void **state)
{
	struct denet_options options = { .size = sizeof(options) };
	struct denet_summary summary = { .size = sizeof(summary) };
	struct denet_error error = { .size = sizeof(error) };
	struct denet_monitor *monitor = NULL;
	atomic_bool is_enough = false;
	pthread_t thread;

	(void)state;
	denet_options_init(&options);
	options.interval_ms = 5;
	if (denet_self(&options, NULL, &monitor, &error)) {
		print_message("skipped: %s\n", error.text);
		skip();
	}
	assert_int_equal(denet_monitor_start_thread(monitor), 0);
	assert_int_equal(pthread_create(&thread, NULL, spin, &is_enough), 0);
	assert_int_equal(denet_monitor_wait(monitor, 100), 0);
	atomic_store(&is_enough, true);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(denet_monitor_finish(monitor), 0);
	assert_int_equal(denet_monitor_summary(monitor, &summary), 0);
	/* Its main thread and that which spins, not the one that measures. */
	assert_int_equal(summary.threads_peak, 2 + SANITIZER_THREADS);
	assert_true(summary.used.cpu_time_ns > 1000000);
	denet_monitor_free(monitor);
}

/* What callbacks of the main thread were told. */
struct called_back {
	struct denet_monitor *monitor;
	pthread_t main;
	pthread_t thread; /* that the last one came from */
	int samples, step, finish, sample, wait, join;
};

static void finish_from_callback(void *context, const struct denet_tree *tree)
{
	struct called_back *called = context;

	(void)tree;
	called->thread = pthread_self();
	if (!pthread_equal(called->thread, called->main))
		return;
	called->samples++;
	called->step = denet_monitor_step(called->monitor);
	called->sample = denet_monitor_sample_now(called->monitor);
	called->wait = denet_monitor_wait(called->monitor, 0);
	called->finish = denet_monitor_finish(called->monitor);
	called->join = denet_monitor_join(called->monitor);
}

/* Whose wait for a thread would be a part of what it measures. */
static void last_sample_of_oneself_is_taken_by_who_finishes(void **state)
{
	pthread_t self = pthread_self();
	struct called_back called = { .main = self };
	const struct denet_observer observer = { .size = sizeof(observer),
						 .context = &called,
						 .on_sample = finish_from_callback };
	struct denet_options options = { .size = sizeof(options) };
	struct denet_summary summary = { .size = sizeof(summary) };

	(void)state;
	denet_options_init(&options);
	assert_int_equal(denet_self(&options, &observer, &called.monitor, NULL), 0);
	assert_int_equal(denet_monitor_start_thread(called.monitor), 0);
	assert_int_equal(denet_monitor_sample_now(called.monitor), 0);
	assert_false(pthread_equal(called.thread, self));
	assert_int_equal(denet_monitor_finish(called.monitor), 0);
	assert_int_equal(called.samples, 1);
	assert_int_equal(called.step, -EDEADLK);
	assert_int_equal(called.sample, -EDEADLK);
	assert_int_equal(called.wait, -EDEADLK);
	assert_int_equal(called.finish, -EDEADLK);
	assert_int_equal(called.join, -EDEADLK);
	assert_int_equal(denet_monitor_summary(called.monitor, &summary), 0);
	denet_monitor_free(called.monitor);
}

/* What a sample of the thread waits for, and when it went on. */
struct held_up {
	atomic_bool is_sampling;
	atomic_bool is_ending;
	pid_t caller;
	uint64_t let_on_ns;
};

/* In a call of the kernel: it waits for what the thread has. */
static bool is_asleep(pid_t tid)
{
	char path[64], text[512] = "";
	const char *state;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/stat", (int)tid);
	file = fopen(path, "re");
	assert_non_null(file);
	(void)fgets(text, sizeof(text), file);
	(void)fclose(file);
	state = strrchr(text, ')');
	return state && state[2] == 'S';
}

static void hold_up_the_end(void *context, const struct denet_tree *tree)
{
	struct held_up *held = context;

	(void)tree;
	if (gettid() == held->caller)
		return;
	atomic_store(&held->is_sampling, true);
	while (!atomic_load(&held->is_ending) || !is_asleep(held->caller))
		;
	held->let_on_ns = clock_mono_ns();
}

/* A sample that is under way lets whoever finishes wait, which is no part of what he did. */
static void the_end_is_when_it_was_asked_for(void **state)
{
	struct held_up held = { .caller = gettid() };
	const struct denet_observer observer = { .size = sizeof(observer),
						 .context = &held,
						 .on_sample = hold_up_the_end };
	struct denet_options options = { .size = sizeof(options) };
	struct denet_monitor *monitor = NULL;

	(void)state;
	denet_options_init(&options);
	assert_int_equal(denet_self(&options, &observer, &monitor, NULL), 0);
	assert_int_equal(denet_monitor_start_thread(monitor), 0);
	/* The first sample is due at once. */
	while (!atomic_load(&held.is_sampling))
		;
	atomic_store(&held.is_ending, true);
	assert_int_equal(denet_monitor_finish(monitor), 0);
	assert_true(monitor->times.end_mono_ns <= held.let_on_ns);
	denet_monitor_free(monitor);
}

static void count(struct denet_monitor *monitor, uint64_t born, uint64_t alive)
{
	uint64_t found_born, found_alive;

	/* The last that a process does comes after it can be waited for. */
	do
		assert_int_equal(denet_monitor_count(monitor, &found_born, &found_alive), 0);
	while (found_alive != alive);
	assert_int_equal(found_born, born);
}

static void who_was_born_is_counted_without_a_sample(void **state)
{
	struct denet_options options = { .size = sizeof(options) };
	struct denet_monitor *monitor = NULL;
	uint64_t born, alive;
	pid_t pid;

	(void)state;
	denet_options_init(&options);
	options.accounting = DENET_ACCOUNTING_BPF;
	if (denet_self(&options, NULL, &monitor, NULL))
		skip();
	assert_int_equal(denet_monitor_start_thread(monitor), 0);
	count(monitor, 0, 1);
	pid = fork();
	if (!pid) {
		(void)pause();
		_exit(0);
	}
	count(monitor, 1, 2);
	assert_int_equal(kill(pid, SIGKILL), 0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	count(monitor, 1, 1);
	assert_int_equal(denet_monitor_finish(monitor), 0);
	assert_int_equal(denet_monitor_count(monitor, &born, &alive), -ENODATA);
	denet_monitor_free(monitor);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(own_threads_are_measured_by_a_thread_of_ours),
		cmocka_unit_test(the_end_is_when_it_was_asked_for),
		cmocka_unit_test(who_was_born_is_counted_without_a_sample),
		cmocka_unit_test(last_sample_of_oneself_is_taken_by_who_finishes),
	};

	/* Who waits for what never comes is ended. */
	(void)alarm(300);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
