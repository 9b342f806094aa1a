/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The limits and the pressure of a cgroup, in hierarchies that the test makes of plain files. */
#include "procfs/memory_group.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "procfs/cgroup_file.h"
#include "procfs/cpu_group.h"
#include "procfs/pressure.h"
#include "procfs/procfs.h"

#define PATH_BYTES 128
#define MADE_MAX 40

static char folder[] = "/tmp/denet-group-XXXXXX";
static const struct procfs made = { .proc = folder, .sys = folder };

static char made_paths[MADE_MAX][PATH_BYTES]; /* in the order of their making */
static size_t made_count;

static const char *note_made(const char *name)
{
	char *path = made_paths[made_count++];

	assert_true(made_count <= MADE_MAX);
	assert_true(snprintf(path, PATH_BYTES, "%s/%s", folder, name) < PATH_BYTES);
	return path;
}

static void make_dir(const char *name)
{
	assert_int_equal(mkdir(note_made(name), 0700), 0);
}

static void put(const char *name, const char *text)
{
	FILE *file = fopen(note_made(name), "we");

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

/* Of one mount; root is what the mount shows of its hierarchy. */
static void put_mount(const char *root, const char *type, const char *options)
{
	char text[2 * PATH_BYTES];

	(void)snprintf(text, sizeof(text), "30 20 0:27 %s %s/mount rw - %s none %s\n", root, folder,
		       type, options);
	put("self/mountinfo", text);
}

static int begin(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/denet-group-XXXXXX");
	if (!mkdtemp(folder))
		return -1;
	made_count = 0;
	make_dir("self");
	make_dir("7");
	make_dir("mount");
	make_dir("mount/a");
	make_dir("mount/a/b");
	return 0;
}

static int end(void **state)
{
	(void)state;
	while (made_count)
		(void)remove(made_paths[--made_count]);
	return rmdir(folder);
}

static void least_limit_up_the_tree_is_the_one_in_effect(void **state)
{
	struct memory_group group;
	struct pressure pressure;

	(void)state;
	put_mount("/", "cgroup2", "rw");
	put("7/cgroup", "0::/a/b\n");
	put("mount/a/memory.max", "62914560\n");
	put("mount/a/memory.events", "low 0\nhigh 0\nmax 3\noom 1\noom_kill 0\n");
	put("mount/a/b/memory.max", "max\n");
	put("mount/a/b/memory.events", "low 0\nhigh 0\nmax 9\noom 9\noom_kill 0\n");
	put("mount/a/b/cgroup.type", "domain\n");
	put("mount/a/b/memory.pressure", "some avg10=0.00 avg60=0.00 avg300=0.00 total=77\n"
					 "full avg10=0.00 avg60=0.00 avg300=0.00 total=7\n");
	memory_group_open(&group, &made, 7);
	assert_int_equal(group.kills, UINT64_MAX);
	assert_int_equal(group.limit_kb, 60 * 1024);
	assert_int_equal(pressure_read(group.pressure_fd, &pressure), 0);
	assert_int_equal(pressure.some_total_us, 77);
	assert_false(memory_group_was_hit(&group));
	put("mount/a/memory.events", "low 0\nhigh 0\nmax 3\noom 2\noom_kill 0\n");
	put("mount/a/b/memory.events", "low 0\nhigh 0\nmax 9\noom 9\noom_kill 2\n");
	assert_true(memory_group_was_hit(&group));
	memory_group_read_again(&group);
	memory_group_close(&group);
	assert_int_equal(group.limit_kb, 60 * 1024);
	assert_true(group.was_hit);
	assert_int_equal(group.kills, 2);
}

static void least_quota_up_the_tree_is_the_one_in_effect(void **state)
{
	struct cpu_group group;

	(void)state;
	put_mount("/", "cgroup2", "rw");
	put("7/cgroup", "0::/a/b\n");
	put("mount/a/cpu.max", "50000 100000\n");
	put("mount/a/cpu.stat", "usage_usec 9\nnr_throttled 1\nthrottled_usec 400\n");
	put("mount/a/b/cpu.max", "100000 100000\n");
	put("mount/a/b/cpu.stat", "usage_usec 9\nnr_throttled 0\nthrottled_usec 7\n");
	cpu_group_open(&group, &made, 7);
	assert_true(group.limit_cores > 0.499 && group.limit_cores < 0.501);
	cpu_group_note(&group);
	assert_int_equal(group.throttled_ns, 0);
	put("mount/a/cpu.stat", "usage_usec 9\nnr_throttled 2\nthrottled_usec 1900\n");
	put("mount/a/b/cpu.stat", "usage_usec 9\nnr_throttled 0\nthrottled_usec 8\n");
	cpu_group_note(&group);
	assert_int_equal(group.throttled_ns, 1500 * 1000);
	cpu_group_close(&group);
	assert_int_equal(group.throttled_ns, 1500 * 1000);
}

static void limits_that_are_changed_are_known_at_the_end(void **state)
{
	struct memory_group memory;
	struct cpu_group cpu;

	(void)state;
	put_mount("/", "cgroup2", "rw");
	put("7/cgroup", "0::/a/b\n");
	put("mount/a/memory.max", "62914560\n");
	put("mount/a/cpu.max", "max 100000\n");
	put("mount/a/cpu.stat", "usage_usec 9\nnr_throttled 0\nthrottled_usec 40\n");
	memory_group_open(&memory, &made, 7);
	cpu_group_open(&cpu, &made, 7);
	memory_group_read_again(&memory);
	cpu_group_read_again(&cpu);
	assert_int_equal(memory.limit_kb, memory.first_limit_kb);
	assert_false(cpu_group_has_changed(&cpu));
	assert_true(cpu.throttled_ns == UINT64_MAX);
	put("mount/a/b/memory.max", "31457280\n");
	put("mount/a/cpu.max", "150000 100000\n");
	put("mount/a/cpu.stat", "usage_usec 9\nnr_throttled 3\nthrottled_usec 42\n");
	memory_group_read_again(&memory);
	cpu_group_read_again(&cpu);
	assert_int_equal(memory.limit_kb, 30 * 1024);
	assert_int_equal(memory.first_limit_kb, 60 * 1024);
	assert_true(cpu_group_has_changed(&cpu));
	assert_true(cpu.limit_cores == 1.5 && isnan(cpu.first_limit_cores));
	assert_int_equal(cpu.throttled_ns, 2000);
	put("mount/a/cpu.max", "max 100000\n");
	cpu_group_read_again(&cpu);
	assert_false(cpu_group_has_changed(&cpu));
	memory_group_close(&memory);
	cpu_group_close(&cpu);
}

static void limits_of_a_group_that_is_gone_are_as_they_were(void **state)
{
	struct memory_group memory;
	struct cpu_group cpu;

	(void)state;
	put_mount("/", "cgroup2", "rw");
	put("7/cgroup", "0::/a/b/c\n");
	make_dir("mount/a/b/c");
	put("mount/a/memory.max", "62914560\n");
	put("mount/a/cpu.max", "50000 100000\n");
	memory_group_open(&memory, &made, 7);
	cpu_group_open(&cpu, &made, 7);
	assert_int_equal(rmdir(memory.places[1].path), 0);
	put("mount/a/memory.max", "max\n");
	put("mount/a/cpu.max", "max 100000\n");
	memory_group_read_again(&memory);
	cpu_group_read_again(&cpu);
	assert_int_equal(memory.limit_kb, 60 * 1024);
	assert_true(cpu.limit_cores == 0.5);
	memory_group_close(&memory);
	cpu_group_close(&cpu);
}

static void kills_are_counted_by_a_group_that_is_not_the_root(void **state)
{
	struct memory_group group;

	(void)state;
	put_mount("/", "cgroup", "rw,memory");
	put("7/cgroup", "4:memory:/a\n0::/x\n");
	put("mount/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
	put("mount/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n");
	memory_group_open(&group, &made, 7);
	put("mount/a/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 4\n");
	memory_group_read_again(&group);
	assert_int_equal(group.kills, 1);
	memory_group_close(&group);
	put("7/cgroup", "4:memory:/\n0::/x\n");
	memory_group_open(&group, &made, 7);
	memory_group_read_again(&group);
	assert_true(group.kills == UINT64_MAX);
	memory_group_close(&group);
}

static void quota_of_v1_is_in_two_files(void **state)
{
	struct cpu_group group;

	(void)state;
	put_mount("/", "cgroup", "rw,cpu,cpuacct");
	put("7/cgroup", "4:memory:/a\n3:cpu,cpuacct:/a/b\n0::/x\n");
	put("mount/a/cpu.cfs_quota_us", "20000\n");
	put("mount/a/cpu.cfs_period_us", "100000\n");
	put("mount/a/cpu.stat", "nr_periods 4\nnr_throttled 3\nthrottled_time 1000\n");
	put("mount/a/b/cpu.cfs_quota_us", "-1\n");
	put("mount/a/b/cpu.cfs_period_us", "100000\n");
	put("mount/a/b/cpu.stat", "nr_periods 0\nnr_throttled 0\nthrottled_time 0\n");
	cpu_group_open(&group, &made, 7);
	assert_true(group.limit_cores > 0.199 && group.limit_cores < 0.201);
	put("mount/a/cpu.stat", "nr_periods 4\nnr_throttled 3\nthrottled_time 1700\n");
	cpu_group_note(&group);
	assert_int_equal(group.throttled_ns, 700);
	cpu_group_close(&group);
}

static void without_a_quota_nothing_is_throttled(void **state)
{
	struct cpu_group group;

	(void)state;
	put_mount("/", "cgroup2", "rw");
	put("7/cgroup", "0::/a/b\n");
	put("mount/a/b/cpu.max", "max 100000\n");
	put("mount/a/b/cpu.stat", "usage_usec 9\n");
	cpu_group_open(&group, &made, 7);
	cpu_group_note(&group);
	assert_true(isnan(group.limit_cores));
	assert_true(group.throttled_ns == UINT64_MAX);
	cpu_group_close(&group);
}

static void root_has_no_pressure_of_its_own(void **state)
{
	struct memory_group group;

	(void)state;
	put_mount("/", "cgroup2", "rw");
	put("7/cgroup", "0::/\n");
	put("mount/memory.pressure", "some avg10=0.00 total=77\nfull avg10=0.00 total=7\n");
	memory_group_open(&group, &made, 7);
	assert_int_equal(group.pressure_fd, -1);
	assert_int_equal(group.limit_kb, UINT64_MAX);
	assert_false(memory_group_was_hit(&group));
	memory_group_close(&group);
}

static void v1_tells_what_is_in_effect(void **state)
{
	struct memory_group group;

	(void)state;
	put_mount("/", "cgroup", "rw,memory");
	put("7/cgroup", "4:memory:/a/b\n0::/\n");
	put("mount/a/memory.limit_in_bytes", "62914560\n");
	put("mount/a/memory.failcnt", "5\n");
	put("mount/a/b/memory.limit_in_bytes", "9223372036854771712\n");
	put("mount/a/b/memory.stat", "cache 0\nhierarchical_memory_limit 62914560\n");
	memory_group_open(&group, &made, 7);
	assert_int_equal(group.limit_kb, 60 * 1024);
	put("mount/a/memory.failcnt", "6\n");
	assert_true(memory_group_was_hit(&group));
	memory_group_close(&group);
	/* Without use_hierarchy the parent's is not ours. */
	put("mount/a/b/memory.stat", "cache 0\nhierarchical_memory_limit 9223372036854771712\n");
	memory_group_open(&group, &made, 7);
	assert_int_equal(group.limit_kb, UINT64_MAX);
	assert_false(memory_group_was_hit(&group));
	memory_group_close(&group);
}

static void mount_of_a_part_is_what_a_container_sees(void **state)
{
	struct memory_group group;

	(void)state;
	put_mount("/docker/x", "cgroup", "rw,memory");
	put("7/cgroup", "4:memory:/docker/x/a\n");
	put("mount/memory.limit_in_bytes", "1048576\n");
	put("mount/a/memory.limit_in_bytes", "2097152\n");
	memory_group_open(&group, &made, 7);
	assert_int_equal(group.limit_kb, 1024);
	memory_group_close(&group);
}

static void one_hierarchy_is_told_from_the_other(void **state)
{
	char path[16];

	(void)state;
	put("7/cgroup", "4:memory:/m\n3:cpu:/c\n0::/u\n");
	assert_int_equal(cgroup_file_read_one(&made, 7, "memory", true, sizeof(path), path), 0);
	assert_string_equal(path, "/u");
	assert_int_equal(cgroup_file_read_one(&made, 7, "memory", false, sizeof(path), path), 0);
	assert_string_equal(path, "/m");
}

static void several_are_found_by_one_reading(void **state)
{
	struct memory_group memory;
	struct cpu_group cpu;
	struct cgroup_search searches[2];

	(void)state;
	put_mount("/", "cgroup", "rw,cpu,memory");
	put("7/cgroup", "4:memory:/a\n3:cpu:/a/b\n");
	put("mount/a/memory.limit_in_bytes", "62914560\n");
	put("mount/a/memory.stat", "hierarchical_memory_limit 62914560\n");
	put("mount/a/b/cpu.cfs_quota_us", "150000\n");
	put("mount/a/b/cpu.cfs_period_us", "100000\n");
	searches[0] = memory_group_search(&memory);
	searches[1] = cpu_group_search(&cpu);
	cgroup_folder_find(&made, 7, searches, 2);
	memory_group_begin(&memory);
	cpu_group_begin(&cpu);
	assert_int_equal(memory.limit_kb, 60 * 1024);
	assert_true(cpu.limit_cores == 1.5);
	assert_true(!memory.places[1].path[0] && !cpu.places[1].path[0]);
	memory_group_close(&memory);
	cpu_group_close(&cpu);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(least_limit_up_the_tree_is_the_one_in_effect, begin,
						end),
		cmocka_unit_test_setup_teardown(least_quota_up_the_tree_is_the_one_in_effect, begin,
						end),
		cmocka_unit_test_setup_teardown(limits_that_are_changed_are_known_at_the_end, begin,
						end),
		cmocka_unit_test_setup_teardown(limits_of_a_group_that_is_gone_are_as_they_were,
						begin, end),
		cmocka_unit_test_setup_teardown(kills_are_counted_by_a_group_that_is_not_the_root,
						begin, end),
		cmocka_unit_test_setup_teardown(quota_of_v1_is_in_two_files, begin, end),
		cmocka_unit_test_setup_teardown(without_a_quota_nothing_is_throttled, begin, end),
		cmocka_unit_test_setup_teardown(root_has_no_pressure_of_its_own, begin, end),
		cmocka_unit_test_setup_teardown(v1_tells_what_is_in_effect, begin, end),
		cmocka_unit_test_setup_teardown(mount_of_a_part_is_what_a_container_sees, begin,
						end),
		cmocka_unit_test_setup_teardown(one_hierarchy_is_told_from_the_other, begin, end),
		cmocka_unit_test_setup_teardown(several_are_found_by_one_reading, begin, end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
