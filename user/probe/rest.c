/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "probe/rest.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>
#include <unistd.h>

#include "util/clock.h"
#include "util/units.h"

#define KEPT_NS (5 * NS_PER_S)
#define ATTACHED_NS (50 * NS_PER_MS)

/* All but the first three are guarded by the lock, which a forked process never takes. */
static struct {
	pthread_once_t once;
	bool is_usable; /* else nothing is kept */
	pid_t owner;
	pthread_mutex_t lock; /* tells who has it already, instead of waiting for himself */
	pthread_cond_t changed; /* by the monotonic clock */
	bool hears_of_forks;
	void *object; /* owned */
	struct rest_care care;
	uint64_t free_at_ns;
	uint64_t due_ns; /* the next thing to do with it */
	uint64_t awaited_ns; /* when the thread looks */
	pthread_t thread;
	bool has_thread; /* it waits, and nobody has begun to join it */
	bool is_joining; /* nothing is kept meanwhile */
} kept = { .once = PTHREAD_ONCE_INIT };

static bool set_lock(void)
{
	pthread_mutexattr_t attributes;
	bool is_set;

	if (pthread_mutexattr_init(&attributes))
		return false;
	is_set = !pthread_mutexattr_settype(&attributes, PTHREAD_MUTEX_ERRORCHECK) &&
		 !pthread_mutex_init(&kept.lock, &attributes);
	(void)pthread_mutexattr_destroy(&attributes);
	return is_set;
}

static bool set_clock(void)
{
	pthread_condattr_t attributes;
	bool is_set;

	if (pthread_condattr_init(&attributes))
		return false;
	is_set = !pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC) &&
		 !pthread_cond_init(&kept.changed, &attributes);
	(void)pthread_condattr_destroy(&attributes);
	return is_set;
}

static void set_up(void)
{
	kept.owner = getpid();
	kept.is_usable = set_lock() && set_clock();
}

static bool is_ours(void)
{
	return !pthread_once(&kept.once, set_up) && kept.is_usable && kept.owner == getpid();
}

/* Under the lock. */
static void await_due(void)
{
	const struct timespec until = {
		.tv_sec = (time_t)(kept.due_ns / NS_PER_S),
		.tv_nsec = (long)(kept.due_ns % NS_PER_S),
	};

	kept.awaited_ns = kept.due_ns;
	(void)pthread_cond_timedwait(&kept.changed, &kept.lock, &until);
}

/* Takes its time, for which who would take it waits. */
static void detach_it(void)
{
	kept.care.detach(kept.object);
	kept.care.detach = NULL;
	kept.due_ns = kept.free_at_ns;
}

static void do_what_is_due(void)
{
	if (clock_mono_ns() < kept.due_ns)
		return;
	if (kept.care.detach) {
		detach_it();
	} else {
		kept.care.free(kept.object);
		kept.object = NULL;
	}
}

/*
 * What is attached would stay so for as long as a forked process lives, by its copies of descriptors.
 * Not where this thread has the lock, and forks in a handler of signals.
 */
static void before_fork(void)
{
	if (!is_ours() || pthread_mutex_lock(&kept.lock))
		return;
	if (kept.object && kept.care.detach)
		detach_it();
	(void)pthread_mutex_unlock(&kept.lock);
}

/* Ends with what it waits for: freed here, taken, or released. Under the lock to the end. */
static void *wait_and_free(void *unused)
{
	(void)pthread_mutex_lock(&kept.lock);
	while (kept.object) {
		await_due();
		if (kept.object)
			do_what_is_due();
	}
	if (kept.has_thread)
		(void)pthread_detach(pthread_self());
	kept.has_thread = false;
	(void)pthread_mutex_unlock(&kept.lock);
	return unused;
}

/* Under the lock, which is given back meanwhile. */
static void join_thread(void)
{
	pthread_t thread = kept.thread;

	if (!kept.has_thread)
		return;
	kept.has_thread = false;
	kept.is_joining = true;
	(void)pthread_cond_broadcast(&kept.changed);
	(void)pthread_mutex_unlock(&kept.lock);
	(void)pthread_join(thread, NULL);
	(void)pthread_mutex_lock(&kept.lock);
	kept.is_joining = false;
}

/* Signals are for the threads of the host. */
static bool start_thread(void)
{
	sigset_t all, before;

	(void)sigfillset(&all);
	if (pthread_sigmask(SIG_SETMASK, &all, &before))
		return false;
	kept.has_thread = !pthread_create(&kept.thread, NULL, wait_and_free, NULL);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	return kept.has_thread;
}

static void set_due(const struct rest_care *care)
{
	uint64_t now_ns = clock_mono_ns();

	kept.care = *care;
	kept.free_at_ns = now_ns + KEPT_NS;
	kept.due_ns = care->detach ? now_ns + ATTACHED_NS : kept.free_at_ns;
}

static bool keep(void *object, const struct rest_care *care)
{
	if (kept.object || kept.is_joining)
		return false;
	if (care->detach && !kept.hears_of_forks)
		kept.hears_of_forks = !pthread_atfork(before_fork, NULL, NULL);
	set_due(care);
	kept.object = object;
	/* One that waits still has not seen that its set was taken: it goes on with this one. */
	if (kept.has_thread) {
		if (kept.due_ns < kept.awaited_ns)
			(void)pthread_cond_broadcast(&kept.changed);
		return true;
	}
	if (start_thread())
		return true;
	kept.object = NULL;
	return false;
}

void rest_put(void *object, const struct rest_care *care)
{
	bool is_kept = false;

	if (is_ours()) {
		(void)pthread_mutex_lock(&kept.lock);
		is_kept = keep(object, care);
		(void)pthread_mutex_unlock(&kept.lock);
	}
	if (!is_kept)
		care->free(object);
}

void *rest_take(void)
{
	void *object;

	if (!is_ours())
		return NULL;
	(void)pthread_mutex_lock(&kept.lock);
	object = kept.object;
	kept.object = NULL;
	(void)pthread_mutex_unlock(&kept.lock);
	return object;
}

void rest_release(void)
{
	void (*free_object)(void *);
	void *object;

	if (!is_ours())
		return;
	(void)pthread_mutex_lock(&kept.lock);
	object = kept.object;
	free_object = kept.care.free;
	kept.object = NULL;
	join_thread();
	(void)pthread_mutex_unlock(&kept.lock);
	if (object)
		free_object(object);
}
