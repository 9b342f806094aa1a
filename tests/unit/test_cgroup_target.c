/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A cgroup by its name, in hierarchies that the test makes of plain folders. */
#include "procfs/cgroup_target.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "procfs/procfs.h"

static char top[] = "/tmp/denet-target-XXXXXX";
static const struct procfs made = { .proc = top, .sys = top };

static const char *path_of(const char *name)
{
	static char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", top, name);
	return path;
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(path_of(name), "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* The part of the hierarchy that is mounted as memory is that of a container. */
static void put_mounts(void)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "20 1 0:1 / / rw - ext4 none rw\n"
		       "30 20 0:27 / %s/v1 rw - cgroup none rw,cpu,cpuacct\n"
		       "31 20 0:28 /docker/c1 %s/memory rw - cgroup none rw,memory\n"
		       "32 20 0:29 / %s/v2 rw - cgroup2 none rw\n"
		       "33 20 0:30 / %s/freezer rw - cgroup none rw,freezer\n",
		       top, top, top, top);
	put("self/mountinfo", text);
}

static const char *const folders[] = { "self",	"self/ns", "v1",      "v1/both",     "v1/both/in",
				       "v2",	"v2/both", "v2/only", "memory",	     "memory/sub",
				       "plain", "freezer", "v1/none", "freezer/cold" };

static void put_lists(void)
{
	put("v1/cgroup.procs", "1\n");
	put("v1/both/cgroup.procs", "0\n42\n43\n");
	put("v1/both/in/cgroup.procs", "");
	put("v2/cgroup.procs", "1\n");
	put("v2/both/cgroup.procs", "");
	put("v2/only/cgroup.procs", "");
	put("memory/cgroup.procs", "");
	put("memory/sub/cgroup.procs", "");
	put("freezer/cold/cgroup.procs", "");
}

static int begin(void **state)
{
	(void)state;
	memcpy(top + sizeof(top) - 7, "XXXXXX", 6);
	if (!mkdtemp(top))
		return -1;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdir(path_of(folders[i]), 0700))
			return -1;
	if (symlink("cgroup:[4026531835]", path_of("self/ns/cgroup")))
		return -1;
	put_mounts();
	put_lists();
	return 0;
}

static int end(void **state)
{
	char file[64];

	(void)state;
	(void)remove(path_of("self/ns/cgroup"));
	(void)remove(path_of("self/mountinfo"));
	for (size_t i = sizeof(folders) / sizeof(folders[0]); i-- > 0;) {
		(void)snprintf(file, sizeof(file), "%s/cgroup.procs", folders[i]);
		(void)remove(path_of(file));
	}
	for (int pass = 0; pass < 3; pass++)
		for (size_t i = sizeof(folders) / sizeof(folders[0]); i-- > 0;)
			(void)remove(path_of(folders[i]));
	return rmdir(top);
}

static void assert_found(const char *name, const char *folder, const char *controller, int level)
{
	struct cgroup_target target;
	struct denet_error error = { .size = sizeof(error) };
	struct stat status;

	if (cgroup_target_find(&made, name, &target, &error))
		fail_msg("%s: %s", name, error.text);
	assert_string_equal(target.folder, path_of(folder));
	assert_string_equal(target.controller, controller);
	assert_int_equal(stat(path_of(folder), &status), 0);
	assert_int_equal(target.id, status.st_ino);
	assert_int_equal(target.level, level);
	assert_true(cgroup_target_exists(&target));
}

static void assert_refused(const char *name)
{
	struct cgroup_target target;
	struct denet_error error = { .size = sizeof(error) };

	assert_int_equal(cgroup_target_find(&made, name, &target, &error), -ENOENT);
	assert_non_null(strstr(error.text, name));
	assert_null(strchr(error.text, '\n'));
}

static void folder_is_itself(void **state)
{
	char name[160];

	(void)state;
	assert_found(path_of("v1/both"), "v1/both", "cpuacct", 1);
	assert_found(path_of("v2/both"), "v2/both", "", 1);
	assert_found(path_of("v2"), "v2", "", 0);
	(void)snprintf(name, sizeof(name), "%s//both/in/", path_of("v1"));
	assert_found(name, "v1/both/in", "cpuacct", 2);
	/* Below what the mount shows of it. */
	assert_found(path_of("memory/sub"), "memory/sub", "memory", 3);
}

static void path_below_a_mount_is_where_cpu_is_counted(void **state)
{
	(void)state;
	assert_found("/both", "v1/both", "cpuacct", 1);
	assert_found("both/in", "v1/both/in", "cpuacct", 2);
	assert_found("/only", "v2/only", "", 1);
	assert_found("/sub", "memory/sub", "memory", 3);
	assert_found("/", "v1", "cpuacct", 0);
}

static void line_of_a_process_says_which_hierarchy(void **state)
{
	(void)state;
	assert_found("0::/both", "v2/both", "", 1);
	assert_found("4:cpu,cpuacct:/both", "v1/both", "cpuacct", 1);
	assert_found("3:memory:/docker/c1/sub", "memory/sub", "memory", 3);
	assert_found("3:memory:/docker/c1", "memory", "memory", 2);
	assert_refused("3:memory:/docker/other");
	assert_refused("4:cpu,cpuacct:/only");
	assert_refused("1:name=systemd:/both");
}

static void what_is_no_cgroup_is_refused(void **state)
{
	(void)state;
	assert_refused("/nothing/such");
	assert_refused("/none");
	assert_refused(path_of("plain"));
	assert_refused(path_of("v1/cgroup.procs"));
	assert_refused("/../plain");
	assert_refused(path_of("freezer/cold"));
}

static void empty_name_is_refused(void **state)
{
	struct cgroup_target target;
	struct denet_error error = { .size = sizeof(error) };

	(void)state;
	assert_int_equal(cgroup_target_find(&made, "", &target, &error), -EINVAL);
}

static void depth_that_a_namespace_hides_is_not_known(void **state)
{
	(void)state;
	assert_return_code(remove(path_of("self/ns/cgroup")), errno);
	assert_return_code(symlink("cgroup:[4026532000]", path_of("self/ns/cgroup")), errno);
	assert_found("/both", "v1/both", "cpuacct", -1);
}

static void member_is_the_first_that_can_be_seen(void **state)
{
	struct cgroup_target target;

	(void)state;
	assert_int_equal(cgroup_target_find(&made, "/both", &target, NULL), 0);
	assert_int_equal(cgroup_target_member(&target), 42);
	assert_int_equal(cgroup_target_find(&made, "/only", &target, NULL), 0);
	assert_int_equal(cgroup_target_member(&target), 0);
}

static void one_that_was_removed_is_gone(void **state)
{
	struct cgroup_target target;

	(void)state;
	assert_int_equal(cgroup_target_find(&made, "/only", &target, NULL), 0);
	assert_true(cgroup_target_exists(&target));
	assert_return_code(remove(path_of("v2/only/cgroup.procs")), errno);
	assert_return_code(rmdir(path_of("v2/only")), errno);
	assert_false(cgroup_target_exists(&target));
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(folder_is_itself),
		TEST(path_below_a_mount_is_where_cpu_is_counted),
		TEST(line_of_a_process_says_which_hierarchy),
		TEST(what_is_no_cgroup_is_refused),
		TEST(empty_name_is_refused),
		TEST(depth_that_a_namespace_hides_is_not_known),
		TEST(member_is_the_first_that_can_be_seen),
		TEST(one_that_was_removed_is_gone),
	};

	return cmocka_run_group_tests_name("cgroup_target", tests, NULL, NULL);
}
