/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A walk over a /proc that the test writes, and names of users. */
#include "host/tasks.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "host/users.h"
#include "procfs/procfs.h"

#define PATH_BYTES 256

static char folder[] = "/tmp/denet-tasks-XXXXXX";
static struct procfs made;

static const char *path_of(const char *name)
{
	static char path[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void put_process(unsigned int pid, const char *comm, char state)
{
	char name[64], text[256];

	(void)snprintf(name, sizeof(name), "%u", pid);
	assert_int_equal(mkdir(path_of(name), 0755), 0);
	(void)snprintf(name, sizeof(name), "%u/stat", pid);
	(void)snprintf(text, sizeof(text),
		       "%u (%s) %c 1 1 1 0 -1 0 0 0 0 0 100 50 7 7 20 0 3 0 200 4096 5 0 0\n", pid,
		       comm, state);
	put(name, text);
	(void)snprintf(name, sizeof(name), "%u/status", pid);
	put(name, "Name:\tx\nUid:\t1000\t0\t0\t0\n");
	(void)snprintf(name, sizeof(name), "%u/exe", pid);
	assert_int_equal(symlink("/bin/x", path_of(name)), 0);
}

static void each_living_process_is_one(void **state)
{
	struct tasks tasks = { 0 };
	const struct task *task;

	(void)state;
	put_process(20, "b) S 1 (", 'S');
	put_process(3, "a", 'R');
	put_process(4, "gone", 'Z');
	/* It goes between the list and the look. */
	assert_int_equal(mkdir(path_of("5"), 0755), 0);
	/* What cannot be read is there. */
	assert_int_equal(mkdir(path_of("6"), 0755), 0);
	put("6/stat", "no such text\n");
	assert_int_equal(tasks_look(&tasks, &made, 0), 0);
	assert_int_equal(tasks.count, 2);
	assert_int_equal(tasks.unreadable, 1);
	assert_null(tasks_find(&tasks, 4));
	task = tasks_find(&tasks, 20);
	assert_non_null(task);
	assert_string_equal(task->comm, "b) S 1 (");
	assert_int_equal(task->cpu_time_ns, 1500000000);
	assert_int_equal(task->start_boot_ns, 2000000000);
	assert_int_equal(task->threads, 3);
	assert_int_equal(task->vms_bytes, 4096);
	assert_int_equal(task->rss_bytes, 5 * (uint64_t)sysconf(_SC_PAGESIZE));
	assert_int_equal(task->uid, TASKS_UID_UNKNOWN);
	assert_null(task->exe);
	assert_int_equal(tasks_look(&tasks, &made, TASKS_WITH_UID | TASKS_WITH_EXE), 0);
	task = tasks_find(&tasks, 3);
	assert_int_equal(task->uid, 1000);
	assert_string_equal(task->exe, "/bin/x");
	tasks_done(&tasks);
	assert_null(tasks_find(&tasks, 3));
}

static void users_have_the_names_of_the_file(void **state)
{
	char name[USERS_NAME_BYTES];
	struct users users = { 0 };

	(void)state;
	put("passwd", "root:x:0:0::/:/bin/sh\n# no\n:x:5::\nbad:x:y:\nann:x:1000:1000::/:\n"
		      "cut:x:77\n");
	assert_int_equal(users_read(&users, path_of("passwd")), 0);
	assert_int_equal(users.count, 2);
	users_name(&users, 1000, name);
	assert_string_equal(name, "ann");
	users_name(&users, 0, name);
	assert_string_equal(name, "root");
	users_name(&users, 77, name);
	assert_string_equal(name, "#77");
	assert_int_equal(users_read(&users, path_of("none")), 0);
	users_name(&users, 0, name);
	assert_string_equal(name, "#0");
	users_done(&users);
}

static int set_up(void **state)
{
	(void)state;
	if (!mkdtemp(folder))
		return -1;
	procfs_init(&made, folder);
	return 0;
}

static int drop(const char *path, const struct stat *stat, int kind, struct FTW *at)
{
	(void)stat;
	(void)kind;
	(void)at;
	return remove(path);
}

static int tear_down(void **state)
{
	(void)state;
	return nftw(folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_living_process_is_one),
		cmocka_unit_test(users_have_the_names_of_the_file),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
