/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The command's cgroup, in a v2 hierarchy that the test makes of plain files. */
#include "follow/group.h"

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>
#include <cmocka.h>

#include "follow/group_name.h"
#include "procfs/procfs.h"

#define PATH_BYTES 512
#define US 1000ull

static char folder[] = "/tmp/denet-own-XXXXXX";

static const char *path_of(const char *name)
{
	static char path[2 * PATH_BYTES];

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

static void put_pids(pid_t other)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%d\n%d\n", (int)getpid(), (int)other);
	put("group/cgroup.procs", text);
}

/* Of this machine's /proc only what a process is; the hierarchy is the test's. */
static void link_proc(const char *name)
{
	char target[64];

	(void)snprintf(target, sizeof(target), "/proc/%s", name);
	assert_int_equal(symlink(target, path_of(name)), 0);
}

static int begin(void **state)
{
	char text[PATH_BYTES];

	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	if (!mkdtemp(folder) || mkdir(path_of("self"), 0700) || mkdir(path_of("self/ns"), 0700) ||
	    mkdir(path_of("group"), 0700))
		return -1;
	if (symlink("/proc/self/ns/pid", path_of("self/ns/pid")))
		return -1;
	(void)snprintf(text, sizeof(text), "32 20 0:29 / %s/group rw - cgroup2 none rw\n", folder);
	put("self/mountinfo", text);
	put("self/cgroup", "0::/\n");
	put("group/cgroup.type", "domain\n");
	put("group/cpu.stat", "usage_usec 1000\n");
	(void)snprintf(text, sizeof(text), "%d", (int)getpid());
	link_proc(text);
	return 0;
}

static int remove_one(const char *path, const struct stat *facts, int type, struct FTW *at)
{
	(void)facts;
	(void)type;
	(void)at;
	return remove(path);
}

static int end(void **state)
{
	(void)state;
	return nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* In /proc of the test are this process and whoever is put there. */
static struct procfs made(void)
{
	return (struct procfs){ .proc = folder, .sys = folder };
}

static pid_t start_child(void)
{
	pid_t pid = fork();
	char text[32];

	assert_true(pid >= 0);
	if (!pid) {
		(void)pause();
		_exit(0);
	}
	(void)snprintf(text, sizeof(text), "%d", (int)pid);
	link_proc(text);
	return pid;
}

static void end_child(pid_t pid)
{
	(void)kill(pid, SIGKILL);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static bool nobody(const void *context, pid_t pid)
{
	(void)context;
	(void)pid;
	return false;
}

static bool everybody(const void *context, pid_t pid)
{
	(void)context;
	(void)pid;
	return true;
}

static void a_group_that_holds_us_and_ours_counts(void **state)
{
	struct group group = GROUP_NONE;
	struct procfs procfs = made();
	pid_t child = start_child();

	(void)state;
	put_pids(child);
	group_share(&group, &procfs);
	group_begin(&group);
	assert_int_equal(group.cpu_ns, 0);
	assert_false(group_is_made(&group));
	put("group/cpu.stat", "usage_usec 4000\nuser_usec 1\n");
	group_end(&group, &procfs, nobody, NULL);
	assert_int_equal(group.cpu_ns, 3000 * US);
	assert_int_equal(group.peak_kb, UINT64_MAX);
	group_remove(&group);
	assert_int_equal(access(path_of("group"), F_OK), 0);
	group_done(&group);
	end_child(child);
}

static void a_group_with_others_does_not(void **state)
{
	struct group group = GROUP_NONE;
	struct procfs procfs = made();

	(void)state;
	put_pids(1);
	group_share(&group, &procfs);
	group_begin(&group);
	assert_int_equal(group.cpu_ns, UINT64_MAX);
	group_done(&group);
	/* Nor one with groups below, whose processes it does not list. */
	put_pids(getpid());
	assert_int_equal(mkdir(path_of("group/below"), 0700), 0);
	group_share(&group, &procfs);
	assert_null(group.counter);
	group_done(&group);
}

static void the_machines_is_not_taken(void **state)
{
	struct group group = GROUP_NONE;
	struct procfs procfs = made();

	(void)state;
	put_pids(getpid());
	assert_int_equal(remove(path_of("group/cgroup.type")), 0);
	group_share(&group, &procfs);
	assert_null(group.counter);
	group_done(&group);
}

static void whoever_has_come_meanwhile_takes_it_away(void **state)
{
	struct procfs procfs = made();

	(void)state;
	for (int is_member = 0; is_member < 2; is_member++) {
		struct group group = GROUP_NONE;

		put_pids(getpid());
		group_share(&group, &procfs);
		group_begin(&group);
		put_pids(1);
		group_end(&group, &procfs, is_member ? everybody : nobody, NULL);
		assert_int_equal(group.cpu_ns, is_member ? 0 : UINT64_MAX);
		group_done(&group);
	}
}

static void what_cannot_be_made_is_told_and_left_nowhere(void **state)
{
	struct group group = GROUP_NONE;
	struct procfs procfs = made();

	(void)state;
	/* A folder of plain files takes no processes. */
	put_pids(getpid());
	group_make(&group, &procfs, getpid());
	assert_non_null(strstr(group.warning, "no cgroup of its own"));
	assert_non_null(strstr(group.warning, folder));
	assert_null(strchr(group.warning, '\n'));
	assert_false(group_is_made(&group));
	group_begin(&group);
	assert_int_equal(group.cpu_ns, UINT64_MAX);
	group_done(&group);
	assert_int_equal(rmdir(path_of("group")), -1);
	assert_int_equal(remove(path_of("group/cgroup.procs")), 0);
	assert_int_equal(remove(path_of("group/cgroup.type")), 0);
	assert_int_equal(remove(path_of("group/cpu.stat")), 0);
	/* Nothing else was in it. */
	assert_int_equal(rmdir(path_of("group")), 0);
}

static void where_there_are_none_that_is_told(void **state)
{
	struct group group = GROUP_NONE;
	struct procfs procfs = made();

	(void)state;
	put("self/cgroup", "");
	group_make(&group, &procfs, getpid());
	assert_non_null(strstr(group.warning, "there is none to make it in"));
	group_done(&group);
}

static void names_tell_whose_they_are(void **state)
{
	char first[GROUP_NAME_BYTES], second[GROUP_NAME_BYTES], name[PATH_BYTES];
	struct procfs procfs = made();
	uintmax_t namespace;
	int length;

	(void)state;
	group_name(&procfs, first);
	group_name(&procfs, second);
	assert_string_not_equal(first, second);
	assert_false(group_name_is_left_behind(&procfs, first));
	assert_int_equal(sscanf(first, "denet-bpf-%ju-%n", &namespace, &length), 1);
	assert_true(namespace > 0);
	/* Of nobody; of one that had our pid before; of another namespace; of no monitor. */
	(void)snprintf(name, sizeof(name), "denet-bpf-%ju-99999999-5-0", namespace);
	assert_true(group_name_is_left_behind(&procfs, name));
	(void)snprintf(name, sizeof(name), "denet-bpf-%ju-%d-5-0", namespace, (int)getpid());
	assert_true(group_name_is_left_behind(&procfs, name));
	(void)snprintf(name, sizeof(name), "denet-bpf-%ju-99999999-5-0", namespace + 1);
	assert_false(group_name_is_left_behind(&procfs, name));
	(void)snprintf(name, sizeof(name), "denet-bpf-%ju-99999999-5-0x", namespace);
	assert_false(group_name_is_left_behind(&procfs, name));
	assert_false(group_name_is_left_behind(&procfs, "denet-bpf-x"));
	assert_false(group_name_is_left_behind(&procfs, "user.slice"));
}

static void only_the_empty_ones_of_the_dead_are_removed(void **state)
{
	char ours[GROUP_NAME_BYTES], dead[PATH_BYTES / 2], used[PATH_BYTES / 2], within[PATH_BYTES];
	struct procfs procfs = made();
	uintmax_t namespace;

	(void)state;
	group_name(&procfs, ours);
	assert_int_equal(sscanf(ours, "denet-bpf-%ju-", &namespace), 1);
	(void)snprintf(within, sizeof(within), "group/%s", ours);
	assert_int_equal(mkdir(path_of(within), 0700), 0);
	(void)snprintf(dead, sizeof(dead), "group/denet-bpf-%ju-99999999-5-0", namespace);
	assert_int_equal(mkdir(path_of(dead), 0700), 0);
	(void)snprintf(used, sizeof(used), "group/denet-bpf-%ju-99999999-5-1", namespace);
	assert_int_equal(mkdir(path_of(used), 0700), 0);
	(void)snprintf(within, sizeof(within), "%s/x", used);
	put(within, "");
	group_name_clean_up(&procfs, path_of("group"));
	assert_int_equal(access(path_of(used), F_OK), 0);
	(void)snprintf(within, sizeof(within), "group/%s", ours);
	assert_int_equal(access(path_of(within), F_OK), 0);
	assert_int_equal(access(path_of(dead), F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_group_that_holds_us_and_ours_counts, begin, end),
		cmocka_unit_test_setup_teardown(a_group_with_others_does_not, begin, end),
		cmocka_unit_test_setup_teardown(the_machines_is_not_taken, begin, end),
		cmocka_unit_test_setup_teardown(whoever_has_come_meanwhile_takes_it_away, begin,
						end),
		cmocka_unit_test_setup_teardown(what_cannot_be_made_is_told_and_left_nowhere, begin,
						end),
		cmocka_unit_test_setup_teardown(where_there_are_none_that_is_told, begin, end),
		cmocka_unit_test_setup_teardown(names_tell_whose_they_are, begin, end),
		cmocka_unit_test_setup_teardown(only_the_empty_ones_of_the_dead_are_removed, begin,
						end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
