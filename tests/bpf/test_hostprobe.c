/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The machine's accounts: what the rows of a cgroup add up to is what that has counted, to the nanosecond. */
#include "bpf/harness.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostprobe/hostprobe.h"
#include "util/cleanup.h"

#define THREADS 6

struct fixture {
	struct referee here;
	struct referee there;
	struct hostprobe *probe;
};

static int open_fixture(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	*state = &fixture;
	if (referee_open(&fixture.here) || referee_open(&fixture.there))
		return -1;
	return fixture.here.v1[0] ? hostprobe_open(true, &fixture.probe) : 0;
}

static int close_fixture(void **state)
{
	struct fixture *fixture = *state;

	hostprobe_close(fixture->probe);
	referee_close(&fixture->here);
	referee_close(&fixture->there);
	return 0;
}

static struct fixture *need(void **state)
{
	struct fixture *fixture = *state;

	if (!fixture->here.v1[0])
		harness_skip_test("no cpuacct of version 1 here, which counts in nanoseconds");
	return fixture;
}

static uint64_t id_of(const struct referee *referee)
{
	struct stat facts;

	assert_int_equal(stat(referee->v1, &facts), 0);
	return facts.st_ino;
}

/* Of one name, or of all. */
static struct hostprobe_row sum(struct fixture *fixture, const struct referee *referee,
				const char *comm)
{
	const struct hostprobe_row *rows;
	struct hostprobe_row sum = { 0 };
	uint64_t id = id_of(referee);
	size_t count;

	assert_int_equal(hostprobe_look(fixture->probe, &rows, &count), 0);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].key.cgroup_id != id ||
		    (comm && strncmp(rows[i].key.comm, comm, DENET_COMM_LEN)))
			continue;
		sum.ended.used.cpu_time_ns += rows[i].ended.used.cpu_time_ns;
		sum.ended.threads += rows[i].ended.threads;
		sum.ended.processes += rows[i].ended.processes;
		sum.ended.failed += rows[i].ended.failed;
		sum.ended.killed += rows[i].ended.killed;
		sum.threads_living += rows[i].threads_living;
		sum.processes_living += rows[i].processes_living;
	}
	return sum;
}

static void enter(const char *folder, pid_t pid)
{
	char path[PATH_MAX + 32], text[32];
	int len = snprintf(text, sizeof(text), "%d", (int)pid);
	AUTO_FD int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, (size_t)len), len);
}

static void use_cpu(unsigned int rounds)
{
	for (volatile unsigned int i = 0; i < rounds; i++)
		;
}

/*
 * A fork whose child is in the cgroup. It is moved while it waits, as runtimes do with what they start: of one
 * that runs at that moment the kernel may charge a part to either side.
 */
static pid_t begin_child(const struct referee *referee, const char *comm)
{
	int gate[2];
	char byte = 0;
	pid_t pid;

	assert_int_equal(pipe2(gate, O_CLOEXEC), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		use_cpu(3000000);
		if (read(gate[0], &byte, 1) != 1)
			_exit(127);
		(void)prctl(PR_SET_NAME, comm);
		return 0;
	}
	await_that(referee_thread_waits(pid));
	enter(referee->v1, pid);
	assert_int_equal(write(gate[1], &byte, 1), 1);
	(void)close(gate[0]);
	(void)close(gate[1]);
	return pid;
}

static void reap(pid_t pid)
{
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The last switch comes after the wait. */
static void assert_within(struct fixture *fixture, const struct referee *referee,
			  uint64_t processes, uint64_t slack_ns)
{
	uint64_t used_ns;

	await_that(sum(fixture, referee, NULL).ended.processes >= processes &&
		   !sum(fixture, referee, NULL).threads_living);
	assert_int_equal(referee_cpuacct_ns(referee, &used_ns), 0);
	assert_int_equal(sum(fixture, referee, NULL).ended.processes, processes);
	assert_in_range(sum(fixture, referee, NULL).ended.used.cpu_time_ns + slack_ns, used_ns,
			used_ns + 2 * slack_ns);
	assert_true(used_ns > slack_ns);
	assert_int_equal(hostprobe_losses(fixture->probe).bases_lost, 0);
	assert_int_equal(hostprobe_losses(fixture->probe).rows_lost, 0);
}

static void assert_exact(struct fixture *fixture, const struct referee *referee, uint64_t processes)
{
	assert_within(fixture, referee, processes, 0);
}

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

static void how_they_ended_is_told(void **state)
{
	struct fixture *fixture = need(state);

	for (int i = 0; i < 6; i++) {
		pid_t pid = begin_child(&fixture->here, "ends");

		if (pid == 0) {
			if (i < 2)
				(void)raise(SIGKILL);
			_exit(i < 5 ? 3 : 0);
		}
		reap(pid);
	}
	assert_exact(fixture, &fixture->here, 6);
	assert_int_equal(sum(fixture, &fixture->here, "ends").ended.killed, 2);
	assert_int_equal(sum(fixture, &fixture->here, "ends").ended.failed, 3);
}

/* Those of one name there that ended so, and how many of them are new. */
static uint64_t ended_so(struct fixture *fixture, const char *comm, uint32_t end,
			 uint64_t *ret_added)
{
	const struct hostprobe_ending *endings;
	size_t count;

	*ret_added = 0;
	endings = hostprobe_endings(fixture->probe, &count);
	for (size_t i = 0; i < count; i++)
		if (endings[i].key.cgroup_id == id_of(&fixture->here) &&
		    endings[i].key.end == end &&
		    strncmp(endings[i].key.comm, comm, DENET_COMM_LEN) == 0) {
			*ret_added = endings[i].added;
			return endings[i].count;
		}
	return 0;
}

static void by_which_status_or_signal_is_told(void **state)
{
	struct fixture *fixture = need(state);
	uint64_t added;

	for (int i = 0; i < 5; i++) {
		pid_t pid = begin_child(&fixture->here, "ends");

		if (pid == 0) {
			if (i == 0)
				(void)raise(SIGTERM);
			if (i == 1)
				abort();
			_exit(i == 4 ? 0 : 3);
		}
		reap(pid);
	}
	await_that(sum(fixture, &fixture->here, "ends").ended.processes == 5);
	/* Those are read first: they may be of a moment before. */
	(void)sum(fixture, &fixture->here, "ends");
	assert_int_equal(ended_so(fixture, "ends", SIGTERM, &added), 1);
	assert_int_equal(ended_so(fixture, "ends", SIGABRT, &added), 1);
	assert_int_equal(ended_so(fixture, "ends", 3 << 8, &added), 2);
	assert_int_equal(ended_so(fixture, "ends", 0, &added), 0);
	(void)sum(fixture, &fixture->here, "ends");
	assert_int_equal(ended_so(fixture, "ends", 3 << 8, &added), 2);
	assert_int_equal(added, 0);
	assert_int_equal(hostprobe_losses(fixture->probe).ends_lost, 0);
	assert_int_equal(hostprobe_forget(fixture->probe, id_of(&fixture->here)), 0);
	(void)sum(fixture, &fixture->here, "ends");
	assert_int_equal(ended_so(fixture, "ends", 3 << 8, &added), 0);
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

/* Of a cgroup that is gone, so that the map does not fill up; other rows stay. */
static void rows_can_be_forgotten(void **state)
{
	struct fixture *fixture = need(state);
	const struct referee *both[] = { &fixture->here, &fixture->there };

	for (int i = 0; i < 2; i++) {
		pid_t pid = begin_child(both[i], "goes");

		if (pid == 0)
			_exit(0);
		reap(pid);
		await_that(sum(fixture, both[i], "goes").ended.processes == 1);
	}
	assert_int_equal(hostprobe_forget(fixture->probe, id_of(&fixture->here)), 0);
	assert_int_equal(sum(fixture, &fixture->here, NULL).ended.threads, 0);
	assert_int_equal(sum(fixture, &fixture->there, "goes").ended.processes, 1);
	assert_int_equal(hostprobe_forget(fixture->probe, id_of(&fixture->here)), 0);
}

/* In the row for all that had no room, and what there is not at all. */
static uint64_t processes_beyond(struct fixture *fixture, uint64_t *ret_threads)
{
	static const struct host_key none;
	const struct hostprobe_row *rows;
	size_t count;

	assert_int_equal(hostprobe_look(fixture->probe, &rows, &count), 0);
	for (size_t i = 0; i < count; i++)
		if (memcmp(&rows[i].key, &none, sizeof(none)) == 0) {
			*ret_threads = rows[i].ended.threads;
			return rows[i].ended.processes;
		}
	*ret_threads = 0;
	return 0;
}

/* Of others, too: two rows are soon taken. Nothing is lost of the sum, and what is in no row is counted. */
static void beyond_the_maps_all_is_counted_together(void **state)
{
	static const char *const names[] = { "one", "two", "three", "four", "five", "six" };
	const size_t named = sizeof(names) / sizeof(names[0]);
	const struct hostprobe_bounds bounds = { .rows = 2, .endings = 1 };
	struct fixture *fixture = need(state);
	uint64_t threads, known, lost_before, used_ns;
	struct hostprobe_row here;

	hostprobe_close(fixture->probe);
	fixture->probe = NULL;
	assert_int_equal(hostprobe_open_within(true, &bounds, &fixture->probe), 0);
	for (size_t i = 0; i < named; i++) {
		pid_t pid = begin_child(&fixture->here, names[i]);

		if (pid == 0)
			_exit((int)i + 1);
		reap(pid);
	}
	await_that(sum(fixture, &fixture->here, NULL).ended.processes +
			   processes_beyond(fixture, &threads) >=
		   named);
	here = sum(fixture, &fixture->here, NULL);
	assert_int_equal(here.threads_living, 0);
	assert_true(here.ended.processes <= bounds.rows);
	assert_int_equal(referee_cpuacct_ns(&fixture->here, &used_ns), 0);
	assert_true(here.ended.used.cpu_time_ns < used_ns);
	lost_before = hostprobe_losses(fixture->probe).rows_lost;
	(void)processes_beyond(fixture, &threads);
	assert_in_range(threads, lost_before, hostprobe_losses(fixture->probe).rows_lost);
	assert_true(lost_before >= named - bounds.rows);
	(void)hostprobe_endings(fixture->probe, &known);
	assert_true(known <= bounds.endings);
	assert_true(hostprobe_losses(fixture->probe).ends_lost >= named - bounds.endings);
}

#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, open_fixture, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(short_processes_add_up_to_their_cgroup),
		fixture_test(running_threads_that_are_moved_count_from_then),
		fixture_test(who_sleeps_is_known_all_the_same),
		fixture_test(an_exec_leaves_one_thread),
		fixture_test(how_they_ended_is_told),
		fixture_test(by_which_status_or_signal_is_told),
		fixture_test(who_lives_at_the_start_counts_from_then),
		fixture_test(rows_can_be_forgotten),
		fixture_test(beyond_the_maps_all_is_counted_together),
	};

	return harness_run("test_hostprobe", tests);
}
