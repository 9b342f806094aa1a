/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Two cgroups, and what the rows of the machine's accounts add up to in each. */
#ifndef DENET_TESTS_BPF_ROWS_H
#define DENET_TESTS_BPF_ROWS_H

#include "bpf/harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostprobe/hostprobe.h"
#include "util/cleanup.h"

struct fixture {
	struct referee here;
	struct referee there;
	struct hostprobe *probe;
};

static inline int open_fixture(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	*state = &fixture;
	if (referee_open(&fixture.here) || referee_open(&fixture.there))
		return -1;
	return fixture.here.v1[0] ? hostprobe_open(true, &fixture.probe) : 0;
}

static inline int close_fixture(void **state)
{
	struct fixture *fixture = *state;

	hostprobe_close(fixture->probe);
	referee_close(&fixture->here);
	referee_close(&fixture->there);
	return 0;
}

static inline struct fixture *need(void **state)
{
	struct fixture *fixture = *state;

	if (!fixture->here.v1[0])
		harness_skip_test("no cpuacct of version 1 here, which counts in nanoseconds");
	return fixture;
}

static inline uint64_t id_of(const struct referee *referee)
{
	struct stat facts;

	assert_int_equal(stat(referee->v1, &facts), 0);
	return facts.st_ino;
}

/* Of one name, or of all. */
static inline struct hostprobe_row sum(struct fixture *fixture, const struct referee *referee,
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
		sum.processes_forked += rows[i].processes_forked;
	}
	return sum;
}

static inline void enter(const char *folder, pid_t pid)
{
	char path[PATH_MAX + 32], text[32];
	int len = snprintf(text, sizeof(text), "%d", (int)pid);
	AUTO_FD int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, (size_t)len), len);
}

static inline void use_cpu(unsigned int rounds)
{
	for (volatile unsigned int i = 0; i < rounds; i++)
		;
}

/*
 * A fork whose child is in the cgroup. It is moved while it waits, as runtimes do with what they start: of one
 * that runs at that moment the kernel may charge a part to either side.
 */
static inline pid_t begin_child(const struct referee *referee, const char *comm)
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

static inline void reap(pid_t pid)
{
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

/* The last switch comes after the wait. */
static inline void assert_within(struct fixture *fixture, const struct referee *referee,
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

static inline void assert_exact(struct fixture *fixture, const struct referee *referee,
				uint64_t processes)
{
	assert_within(fixture, referee, processes, 0);
}

#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, open_fixture, close_fixture)

#endif
