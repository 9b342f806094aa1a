/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where our own cgroup is, in hierarchies that the test makes of plain files. */
#include "procfs/cgroup_place.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/procfs.h"

#define PATH_BYTES 128

static char folder[] = "/tmp/denet-place-XXXXXX";
static const struct procfs made = { .proc = folder, .sys = folder };

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

static void put_us(const char *name)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "1\n%d\n99999999\n", (int)getpid());
	put(name, text);
}

/* v1's cpu with cpuacct, memory alone, and v2, each in a folder of its own. */
static void put_mounts(const char *root)
{
	char text[1024];

	(void)snprintf(text, sizeof(text),
		       "20 1 0:1 / / rw - ext4 none rw\n"
		       "30 20 0:27 %s %s/cpu rw - cgroup none rw,cpu,cpuacct\n"
		       "31 20 0:28 %s %s/memory rw - cgroup none rw,memory\n"
		       "32 20 0:29 %s %s/v2 rw - cgroup2 none rw\n",
		       root, folder, root, folder, root, folder);
	put("self/mountinfo", text);
}

static int begin(void **state)
{
	static const char *const folders[] = { "self",	   "cpu", "cpu/a", "memory",
					       "memory/b", "v2",  "v2/c" };

	(void)state;
	memcpy(folder + sizeof(folder) - 7, "XXXXXX", 6);
	if (!mkdtemp(folder))
		return -1;
	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++)
		if (mkdir(path_of(folders[i]), 0700))
			return -1;
	put("self/cgroup", "5:cpu,cpuacct:/a\n4:memory:/b\n1:name=systemd:/s\n0::/c\n");
	put_mounts("/");
	put_us("cpu/a/cgroup.procs");
	put_us("memory/b/cgroup.procs");
	put_us("v2/c/cgroup.procs");
	put("v2/c/cgroup.type", "domain\n");
	return 0;
}

static int end(void **state)
{
	static const char *const names[] = {
		"self/cgroup",
		"self/mountinfo",
		"cpu/a/cgroup.procs",
		"cpu/a/cgroup.sane_behavior",
		"memory/b/cgroup.procs",
		"v2/c/cgroup.procs",
		"v2/c/cgroup.type",
		"v2/c/cpu.stat",
		"self",
		"cpu/a",
		"cpu",
		"memory/b",
		"memory",
		"v2/c",
		"v2",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)remove(path_of(names[i]));
	return rmdir(folder);
}

static void each_hierarchy_has_its_own_place(void **state)
{
	struct cgroup_place place;

	(void)state;
	assert_true(cgroup_place_find(&made, "cpuacct", &place));
	assert_string_equal(place.path, path_of("cpu/a"));
	assert_true(place.has_cpu && !place.is_root);
	assert_true(cgroup_place_find(&made, "memory", &place));
	assert_string_equal(place.path, path_of("memory/b"));
	assert_false(place.has_cpu);
	assert_true(cgroup_place_find(&made, NULL, &place));
	assert_string_equal(place.path, path_of("v2/c"));
	assert_false(place.is_root);
	assert_false(cgroup_place_find(&made, "pids", &place));
}

static void roots_are_known(void **state)
{
	struct cgroup_place place;

	(void)state;
	assert_int_equal(remove(path_of("v2/c/cgroup.type")), 0);
	assert_true(cgroup_place_find(&made, NULL, &place));
	assert_true(place.is_root);
	assert_true(cgroup_place_lists_us(place.path));
	put("v2/c/cgroup.procs", "1\n");
	assert_true(cgroup_place_find(&made, NULL, &place));
	assert_false(cgroup_place_lists_us(place.path));
	put("cpu/a/cgroup.sane_behavior", "0\n");
	assert_true(cgroup_place_find(&made, "cpuacct", &place));
	assert_true(place.is_root);
}

/* As a container sees its own. */
static void a_mount_of_a_part_leads_there(void **state)
{
	struct cgroup_place place;

	(void)state;
	put_mounts("/docker/x");
	put("self/cgroup", "5:cpu,cpuacct:/docker/x/a\n4:memory:/docker/x\n0::/docker/x/c\n");
	assert_true(cgroup_place_find(&made, "cpuacct", &place));
	assert_string_equal(place.path, path_of("cpu/a"));
	/* It lists nobody. */
	assert_false(cgroup_place_find(&made, "memory", &place));
	assert_true(cgroup_place_find(&made, NULL, &place));
	assert_string_equal(place.path, path_of("v2/c"));
}

static void what_does_not_list_us_is_not_ours(void **state)
{
	struct cgroup_place place;

	(void)state;
	put("v2/c/cgroup.procs", "1\n99999999\n");
	assert_false(cgroup_place_find(&made, NULL, &place));
	put("self/cgroup", "0::/../c\n");
	put_us("v2/c/cgroup.procs");
	assert_false(cgroup_place_find(&made, NULL, &place));
}

static bool is_small(const void *context, pid_t pid)
{
	return pid < *(const pid_t *)context;
}

static void everybody_is_asked(void **state)
{
	pid_t all = 100000000, some = 99999999;

	(void)state;
	assert_true(cgroup_place_holds_only(path_of("v2/c"), is_small, &all));
	assert_false(cgroup_place_holds_only(path_of("v2/c"), is_small, &some));
	assert_false(cgroup_place_holds_only(path_of("v2"), is_small, &all));
}

static void numbers_are_read(void **state)
{
	uint64_t number;

	(void)state;
	put("v2/c/cpu.stat", "usage_usec 1234\nuser_usec 5\n");
	assert_true(cgroup_place_read(path_of("v2/c"), "cpu.stat", "user_usec ", &number));
	assert_int_equal(number, 5);
	put("v2/c/cpu.stat", "77\n");
	assert_true(cgroup_place_read(path_of("v2/c"), "cpu.stat", NULL, &number));
	assert_int_equal(number, 77);
	put("v2/c/cpu.stat", "max\n");
	assert_false(cgroup_place_read(path_of("v2/c"), "cpu.stat", NULL, &number));
	assert_false(cgroup_place_read(path_of("v2/c"), "memory.peak", NULL, &number));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_hierarchy_has_its_own_place, begin, end),
		cmocka_unit_test_setup_teardown(roots_are_known, begin, end),
		cmocka_unit_test_setup_teardown(a_mount_of_a_part_leads_there, begin, end),
		cmocka_unit_test_setup_teardown(what_does_not_list_us_is_not_ours, begin, end),
		cmocka_unit_test_setup_teardown(everybody_is_asked, begin, end),
		cmocka_unit_test_setup_teardown(numbers_are_read, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
