/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The machine's accounts where there is no room for more rows. */
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
	struct hostprobe *probe;
};

static int open_fixture(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	*state = &fixture;
	return referee_open(&fixture.here);
}

static int close_fixture(void **state)
{
	struct fixture *fixture = *state;

	hostprobe_close(fixture->probe);
	referee_close(&fixture->here);
	return 0;
}

/* In the hierarchy that is followed. */
static const char *folder_of(const struct fixture *fixture)
{
	return fixture->here.v1[0] ? fixture->here.v1 : fixture->here.v2;
}

/* Of that cgroup. */
static struct hostprobe_row sum(struct fixture *fixture)
{
	const struct hostprobe_row *rows;
	struct hostprobe_row sum = { 0 };
	struct stat facts;
	size_t count;

	assert_int_equal(stat(folder_of(fixture), &facts), 0);
	assert_int_equal(hostprobe_look(fixture->probe, &rows, &count), 0);
	for (size_t i = 0; i < count; i++) {
		if (rows[i].key.cgroup_id != facts.st_ino)
			continue;
		sum.ended.processes += rows[i].ended.processes;
		sum.threads_living += rows[i].threads_living;
	}
	return sum;
}

static void end_inside(struct fixture *fixture, const char *comm, int status)
{
	char path[PATH_MAX + 32];
	pid_t pid = fork();

	if (pid == 0) {
		AUTO_FD int fd = -1;

		(void)snprintf(path, sizeof(path), "%s/cgroup.procs", folder_of(fixture));
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			_exit(100);
		(void)prctl(PR_SET_NAME, comm);
		_exit(status);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
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
	struct fixture *fixture = *state;
	uint64_t threads, known, lost_before;
	struct hostprobe_row here;

	assert_int_equal(hostprobe_open_within(fixture->here.v1[0] != 0, &bounds, &fixture->probe),
			 0);
	for (size_t i = 0; i < named; i++) {
		end_inside(fixture, names[i], (int)i + 1);
	}
	await_that(sum(fixture).ended.processes + processes_beyond(fixture, &threads) >= named);
	here = sum(fixture);
	assert_int_equal(here.threads_living, 0);
	assert_true(here.ended.processes <= bounds.rows);
	lost_before = hostprobe_losses(fixture->probe).rows_lost;
	(void)processes_beyond(fixture, &threads);
	assert_in_range(threads, lost_before, hostprobe_losses(fixture->probe).rows_lost);
	assert_true(lost_before >= named - bounds.rows);
	(void)hostprobe_endings(fixture->probe, &known);
	assert_true(known <= bounds.endings);
	assert_true(hostprobe_losses(fixture->probe).ends_lost >= named - bounds.endings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(beyond_the_maps_all_is_counted_together,
						open_fixture, close_fixture),
	};

	return harness_run("test_hostbounds", tests);
}
