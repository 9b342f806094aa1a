/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What becomes of cgroups is told once, in order, of the hierarchy that accounts go by. */
#include "bpf/harness.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <mntent.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "hostprobe/hostevents.h"
#include "util/cleanup.h"

#define SEEN_MAX 16
#define PATIENCE_MS 30000 /* after which nobody wakes it any more */
#define TOUCHED_BYTES (20 << 20)

struct fixture {
	struct referee referee;
	struct hostevents *events;
	char folder[PATH_MAX + 16];
	uint64_t id; /* of that */
	pid_t spawned; /* 0: none, or waited for */
	uint32_t kinds[SEEN_MAX];
	size_t count;
	uint64_t memory_peak_pages; /* when it was emptied */
	char path[HOST_PATH_MAX];
};

static int on_event(void *context, const struct host_event *event, const char *path)
{
	struct fixture *fixture = context;

	if (event->cgroup_id != fixture->id || fixture->count == SEEN_MAX ||
	    event->kind == HOST_EVENT_MOVED)
		return 0;
	fixture->kinds[fixture->count++] = event->kind;
	if (event->kind == HOST_EVENT_EMPTIED)
		fixture->memory_peak_pages = event->memory_peak_pages;
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
	if (fixture->spawned) {
		(void)kill(fixture->spawned, SIGKILL);
		(void)waitpid(fixture->spawned, NULL, 0);
		await_that(rmdir(fixture->folder) == 0 || errno != EBUSY);
	}
	referee_close(&fixture->referee);
	return 0;
}

static void make_folder_in(struct fixture *fixture, const char *outer)
{
	struct stat facts;

	(void)snprintf(fixture->folder, sizeof(fixture->folder), "%s/inner", outer);
	assert_int_equal(mkdir(fixture->folder, 0755), 0);
	assert_int_equal(stat(fixture->folder, &facts), 0);
	fixture->id = facts.st_ino;
	fixture->count = 0;
}

static void make_folder(struct fixture *fixture)
{
	const struct referee *referee = &fixture->referee;

	make_folder_in(fixture, referee->v1[0] ? referee->v1 : referee->v2);
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

/* Its last task may be dead and not have left it: from 7.0 on that hinders nobody. */
static void remove_folder(struct fixture *fixture)
{
	await_that(rmdir(fixture->folder) == 0);
	await_that(hostevents_take(fixture->events) || fixture->count >= 3);
	assert_int_equal(fixture->count, 3);
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
		remove_folder(fixture);
		assert_int_equal(fixture->kinds[0], HOST_EVENT_POPULATED);
		assert_int_equal(fixture->kinds[1], HOST_EVENT_EMPTIED);
		assert_int_equal(fixture->kinds[2], HOST_EVENT_REMOVED);
		assert_non_null(strstr(fixture->path, "/inner"));
		assert_int_equal(fixture->path[0], '/');
	}
	assert_int_equal(hostevents_lost(fixture->events), 0);
}

/* The reader blocks when it sleeps: then a process is born in the folder, without a move, or ends. */
static bool is_asleep(pid_t pid)
{
	char path[64], state = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	file = fopen(path, "re");
	if (!file)
		return false;
	(void)fscanf(file, "%*d %*s %c", &state);
	(void)fclose(file);
	return state == 'S';
}

static pid_t born_in(const char *folder)
{
	AUTO_FD int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct clone_args args = {
		.flags = CLONE_INTO_CGROUP,
		.exit_signal = SIGCHLD,
		.cgroup = (__u64)fd,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

static void live_and_die_while_it_sleeps(const char *folder, pid_t reader, int told_fd)
{
	char byte;
	pid_t pid;

	await_that(is_asleep(reader));
	pid = born_in(folder);
	if (pid == 0) {
		(void)prctl(PR_SET_PDEATHSIG, SIGKILL);
		(void)pause();
		_exit(1);
	}
	if (pid < 0 || read(told_fd, &byte, 1) != 1)
		_exit(1);
	await_that(is_asleep(reader));
	_exit(kill(pid, SIGKILL) || waitpid(pid, NULL, 0) != pid);
}

/* Events of others may wake it, too. */
static void sleep_until(struct fixture *fixture, size_t count)
{
	struct pollfd told = { .fd = hostevents_fd(fixture->events), .events = POLLIN };

	while (fixture->count < count) {
		assert_int_equal(poll(&told, 1, PATIENCE_MS), 1);
		assert_int_equal(hostevents_take(fixture->events), 0);
	}
}

static void a_birth_and_an_end_wake_who_sleeps(void **state)
{
	struct fixture *fixture = *state;
	int fds[2], status;
	pid_t reader = getpid();

	/* clone() knows folders of version 2 alone. */
	if (fixture->referee.v1[0]) {
		hostevents_close(fixture->events);
		fixture->events = NULL;
		assert_int_equal(hostevents_open(false, on_event, fixture, &fixture->events), 0);
	}
	make_folder_in(fixture, fixture->referee.v2);
	assert_int_equal(pipe(fds), 0);
	fixture->spawned = fork();
	if (fixture->spawned == 0)
		live_and_die_while_it_sleeps(fixture->folder, reader, fds[0]);
	sleep_until(fixture, 1);
	assert_int_equal(fixture->kinds[0], HOST_EVENT_POPULATED);
	assert_int_equal(write(fds[1], "", 1), 1);
	sleep_until(fixture, 2);
	assert_int_equal(fixture->kinds[1], HOST_EVENT_EMPTIED);
	assert_int_equal(waitpid(fixture->spawned, &status, 0), fixture->spawned);
	fixture->spawned = 0;
	assert_int_equal(status, 0);
	remove_folder(fixture);
	(void)close(fds[0]);
	(void)close(fds[1]);
}

/* The hierarchy of version 1 that counts memory; false when there is none. */
static bool find_memory(char point[PATH_MAX])
{
	FILE *mounts = setmntent("/proc/mounts", "r");
	struct mntent *mount;
	bool is_found = false;

	assert_non_null(mounts);
	while (!is_found && (mount = getmntent(mounts)))
		is_found = strcmp(mount->mnt_type, "cgroup") == 0 && hasmntopt(mount, "memory");
	if (is_found)
		(void)snprintf(point, PATH_MAX, "%s", mount->mnt_dir);
	(void)endmntent(mounts);
	return is_found;
}

static void touch_memory(void)
{
	char *memory = mmap(NULL, TOUCHED_BYTES, PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (memory == MAP_FAILED)
		_exit(1);
	memset(memory, 1, TOUCHED_BYTES);
}

static uint64_t read_u64(const char *folder, const char *name)
{
	char path[PATH_MAX + 64];
	unsigned long long value = 0;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "re");
	assert_non_null(file);
	assert_int_equal(fscanf(file, "%llu", &value), 1);
	(void)fclose(file);
	return value;
}

/* Returns its status. It is in both when anything is charged. */
static int live_in(const char *folder, const char *memory)
{
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		enter(memory);
		enter(folder);
		touch_memory();
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* A runtime may remove all folders at once. Of a place by another name the kernel's figure is not told. */
static void the_peak_of_memory_is_told_at_the_end(void **state)
{
	struct fixture *fixture = *state;
	char point[PATH_MAX], outer[PATH_MAX + 64], inner[PATH_MAX + 96];

	if (!fixture->referee.v1[0] || !find_memory(point))
		harness_skip_test("no cpuacct and memory of version 1");
	for (int is_same = 0; is_same < 2; is_same++) {
		make_folder(fixture);
		(void)snprintf(outer, sizeof(outer), "%s/%s", point,
			       strrchr(fixture->referee.v1, '/') + 1);
		(void)snprintf(inner, sizeof(inner), "%s/%s", outer, is_same ? "inner" : "other");
		assert_return_code(mkdir(outer, 0755), errno);
		assert_return_code(mkdir(inner, 0755), errno);
		assert_int_equal(live_in(fixture->folder, inner), 0);
		remove_folder(fixture);
		assert_int_equal(fixture->memory_peak_pages * (uint64_t)sysconf(_SC_PAGESIZE),
				 is_same ? read_u64(inner, "memory.max_usage_in_bytes") : 0);
		assert_true(!is_same ||
			    read_u64(inner, "memory.max_usage_in_bytes") >= TOUCHED_BYTES);
		await_that(rmdir(inner) == 0);
		await_that(rmdir(outer) == 0);
	}
}

static bool count_memory_in(const char *folder)
{
	char path[PATH_MAX + 64];
	AUTO_FD int fd = -1;

	(void)snprintf(path, sizeof(path), "%s/cgroup.subtree_control", folder);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	return fd >= 0 && write(fd, "+memory", 7) == 7;
}

static void the_peak_of_memory_is_told_of_version_2(void **state)
{
	struct fixture *fixture = *state;
	char outer[PATH_MAX], path[PATH_MAX + 64];
	uint64_t told_bytes;

	(void)snprintf(outer, sizeof(outer), "%s", fixture->referee.v2);
	*strrchr(outer, '/') = '\0';
	if (fixture->referee.v1[0] || !count_memory_in(outer) ||
	    !count_memory_in(fixture->referee.v2))
		harness_skip_test("version 2 is not the one that counts memory");
	make_folder(fixture);
	assert_int_equal(live_in(fixture->folder, fixture->folder), 0);
	await_that(hostevents_take(fixture->events) || fixture->count >= 2);
	told_bytes = fixture->memory_peak_pages * (uint64_t)sysconf(_SC_PAGESIZE);
	assert_true(told_bytes >= TOUCHED_BYTES);
	/* The file is there from 5.19 on. */
	(void)snprintf(path, sizeof(path), "%s/memory.peak", fixture->folder);
	if (access(path, R_OK) == 0)
		assert_int_equal(told_bytes, read_u64(fixture->folder, "memory.peak"));
	remove_folder(fixture);
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
		fixture_test(a_birth_and_an_end_wake_who_sleeps),
		fixture_test(the_peak_of_memory_is_told_at_the_end),
		fixture_test(the_peak_of_memory_is_told_of_version_2),
		fixture_test(what_there_is_no_room_for_is_counted),
	};

	return harness_run("test_hostevents", tests);
}
