/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What becomes of cgroups is told once, in order, of the hierarchy that accounts go by. */
#include "bpf/harness.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostprobe/hostevents.h"
#include "util/cleanup.h"

#define SEEN_MAX 16

struct fixture {
	struct referee referee;
	struct hostevents *events;
	char folder[PATH_MAX + 16];
	uint64_t id; /* of that */
	uint32_t kinds[SEEN_MAX];
	size_t count;
	char path[HOST_PATH_MAX];
};

static int on_event(void *context, const struct host_event *event, const char *path)
{
	struct fixture *fixture = context;

	if (event->cgroup_id != fixture->id || fixture->count == SEEN_MAX ||
	    event->kind == HOST_EVENT_MOVED)
		return 0;
	fixture->kinds[fixture->count++] = event->kind;
	if (path)
		(void)snprintf(fixture->path, sizeof(fixture->path), "%s", path);
	return 0;
}

static int open_fixture(void **state)
{
	static struct fixture fixture;

	fixture = (struct fixture){ 0 };
	*state = &fixture;
	if (referee_open(&fixture.referee))
		return -1;
	return hostevents_open(fixture.referee.v1[0] != '\0', on_event, &fixture, &fixture.events);
}

static int close_fixture(void **state)
{
	struct fixture *fixture = *state;

	hostevents_close(fixture->events);
	referee_close(&fixture->referee);
	return 0;
}

static void make_folder(struct fixture *fixture)
{
	const struct referee *referee = &fixture->referee;
	struct stat facts;

	(void)snprintf(fixture->folder, sizeof(fixture->folder), "%s/inner",
		       referee->v1[0] ? referee->v1 : referee->v2);
	assert_int_equal(mkdir(fixture->folder, 0755), 0);
	assert_int_equal(stat(fixture->folder, &facts), 0);
	fixture->id = facts.st_ino;
	fixture->count = 0;
}

static void enter(const char *folder)
{
	char path[PATH_MAX + 32];
	AUTO_FD int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/cgroup.procs", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	if (fd < 0 || write(fd, "0", 1) != 1)
		_exit(1);
}

/* Its own end is told last of all, and after that of the cgroup nothing. */
static void first_and_last_process_and_the_end_are_told(void **state)
{
	struct fixture *fixture = *state;

	for (int i = 0; i < 20; i++) {
		int status;
		pid_t pid;

		make_folder(fixture);
		pid = fork();
		if (pid == 0) {
			enter(fixture->folder);
			/* A second one changes nothing. */
			_exit(fork() < 0);
		}
		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
		await_that(rmdir(fixture->folder) == 0);
		assert_int_equal(hostevents_take(fixture->events), 0);
		assert_int_equal(fixture->count, 3);
		assert_int_equal(fixture->kinds[0], HOST_EVENT_POPULATED);
		assert_int_equal(fixture->kinds[1], HOST_EVENT_EMPTIED);
		assert_int_equal(fixture->kinds[2], HOST_EVENT_REMOVED);
		assert_non_null(strstr(fixture->path, "/inner"));
		assert_int_equal(fixture->path[0], '/');
	}
	assert_int_equal(hostevents_lost(fixture->events), 0);
}

static void what_there_is_no_room_for_is_counted(void **state)
{
	struct fixture *fixture = *state;
	int status;
	pid_t pid;

	make_folder(fixture);
	/* In and out until nothing fits any more. */
	pid = fork();
	if (pid == 0) {
		const char *outer =
			fixture->referee.v1[0] ? fixture->referee.v1 : fixture->referee.v2;

		while (!hostevents_lost(fixture->events)) {
			enter(fixture->folder);
			enter(outer);
		}
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	assert_true(hostevents_lost(fixture->events) > 0);
	assert_int_equal(hostevents_take(fixture->events), 0);
	assert_int_equal(fixture->count, SEEN_MAX);
	assert_int_equal(rmdir(fixture->folder), 0);
}

#define fixture_test(function) \
	cmocka_unit_test_setup_teardown(function, open_fixture, close_fixture)

int main(void)
{
	const struct CMUnitTest tests[] = {
		fixture_test(first_and_last_process_and_the_end_are_told),
		fixture_test(what_there_is_no_room_for_is_counted),
	};

	return harness_run("test_hostevents", tests);
}
