/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Time passes here when the test says so: the linker puts its clock in the place of the real one. */
#include "probe/rest.h"

#include <dirent.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <cmocka.h>

#include "util/units.h"

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now);
int __wrap_pthread_cond_timedwait(pthread_cond_t *changed, pthread_mutex_t *lock,
				  const struct timespec *until);

/* What the waiting thread and the test tell each other. */
static struct {
	pthread_mutex_t lock;
	pthread_cond_t told;
	unsigned int steps; /* of the thread: it waits anew, or has freed something */
	pthread_cond_t *changed; /* of rest.c, as the next */
	pthread_mutex_t *guard;
	pthread_t freed_by;
	pid_t holds_until_waited_for_by; /* with the lock of rest.c; 0: not at all */
	bool is_forking; /* atomic, as the next */
	bool has_forked;
} seen = { .lock = PTHREAD_MUTEX_INITIALIZER, .told = PTHREAD_COND_INITIALIZER };

/* Whoever waits reads and the test sets it with the lock of rest.c held. */
static struct timespec now = { .tv_sec = 1000, .tv_nsec = 999999999 };

int __wrap_clock_gettime(clockid_t clock, struct timespec *ret_now)
{
	(void)clock;
	*ret_now = now;
	return 0;
}

static bool sleeps(pid_t tid)
{
	char path[64], text[256], *end;
	FILE *file;
	bool is_read;

	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/stat", tid);
	file = fopen(path, "re");
	if (!file)
		return false;
	is_read = fgets(text, sizeof(text), file);
	(void)fclose(file);
	end = is_read ? strrchr(text, ')') : NULL;
	return end && end[1] == ' ' && end[2] == 'S';
}

/* Or has forked without. */
static void hold_until_waited_for(pid_t tid)
{
	while (!__atomic_load_n(&seen.is_forking, __ATOMIC_SEQ_CST))
		(void)sched_yield();
	while (!__atomic_load_n(&seen.has_forked, __ATOMIC_SEQ_CST) && !sleeps(tid))
		(void)sched_yield();
}

/* No time ends it, but somebody who has moved the clock. */
int __wrap_pthread_cond_timedwait(pthread_cond_t *changed, pthread_mutex_t *lock,
				  const struct timespec *until)
{
	pid_t waiter;

	(void)until;
	(void)pthread_mutex_lock(&seen.lock);
	seen.steps++;
	seen.changed = changed;
	seen.guard = lock;
	waiter = seen.holds_until_waited_for_by;
	seen.holds_until_waited_for_by = 0;
	(void)pthread_cond_signal(&seen.told);
	(void)pthread_mutex_unlock(&seen.lock);
	if (waiter)
		hold_until_waited_for(waiter);
	return pthread_cond_wait(changed, lock);
}

static void free_it(void *object)
{
	unsigned int *freed = object;

	(void)pthread_mutex_lock(&seen.lock);
	++*freed;
	seen.steps++;
	seen.freed_by = pthread_self();
	(void)pthread_cond_signal(&seen.told);
	(void)pthread_mutex_unlock(&seen.lock);
}

static const struct rest_care only_freed = { .free = free_it };

static unsigned int detached;

/* By the thread that waits, which then waits anew: a step of its own. */
static void detach_it(void *object)
{
	(void)object;
	detached++;
}

static unsigned int steps_taken(void)
{
	unsigned int steps;

	(void)pthread_mutex_lock(&seen.lock);
	steps = seen.steps;
	(void)pthread_mutex_unlock(&seen.lock);
	return steps;
}

static void await_step_after(unsigned int steps)
{
	(void)pthread_mutex_lock(&seen.lock);
	while (seen.steps == steps)
		(void)pthread_cond_wait(&seen.told, &seen.lock);
	(void)pthread_mutex_unlock(&seen.lock);
}

/* While somebody waits: then its lock is free. */
static void set_forward(time_t seconds, long ns)
{
	(void)pthread_mutex_lock(seen.guard);
	now.tv_sec += seconds;
	now.tv_nsec += ns;
	now.tv_sec += now.tv_nsec / (long)NS_PER_S;
	now.tv_nsec %= (long)NS_PER_S;
	(void)pthread_cond_broadcast(seen.changed);
	(void)pthread_mutex_unlock(seen.guard);
}

/* Until whoever waited has acted upon it. */
static void advance(time_t seconds, long ns)
{
	unsigned int steps = steps_taken();

	set_forward(seconds, ns);
	await_step_after(steps);
}

static size_t count_threads(void)
{
	DIR *dir = opendir("/proc/self/task");
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count += entry->d_name[0] != '.';
	(void)closedir(dir);
	return count;
}

/* The kernel may take a moment for one that has ended. */
static void await_no_thread(size_t before)
{
	while (count_threads() != before)
		(void)sched_yield();
}

/* Its thread waits by then. */
static void put(unsigned int *object)
{
	unsigned int steps = steps_taken();

	rest_put(object, &only_freed);
	await_step_after(steps);
	assert_int_equal(*object, 0);
}

static void what_nobody_takes_is_freed_after_five_seconds(void **state)
{
	size_t threads = count_threads();
	unsigned int object = 0;

	(void)state;
	put(&object);
	assert_int_equal(count_threads(), threads + 1);
	advance(4, 0);
	assert_int_equal(object, 0);
	advance(1, -1);
	assert_int_equal(object, 0);
	advance(0, 1);
	assert_int_equal(object, 1);
	assert_false(pthread_equal(seen.freed_by, pthread_self()));
	await_no_thread(threads);
	assert_null(rest_take());
}

static void what_is_attached_is_detached_after_fifty_milliseconds(void **state)
{
	const struct rest_care care = { .detach = detach_it, .free = free_it };
	unsigned int steps = steps_taken();
	size_t threads = count_threads();
	unsigned int object = 0;

	(void)state;
	detached = 0;
	rest_put(&object, &care);
	await_step_after(steps);
	advance(0, 49999999);
	assert_int_equal(detached, 0);
	advance(0, 1);
	assert_int_equal(detached, 1);
	assert_int_equal(object, 0);
	advance(4, 949999999);
	assert_int_equal(object, 0);
	advance(0, 1);
	assert_int_equal(object, 1);
	assert_int_equal(detached, 1);
	await_no_thread(threads);
}

static void check_fork_finds_it_detached(void)
{
	const struct rest_care care = { .detach = detach_it, .free = free_it };
	unsigned int steps = steps_taken();
	unsigned int object = 0;
	int status;
	pid_t pid;

	detached = 0;
	rest_put(&object, &care);
	await_step_after(steps);
	__atomic_store_n(&seen.is_forking, true, __ATOMIC_SEQ_CST);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(detached == 1 ? 0 : 1);
	__atomic_store_n(&seen.has_forked, true, __ATOMIC_SEQ_CST);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_int_equal(detached, 1);
	advance(0, 50000000);
	assert_int_equal(detached, 1);
	assert_int_equal(object, 0);
	assert_ptr_equal(rest_take(), &object);
}

static void a_fork_finds_it_detached(void **state)
{
	(void)state;
	check_fork_finds_it_detached();
}

static void a_fork_waits_for_who_has_the_lock(void **state)
{
	(void)state;
	seen.holds_until_waited_for_by = (pid_t)syscall(SYS_gettid);
	check_fork_finds_it_detached();
}

static void what_is_taken_is_the_taker_s(void **state)
{
	size_t threads = count_threads();
	unsigned int object = 0;

	(void)state;
	put(&object);
	assert_ptr_equal(rest_take(), &object);
	assert_null(rest_take());
	/* The thread sees at its next look that there is nothing to wait for. */
	set_forward(5, 0);
	await_no_thread(threads);
	assert_int_equal(object, 0);
}

/* The thread that waited for the one waits for the other as long. */
static void what_is_put_anew_has_its_five_seconds(void **state)
{
	size_t threads = count_threads();
	unsigned int first = 0, second = 0;

	(void)state;
	put(&first);
	advance(3, 0);
	assert_ptr_equal(rest_take(), &first);
	rest_put(&second, &only_freed);
	assert_int_equal(count_threads(), threads + 1);
	advance(4, 0);
	assert_int_equal(second, 0);
	advance(1, 0);
	assert_int_equal(first, 0);
	assert_int_equal(second, 1);
	await_no_thread(threads);
}

static void only_one_is_kept(void **state)
{
	unsigned int first = 0, second = 0;

	(void)state;
	put(&first);
	rest_put(&second, &only_freed);
	assert_int_equal(second, 1);
	assert_true(pthread_equal(seen.freed_by, pthread_self()));
	assert_ptr_equal(rest_take(), &first);
	rest_release();
}

static void release_frees_it_and_ends_the_thread(void **state)
{
	size_t threads = count_threads();
	unsigned int object = 0, next = 0;

	(void)state;
	put(&object);
	rest_release();
	assert_int_equal(object, 1);
	await_no_thread(threads);
	assert_null(rest_take());
	rest_release();
	assert_int_equal(object, 1);
	/* And it can be used again. */
	put(&next);
	assert_ptr_equal(rest_take(), &next);
	rest_release();
	assert_int_equal(next, 0);
}

static void forked_process_has_nothing_and_keeps_nothing(void **state)
{
	unsigned int object = 0, other = 0;
	int status;
	pid_t pid;

	(void)state;
	put(&object);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		bool has_nothing = !rest_take();

		rest_put(&other, &only_freed);
		rest_release();
		_exit(has_nothing && other == 1 && !object ? 0 : 1);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_ptr_equal(rest_take(), &object);
	rest_release();
}

/* Of a test that failed, too: its object is gone. */
static int set_up(void **state)
{
	(void)state;
	seen.holds_until_waited_for_by = 0;
	seen.is_forking = false;
	seen.has_forked = false;
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	__atomic_store_n(&seen.is_forking, true, __ATOMIC_SEQ_CST);
	__atomic_store_n(&seen.has_forked, true, __ATOMIC_SEQ_CST);
	(void)rest_take();
	rest_release();
	return 0;
}

#define with_nothing_kept(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		with_nothing_kept(what_nobody_takes_is_freed_after_five_seconds),
		with_nothing_kept(what_is_attached_is_detached_after_fifty_milliseconds),
		with_nothing_kept(a_fork_finds_it_detached),
		with_nothing_kept(a_fork_waits_for_who_has_the_lock),
		with_nothing_kept(what_is_taken_is_the_taker_s),
		with_nothing_kept(what_is_put_anew_has_its_five_seconds),
		with_nothing_kept(only_one_is_kept),
		with_nothing_kept(release_frees_it_and_ends_the_thread),
		with_nothing_kept(forked_process_has_nothing_and_keeps_nothing),
	};

	/* Who waits for what never comes is ended. */
	(void)alarm(60);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
