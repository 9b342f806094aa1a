/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The machine's accounts: what the rows of a cgroup add up to is what that has counted, to the nanosecond. */
#include "bpf/rows.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

#define THREADS 6

static void short_processes_add_up_to_their_cgroup(void **state)
{
	struct fixture *fixture = need(state);
	pid_t pid = begin_child(&fixture->here, "parent");

	if (pid == 0) {
		for (int i = 0; i < 300; i++) {
			pid_t child = fork();

			if (child == 0) {
				(void)prctl(PR_SET_NAME, i % 2 ? "odd" : "even");
				use_cpu(1000);
				_exit(0);
			}
			(void)waitpid(child, NULL, 0);
		}
		_exit(0);
	}
	reap(pid);
	assert_exact(fixture, &fixture->here, 301);
	assert_int_equal(sum(fixture, &fixture->here, "odd").ended.processes, 150);
	assert_int_equal(sum(fixture, &fixture->here, "even").ended.processes, 150);
	assert_int_equal(sum(fixture, &fixture->here, "parent").ended.processes, 1);
}

static void *spin(void *gate)
{
	const volatile int *is_over = gate;

	while (!*is_over)
		use_cpu(1000);
	return NULL;
}

/* What a thread is charged for between its move and our hearing of it is on either side of the line. */
#define MOVED_SLACK_NS 1000000

/* All of a process by one event. */
static void running_threads_that_are_moved_count_from_then(void **state)
{
	struct fixture *fixture = need(state);
	int ready[2], done[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC) | pipe2(done, O_CLOEXEC), 0);
	pid = fork();
	if (pid == 0) {
		static volatile int is_over;
		pthread_t threads[THREADS];

		for (int i = 0; i < THREADS; i++)
			(void)pthread_create(&threads[i], NULL, spin, (void *)(uintptr_t)&is_over);
		use_cpu(3000000);
		(void)!write(ready[1], &byte, 1);
		(void)!read(done[0], &byte, 1);
		is_over = 1;
		for (int i = 0; i < THREADS; i++)
			(void)pthread_join(threads[i], NULL);
		_exit(0);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	enter(fixture->here.v1, pid);
	await_that(sum(fixture, &fixture->here, NULL).ended.used.cpu_time_ns > 10000000);
	assert_int_equal(sum(fixture, &fixture->here, NULL).threads_living, THREADS + 1);
	assert_int_equal(sum(fixture, &fixture->here, NULL).processes_living, 1);
	/* And on, to another: both have their part. */
	enter(fixture->there.v1, pid);
	await_that(sum(fixture, &fixture->there, NULL).ended.used.cpu_time_ns > 10000000);
	assert_within(fixture, &fixture->here, 0, MOVED_SLACK_NS);
	assert_int_equal(write(done[1], &byte, 1), 1);
	reap(pid);
	assert_within(fixture, &fixture->there, 1, MOVED_SLACK_NS);
	(void)close(ready[0]);
	(void)close(ready[1]);
	(void)close(done[0]);
	(void)close(done[1]);
}

static void *wait_for_ever(void *unused)
{
	for (;;)
		(void)pause();
	return unused;
}

/* Some threads that do nothing once the byte is written. */
static pid_t begin_sleeper(const struct referee *referee)
{
	int ready[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	pid = begin_child(referee, "sleeper");
	if (pid == 0) {
		pthread_t threads[THREADS];

		for (int i = 0; i < THREADS; i++)
			(void)pthread_create(&threads[i], NULL, wait_for_ever, NULL);
		(void)!write(ready[1], &byte, 1);
		(void)wait_for_ever(NULL);
	}
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	(void)close(ready[1]);
	return pid;
}

/* They are told of when they run; what they have used, where they are and that they end is known without. */
static void who_sleeps_is_known_all_the_same(void **state)
{
	struct fixture *fixture = need(state);
	pid_t pid = begin_sleeper(&fixture->here);

	/* It might execute something yet, for all that the first look knows. */
	assert_int_equal(sum(fixture, &fixture->here, NULL).processes_forked, 1);
	assert_int_equal(sum(fixture, &fixture->here, NULL).processes_forked, 0);
	await_that(sum(fixture, &fixture->here, "sleeper").threads_living == THREADS + 1);
	for (int i = 0; i < 3; i++) {
		uint64_t before_ns = sum(fixture, &fixture->here, NULL).ended.used.cpu_time_ns;

		assert_true(before_ns > 0);
		assert_int_equal(sum(fixture, &fixture->here, NULL).threads_living, THREADS + 1);
		assert_true(sum(fixture, &fixture->here, NULL).ended.used.cpu_time_ns >= before_ns);
	}
	/* In its sleep. */
	enter(fixture->there.v1, pid);
	assert_int_equal(sum(fixture, &fixture->here, NULL).threads_living, 0);
	assert_int_equal(sum(fixture, &fixture->there, NULL).threads_living, THREADS + 1);
	assert_int_equal(sum(fixture, &fixture->there, NULL).processes_living, 1);
	assert_exact(fixture, &fixture->here, 0);
	assert_int_equal(kill(pid, SIGKILL), 0);
	reap(pid);
	assert_exact(fixture, &fixture->there, 1);
	assert_exact(fixture, &fixture->here, 0);
}

/* Nothing has run where it comes to: that it came is enough. */
static void assert_found_where_it_came_to(struct fixture *fixture)
{
	pid_t pid;

	for (int i = 0; i < 2; i++)
		assert_int_equal(sum(fixture, &fixture->there, NULL).threads_living, 0);
	pid = begin_sleeper(&fixture->here);
	await_that(referee_thread_waits(pid));
	enter(fixture->there.v1, pid);
	assert_int_equal(sum(fixture, &fixture->here, NULL).threads_living, 0);
	assert_int_equal(sum(fixture, &fixture->there, NULL).threads_living, THREADS + 1);
	for (int i = 0; i < 2; i++)
		assert_int_equal(sum(fixture, &fixture->there, "sleeper").processes_living, 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	reap(pid);
	await_that(!sum(fixture, &fixture->there, NULL).threads_living);
	assert_int_equal(sum(fixture, &fixture->there, NULL).ended.processes, 1);
}

static void who_comes_asleep_is_found(void **state)
{
	assert_found_where_it_came_to(need(state));
}

/* Version 1's fixture on the other's folders. */
static void who_comes_asleep_is_found_by_version_2(void **state)
{
	struct fixture *fixture = need(state);

	hostprobe_close(fixture->probe);
	fixture->probe = NULL;
	memcpy(fixture->here.v1, fixture->here.v2, sizeof(fixture->here.v1));
	memcpy(fixture->there.v1, fixture->there.v2, sizeof(fixture->there.v1));
	assert_int_equal(hostprobe_open(false, &fixture->probe), 0);
	assert_found_where_it_came_to(fixture);
}

/* As kernels before 6.12, and before 6.7, have it. */
static void who_comes_asleep_is_found_on_older_kernels(void **state)
{
	static const enum hostprobe_walk walks[] = { HOSTPROBE_WALK_LIVING, HOSTPROBE_WALK_ALL };
	struct fixture *fixture = need(state);

	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++) {
		const struct hostprobe_bounds bounds = { HOST_ROWS_MAX, HOST_ENDS_MAX, walks[i] };

		hostprobe_close(fixture->probe);
		fixture->probe = NULL;
		assert_int_equal(hostprobe_open_within(true, &bounds, &fixture->probe), 0);
		assert_found_where_it_came_to(fixture);
	}
}

static void *become_sleep(void *unused)
{
	(void)execl("/bin/sleep", "sleep", "1000", (char *)NULL);
	return unused;
}

/* The thread takes its process's id over, and the others are gone. */
static void an_exec_leaves_one_thread(void **state)
{
	struct fixture *fixture = need(state);
	int go[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe2(go, O_CLOEXEC), 0);
	pid = begin_child(&fixture->here, "execs");
	if (pid == 0) {
		pthread_t thread;

		(void)pthread_create(&thread, NULL, wait_for_ever, NULL);
		(void)!read(go[0], &byte, 1);
		(void)pthread_create(&thread, NULL, become_sleep, NULL);
		(void)wait_for_ever(NULL);
	}
	await_that(sum(fixture, &fixture->here, "execs").threads_living == 2);
	assert_int_equal(write(go[1], &byte, 1), 1);
	await_that(sum(fixture, &fixture->here, "sleep").threads_living == 1);
	await_that(sum(fixture, &fixture->here, NULL).threads_living == 1);
	assert_int_equal(kill(pid, SIGKILL), 0);
	reap(pid);
	await_that(!sum(fixture, &fixture->here, NULL).threads_living);
	(void)close(go[0]);
	(void)close(go[1]);
}

/* What it had used before is not ours to tell; that it goes on is. */
static void who_lives_at_the_start_counts_from_then(void **state)
{
	struct fixture *fixture = need(state);
	struct hostprobe *late;
	uint64_t before_ns, after_ns;
	int done[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe2(done, O_CLOEXEC), 0);
	pid = begin_child(&fixture->here, "older");
	if (pid == 0) {
		use_cpu(30000000);
		(void)!read(done[0], &byte, 1);
		use_cpu(3000000);
		_exit(0);
	}
	await_that(sum(fixture, &fixture->here, "older").ended.used.cpu_time_ns > 10000000);
	hostprobe_close(fixture->probe);
	fixture->probe = NULL;
	assert_int_equal(referee_cpuacct_ns(&fixture->here, &before_ns), 0);
	assert_int_equal(hostprobe_open(true, &late), 0);
	fixture->probe = late;
	assert_int_equal(write(done[1], &byte, 1), 1);
	reap(pid);
	await_that(sum(fixture, &fixture->here, NULL).ended.processes == 1);
	assert_int_equal(referee_cpuacct_ns(&fixture->here, &after_ns), 0);
	assert_true(sum(fixture, &fixture->here, NULL).ended.used.cpu_time_ns > 0);
	assert_true(sum(fixture, &fixture->here, NULL).ended.used.cpu_time_ns <=
		    after_ns - before_ns);
	(void)close(done[0]);
	(void)close(done[1]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(short_processes_add_up_to_their_cgroup),
		fixture_test(running_threads_that_are_moved_count_from_then),
		fixture_test(who_sleeps_is_known_all_the_same),
		fixture_test(who_comes_asleep_is_found),
		fixture_test(who_comes_asleep_is_found_by_version_2),
		fixture_test(who_comes_asleep_is_found_on_older_kernels),
		fixture_test(an_exec_leaves_one_thread),
		fixture_test(who_lives_at_the_start_counts_from_then),
	};

	return harness_run("test_hostprobe", tests);
}
