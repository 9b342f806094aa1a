/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* One attached set for all that look at this process: as exact as one each, and gone in the end. */
#include "bpf/harness.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "probe/probe_internal.h"

#define TRIES 1000
#define LINKS_MAX 64
#define LOOKERS 4
#define LOOKS 30

static const struct source_options of_this = { .keep_loaded = true, .is_self = true };

/* What this process holds attached, by ids that nothing else ever gets. */
struct links {
	unsigned int ids[LINKS_MAX];
	size_t count;
};

static void add_link(struct links *links, const char *fd)
{
	char path[64], line[128];
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/self/fdinfo/%.20s", fd);
	file = fopen(path, "re");
	while (file && fgets(line, sizeof(line), file)) {
		if (strncmp(line, "link_id:", 8) != 0)
			continue;
		assert_true(links->count < LINKS_MAX);
		links->ids[links->count++] = (unsigned int)strtoul(line + 8, NULL, 10);
	}
	if (file)
		(void)fclose(file);
}

static struct links own_links(void)
{
	struct links links = { .count = 0 };
	DIR *dir = opendir("/proc/self/fd");
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		add_link(&links, entry->d_name);
	closedir(dir);
	return links;
}

static bool has_all(const struct links *links, const struct links *wanted)
{
	for (size_t i = 0; i < wanted->count; i++) {
		bool is_there = false;

		for (size_t j = 0; j < links->count; j++)
			is_there |= links->ids[j] == wanted->ids[i];
		if (!is_there)
			return false;
	}
	return true;
}

static int ignore_task(void *context, const struct task_sample *task)
{
	(void)context;
	(void)task;
	return 0;
}

static struct source *look(void)
{
	struct source *source = NULL;

	assert_return_code(probe_source_ops.open(&of_this, &source), errno);
	assert_int_equal(source->ops->seed(source, getpid(), true, ignore_task, NULL), 0);
	return source;
}

struct told {
	size_t execs;
	size_t exits;
	struct process_account last; /* the first that ended of those that were told at once */
};

static void count_exec(void *context, const struct exec_event *event, const char *text)
{
	(void)event;
	(void)text;
	((struct told *)context)->execs++;
}

static void count_exit(void *context, const struct process_account *account)
{
	struct told *told = context;

	if (!told->exits++)
		told->last = *account;
}

static struct told drain(struct source *source)
{
	struct told told = { 0 };
	const struct source_events events = { &told, count_exec, count_exit };

	assert_return_code(source->ops->drain(source, &events), errno);
	return told;
}

static struct tree_totals totals_of(const struct source *source)
{
	struct tree_totals totals;

	await_that((source->ops->totals(source, &totals), totals.dead_seq == totals.dying_seq));
	return totals;
}

/* A child that has ended, in all that the kernel side keeps. */
static void beget(const struct source *source)
{
	uint64_t before = totals_of(source).processes_exited;
	pid_t pid = fork();

	assert_return_code(pid, errno);
	if (!pid)
		_exit(0);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	await_that(totals_of(source).processes_exited > before);
}

static void *end_at_once(void *context)
{
	return context;
}

/* A thread that has ended. */
static void begin_and_end_thread(const struct source *source)
{
	uint64_t before = totals_of(source).dead_seq;
	pthread_t thread;

	assert_int_equal(pthread_create(&thread, NULL, end_at_once, NULL), 0);
	assert_int_equal(pthread_join(thread, NULL), 0);
	await_that(totals_of(source).dead_seq > before);
}

static int add_ended(void *context, const struct task_sample *task)
{
	if (task->flags & SAMPLE_ENDED_THREADS)
		*(uint64_t *)context += task->used.cpu_time_ns;
	return 0;
}

static uint64_t ended_threads_ns(struct source *source)
{
	struct tree_totals totals;
	uint64_t ended_ns = 0;
	int r = 1;

	while (r == 1) {
		ended_ns = 0;
		r = source->ops->sample(source, add_ended, &ended_ns, &totals);
	}
	assert_int_equal(r, 0);
	return ended_ns;
}

static void within_each_other_they_attach_nothing(void **state)
{
	struct source *outer = look(), *inner;
	struct links of_outer = own_links(), of_both;

	(void)state;
	assert_true(of_outer.count > 0);
	inner = look();
	of_both = own_links();
	assert_int_equal(of_both.count, of_outer.count);
	assert_true(has_all(&of_both, &of_outer));
	source_close(outer);
	of_both = own_links();
	assert_true(has_all(&of_both, &of_outer));
	source_close(inner);
	denet_release();
	assert_int_equal(own_links().count, 0);
}

/* Where others take so long between the two that they were detached: once more. */
static void soon_after_the_last_it_finds_its_links(void **state)
{
	bool is_found = false;

	(void)state;
	for (int i = 0; i < TRIES && !is_found; i++) {
		struct source *source = look();
		struct links before = own_links(), after;

		source_close(source);
		source = look();
		after = own_links();
		is_found = has_all(&after, &before);
		source_close(source);
	}
	assert_true(is_found);
	denet_release();
}

/* By nobody but the time. It is loaded still, and attached anew for the next. */
static void they_are_gone_after_a_moment(void **state)
{
	struct source *source = look();
	struct links first = own_links(), second;

	(void)state;
	source_close(source);
	await_that(own_links().count == 0);
	source = look();
	second = own_links();
	assert_int_equal(second.count, first.count);
	assert_false(has_all(&second, &first));
	source_close(source);
	await_that(own_links().count == 0);
	denet_release();
}

static void each_counts_from_its_own_beginning(void **state)
{
	struct source *outer = look(), *inner;
	struct told told;

	(void)state;
	beget(outer);
	inner = look();
	assert_int_equal(totals_of(outer).processes_started, 1);
	assert_int_equal(totals_of(inner).processes_started, 0);
	assert_int_equal(totals_of(inner).processes_exited, 0);
	assert_int_equal(totals_of(inner).dead.cpu_time_ns, 0);
	assert_true(totals_of(outer).dead.cpu_time_ns > 0);

	beget(inner);
	told = drain(outer);
	assert_int_equal(told.exits, 2);
	told = drain(inner);
	assert_int_equal(told.exits, 1);
	assert_int_equal(totals_of(inner).processes_exited, 1);
	assert_true(totals_of(inner).dead.cpu_time_ns < totals_of(outer).dead.cpu_time_ns);

	source_close(inner);
	beget(outer);
	assert_int_equal(totals_of(outer).processes_started, 3);
	assert_int_equal(drain(outer).exits, 1);
	source_close(outer);
	denet_release();
}

/* Nobody has fetched what came between the two, or has been asked for. */
static void what_ended_between_two_is_in_none(void **state)
{
	struct source *outer = look(), *source;

	(void)state;
	source = look();
	source_close(source);
	beget(outer);
	source = look();
	assert_int_equal(drain(source).exits, 0);
	assert_int_equal(totals_of(source).processes_exited, 0);
	source_close(source);
	assert_int_equal(drain(outer).exits, 1);
	source_close(outer);
	denet_release();
}

static void threads_that_had_ended_are_none_of_its_own(void **state)
{
	struct source *outer = look(), *inner;
	struct process_account account;

	(void)state;
	begin_and_end_thread(outer);
	assert_true(ended_threads_ns(outer) > 0);
	inner = look();
	assert_int_equal(ended_threads_ns(inner), 0);
	assert_int_equal(inner->ops->account(inner, inner->ops->root_id(inner), &account), 0);
	assert_int_equal(account.threads_total, account.threads_live);
	assert_int_equal(account.used.cpu_time_ns, 0);
	assert_true(account.flags & ACCOUNT_PARTIAL);

	begin_and_end_thread(inner);
	assert_true(ended_threads_ns(inner) > 0);
	assert_true(ended_threads_ns(inner) < ended_threads_ns(outer));
	source_close(inner);
	source_close(outer);
	denet_release();
}

/* Waits until the other end of it is closed, in a child of a child that has ended. */
static int leave_one_behind(void)
{
	int hold[2];
	pid_t pid;

	assert_return_code(pipe(hold), errno);
	pid = fork();
	assert_return_code(pid, errno);
	if (!pid) {
		char byte;

		if (fork())
			_exit(0);
		close(hold[1]);
		_exit(read(hold[0], &byte, 1) != 0);
	}
	close(hold[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	return hold[1];
}

/* Who has no parent here any more is the outer one's alone, as the inner one would not have found him. */
static void orphans_of_the_outer_are_none_of_the_inner(void **state)
{
	struct source *outer = look(), *inner;
	size_t links = own_links().count;
	int hold_fd = leave_one_behind();

	(void)state;
	inner = look();
	assert_int_equal(own_links().count, 2 * links);
	assert_int_equal(totals_of(inner).alive.processes, 1);
	assert_int_equal(close(hold_fd), 0);
	await_that(totals_of(outer).processes_exited == 2);
	assert_int_equal(totals_of(inner).processes_exited, 0);
	assert_int_equal(drain(inner).exits, 0);
	assert_int_equal(drain(outer).exits, 2);
	source_close(inner);
	source_close(outer);

	/* One after the other: neither. */
	outer = look();
	hold_fd = leave_one_behind();
	source_close(outer);
	outer = look();
	assert_int_equal(totals_of(outer).alive.processes, 1);
	assert_int_equal(close(hold_fd), 0);
	source_close(outer);
	denet_release();
}

/* Its program was begun before the inner one, which knows it by the process that runs it. */
static void commands_are_found_by_who_runs_them(void **state)
{
	char *const argv[] = { (char *)"sh", (char *)"-c", (char *)"read x; (exit 3) & wait",
			       NULL };
	struct source *outer = look(), *inner;
	struct process_account account;
	struct told told;
	int words[2];
	pid_t pid;

	(void)state;
	assert_return_code(pipe(words), errno);
	pid = fork();
	assert_return_code(pid, errno);
	if (!pid) {
		(void)dup2(words[0], STDIN_FILENO);
		close(words[1]);
		execv("/bin/sh", argv);
		_exit(1);
	}
	await_that(drain(outer).execs == 1);
	inner = look();
	assert_int_equal(write(words[1], "\n", 1), 1);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	await_that(totals_of(inner).processes_exited == 2);
	told = drain(inner);
	assert_int_equal(told.exits, 2);
	assert_int_equal(told.execs, 0);
	account = told.last;
	assert_int_not_equal(account.tgid, pid);
	assert_int_equal(account.command_id, account.parent_id);
	assert_int_equal(drain(outer).exits, 2);
	close(words[0]);
	close(words[1]);
	source_close(inner);
	source_close(outer);
	denet_release();
}

static void forked_process_shares_nothing(void **state)
{
	struct source *outer = look();
	int status;
	pid_t pid = fork();

	(void)state;
	assert_return_code(pid, errno);
	if (!pid) {
		struct source *source = NULL;

		if (probe_source_ops.open(&of_this, &source) || source->ops != &probe_source_ops ||
		    source->ops->seed(source, getpid(), true, ignore_task, NULL))
			_exit(1);
		source_close(source);
		/* Its copy, which is left alone. */
		source_close(outer);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	beget(outer);
	assert_int_equal(totals_of(outer).processes_started, 2);
	source_close(outer);
	denet_release();
}

/* Nothing in here may fail the test: cmocka knows its own thread alone. */
static void *look_again_and_again(void *context)
{
	uint64_t *wrong = context;

	for (int i = 0; i < LOOKS; i++) {
		struct source *source = NULL;
		struct tree_totals totals;

		if (probe_source_ops.open(&of_this, &source) ||
		    source->ops->seed(source, getpid(), true, ignore_task, NULL)) {
			*wrong += 1;
			source_close(source);
			continue;
		}
		(void)source->ops->sample(source, ignore_task, NULL, &totals);
		*wrong += totals.processes_started != 0;
		*wrong += totals.alive.processes != 1;
		source_close(source);
	}
	return NULL;
}

static void threads_may_look_at_once(void **state)
{
	uint64_t wrong[LOOKERS] = { 0 };
	pthread_t threads[LOOKERS];

	(void)state;
	for (int i = 0; i < LOOKERS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, look_again_and_again, &wrong[i]),
				 0);
	for (int i = 0; i < LOOKERS; i++) {
		assert_int_equal(pthread_join(threads[i], NULL), 0);
		assert_int_equal(wrong[i], 0);
	}
	denet_release();
	assert_int_equal(own_links().count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(within_each_other_they_attach_nothing),
		cmocka_unit_test(soon_after_the_last_it_finds_its_links),
		cmocka_unit_test(they_are_gone_after_a_moment),
		cmocka_unit_test(each_counts_from_its_own_beginning),
		cmocka_unit_test(what_ended_between_two_is_in_none),
		cmocka_unit_test(threads_that_had_ended_are_none_of_its_own),
		cmocka_unit_test(orphans_of_the_outer_are_none_of_the_inner),
		cmocka_unit_test(commands_are_found_by_who_runs_them),
		cmocka_unit_test(forked_process_shares_nothing),
		cmocka_unit_test(threads_may_look_at_once),
	};

	return harness_run("share", tests);
}
