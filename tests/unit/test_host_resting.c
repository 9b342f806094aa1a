/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Cgroups that do nothing: what is looked at seldom. */
#include "host/cgroups.h"

#include "made_cgroups.h"
#include "util/units.h"

#define UNIT "/system.slice/a.service"

static struct cgroups *open_groups(void)
{
	struct cgroups *groups;

	assert_int_equal(cgroups_new(&made, cgroup_root, &groups), 0);
	return groups;
}

/* Where nothing has run others alone can change them, as by reclaim. */
static void memory_and_pids_are_read_when_cpu_was_used(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;

	(void)state;
	put("fs/cgroup.controllers", "cpu memory pids\n");
	put("fs" UNIT "/cgroup.procs", "4711\n");
	put("fs" UNIT "/cpu.stat", "usage_usec 1000000\n");
	put("fs" UNIT "/memory.current", "5000\n");
	put("fs" UNIT "/pids.current", "3\n");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 5 * NS_PER_S), 0);
	figures = &cgroups_at(groups, UNIT)->figures;
	assert_int_equal(figures->memory_bytes, 5000);
	put("fs" UNIT "/memory.current", "5001\n");
	put("fs" UNIT "/pids.current", "4\n");
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2, 5 * NS_PER_S), 0);
	assert_int_equal(figures->memory_bytes, 5000);
	assert_int_equal(figures->pids, 3);
	put("fs" UNIT "/cpu.stat", "usage_usec 1000001\n");
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3, 5 * NS_PER_S), 0);
	assert_int_equal(figures->memory_bytes, 5001);
	assert_int_equal(figures->pids, 4);
	put("fs" UNIT "/memory.current", "4000\n");
	assert_int_equal(cgroups_look(groups, 17 * NS_PER_S, 17, 5 * NS_PER_S), 0);
	assert_int_equal(figures->memory_bytes, 5001);
	assert_int_equal(cgroups_look(groups, 18 * NS_PER_S, 18, 5 * NS_PER_S), 0);
	assert_int_equal(figures->memory_bytes, 4000);
	cgroups_free(groups);
	drop("fs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_and_pids_are_read_when_cpu_was_used),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
