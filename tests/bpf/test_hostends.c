/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The machine's accounts: how processes ended, and what becomes of rows. */
#include "bpf/rows.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(how_they_ended_is_told),
		fixture_test(by_which_status_or_signal_is_told),
		fixture_test(rows_can_be_forgotten),
	};

	return harness_run("test_hostends", tests);
}
