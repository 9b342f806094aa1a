/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Looks at this process that share a probe, where one of them fails or is copied by a fork. The probe is
 * made here: like the kernel side it tells of nobody twice.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "probe/baseline.h"
#include "probe/probe_internal.h"

int __wrap_probe_acquire(bool may_follow, struct probe **ret_probe);
int __wrap_probe_renew(struct probe **probe);
void __wrap_probe_put_to_rest(struct probe *probe);
bool __wrap_probe_serves(const struct probe *probe);
struct at_once __wrap_probe_most_at_once(const struct probe *probe);
int __wrap_probe_forget_at_once(struct probe *probe);
int __wrap_baseline_take(struct probe *probe, source_task_fn on_task, void *context,
			 struct baseline *ret_baseline);

struct made {
	struct probe probe; /* first: a probe is one of these */
	bool has_told;
};

static bool has_no_rights; /* to load anything */
static bool has_orphan; /* so that nobody can join */

static int tell(struct source *source, source_task_fn on_task, void *context)
{
	const struct task_sample task = { .id = 1, .flags = SAMPLE_LEADER };
	struct made *made = (struct made *)source;

	if (made->has_told)
		return 0;
	made->has_told = true;
	return on_task(context, &task);
}

static int seed_made(struct source *source, pid_t pid, bool is_tree, source_task_fn on_task,
		     void *context)
{
	(void)pid;
	(void)is_tree;
	return tell(source, on_task, context);
}

static int drain_made(struct source *source, const struct source_events *events)
{
	(void)source;
	(void)events;
	return 0;
}

static void count_made(const struct source *source, struct tree_totals *ret_totals)
{
	(void)source;
	*ret_totals = (struct tree_totals){ .alive = { 1, 1 } };
}

static int sample_made(struct source *source, source_task_fn on_task, void *context,
		       struct tree_totals *ret_totals)
{
	const struct task_sample task = { .id = 1, .flags = SAMPLE_LEADER };

	count_made(source, ret_totals);
	return on_task(context, &task);
}

static uint64_t lose_nobody(const struct source *source)
{
	(void)source;
	return 0;
}

static const struct source_ops made_ops = {
	.seed = seed_made,
	.drain = drain_made,
	.sample = sample_made,
	.totals = count_made,
	.counted = count_made,
	.tasks_lost = lose_nobody,
};

int __wrap_probe_acquire(bool may_follow, struct probe **ret_probe)
{
	struct made *made = calloc(1, sizeof(*made));

	(void)may_follow;
	assert_non_null(made);
	made->probe.source.ops = &made_ops;
	*ret_probe = &made->probe;
	return 0;
}

int __wrap_probe_renew(struct probe **probe)
{
	free(*probe);
	*probe = NULL;
	return has_no_rights ? -EPERM : __wrap_probe_acquire(false, probe);
}

void __wrap_probe_put_to_rest(struct probe *probe)
{
	free(probe);
}

bool __wrap_probe_serves(const struct probe *probe)
{
	assert_non_null(probe);
	return true;
}

struct at_once __wrap_probe_most_at_once(const struct probe *probe)
{
	(void)probe;
	return (struct at_once){ 1, 1 };
}

int __wrap_probe_forget_at_once(struct probe *probe)
{
	(void)probe;
	return 0;
}

int __wrap_baseline_take(struct probe *probe, source_task_fn on_task, void *context,
			 struct baseline *ret_baseline)
{
	const struct task_sample task = { .id = 1, .flags = SAMPLE_LEADER };

	(void)probe;
	if (has_orphan)
		return -EAGAIN;
	*ret_baseline = (struct baseline){ 0 };
	return on_task(context, &task);
}

static struct source *open_look(void)
{
	struct source *source = NULL;

	assert_int_equal(share_open(&source), 0);
	return source;
}

static int count_task(void *context, const struct task_sample *task)
{
	*(size_t *)context += !!(task->flags & SAMPLE_LEADER);
	return 0;
}

static size_t processes_found(struct source *source)
{
	size_t count = 0;

	assert_int_equal(source->ops->seed(source, getpid(), true, count_task, &count), 0);
	return count;
}

static int have_no_memory(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return -ENOMEM;
}

static void where_one_could_not_begin_another_can(void **state)
{
	struct source *failing = open_look(), *waiting = open_look(), *late;

	(void)state;
	assert_int_equal(failing->ops->seed(failing, getpid(), true, have_no_memory, NULL),
			 -ENOMEM);
	late = open_look();
	assert_int_equal(processes_found(late), 1);
	assert_int_equal(processes_found(waiting), 1);
	source_close(failing);
	source_close(waiting);
	source_close(late);
}

/* It was not even loaded anew. */
static void what_one_has_lost_is_shared_by_nobody(void **state)
{
	struct source *outer = open_look(), *losing, *next;
	size_t count = 0;

	(void)state;
	assert_int_equal(processes_found(outer), 1);
	losing = open_look();
	source_close(outer);
	has_orphan = has_no_rights = true;
	assert_int_equal(losing->ops->seed(losing, getpid(), true, count_task, &count), -EPERM);
	has_orphan = has_no_rights = false;
	next = open_look();
	assert_int_equal(processes_found(next), 1);
	source_close(losing);
	source_close(next);
}

/* A sample that goes on until it is told to end. */
struct held {
	struct source *source;
	int begun[2];
	int end[2];
};

static int tell_and_wait(void *context, const struct task_sample *task)
{
	const struct held *held = context;
	char byte = 0;

	(void)task;
	if (write(held->begun[1], &byte, 1) != 1)
		return -EIO;
	return (int)read(held->end[0], &byte, 1);
}

static void *sample_until_told(void *context)
{
	struct held *held = context;
	struct tree_totals totals;

	(void)held->source->ops->sample(held->source, tell_and_wait, held, &totals);
	return NULL;
}

/* What is asked there is no business of its own, but nothing waits. */
static int ask_in_forked_process(struct source *source)
{
	const struct source_events events = { 0 };
	struct source_limits limits;
	struct tree_totals totals;
	size_t count = 0;

	/* It does only where it waits for ever. */
	(void)alarm(60);
	source->ops->totals(source, &totals);
	return totals.alive.processes != 1 || source->ops->drain(source, &events) != -ECHILD ||
	       source->ops->sample(source, count_task, &count, &totals) != -ECHILD ||
	       source->ops->seed(source, getpid(), true, count_task, &count) != -ECHILD ||
	       source->ops->limits(source, getpid(), &limits) != -ECHILD ||
	       share_open(&source) != -ECHILD;
}

/* Its copy of the lock is a thread's that is not there. */
static void forked_process_waits_for_no_thread_of_the_other(void **state)
{
	struct held held = { .source = open_look() };
	pthread_t thread;
	int status = 0;
	char byte;
	pid_t pid;

	(void)state;
	assert_int_equal(processes_found(held.source), 1);
	assert_int_equal(pipe(held.begun) || pipe(held.end), 0);
	assert_int_equal(pthread_create(&thread, NULL, sample_until_told, &held), 0);
	assert_int_equal(read(held.begun[0], &byte, 1), 1);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid)
		_exit(ask_in_forked_process(held.source));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	close(held.end[1]);
	assert_int_equal(pthread_join(thread, NULL), 0);
	assert_int_equal(status, 0);
	close(held.begun[0]);
	close(held.begun[1]);
	close(held.end[0]);
	source_close(held.source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(where_one_could_not_begin_another_can),
		cmocka_unit_test(what_one_has_lost_is_shared_by_nobody),
		cmocka_unit_test(forked_process_waits_for_no_thread_of_the_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
