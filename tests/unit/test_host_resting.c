/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Cgroups that do nothing: what is looked at seldom. */
#include "host/lives.h"

#include "denet/system.h"
#include "made_cgroups.h"
#include "util/units.h"

#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
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

/* Its runtime moves it through the hierarchies one by one, and may be done only when it rests. */
static void memory_is_read_when_its_folder_has_come(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;

	(void)state;
	put("fs/cpuacct/cgroup.procs", "");
	put("fs/memory/cgroup.procs", "");
	put("fs/cpuacct/docker/" ID "/cpuacct.usage", "1\n");
	groups = open_groups();
	cgroups_walk_seldom(groups);
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 5 * NS_PER_S), 0);
	figures = &cgroups_at(groups, "/docker/" ID)->figures;
	assert_true(figures->memory_bytes == DENET_UNKNOWN);
	put("fs/memory/docker/" ID "/memory.usage_in_bytes", "5000\n");
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2, 5 * NS_PER_S), 0);
	assert_int_equal(figures->memory_bytes, 5000);
	cgroups_free(groups);
	drop("fs");
}

/* Who is moved in may never run there. */
static void pids_are_read_when_one_is_populated_again(void **state)
{
	struct cgroups *groups;
	const struct cgroup *group;

	(void)state;
	put("fs/cgroup.controllers", "cpu memory pids\n");
	put("fs" UNIT "/cgroup.procs", "");
	put("fs" UNIT "/cpu.stat", "usage_usec 1000000\n");
	put("fs" UNIT "/pids.current", "1\n");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 5 * NS_PER_S), 0);
	group = cgroups_at(groups, UNIT);
	put("fs" UNIT "/pids.current", "0\n");
	lives_emptied(groups, group->id, 0, 2 * NS_PER_S, 2);
	assert_int_equal(group->figures.pids, 0);
	put("fs" UNIT "/pids.current", "2\n");
	assert_int_equal(lives_populated(groups, group->id, UNIT, 2 * NS_PER_S, 2), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3, 5 * NS_PER_S), 0);
	assert_int_equal(group->figures.pids, 2);
	cgroups_free(groups);
	drop("fs");
}

/* Of the other hierarchy what is the group's own is left out between, and what lies in it is not taken for gone. */
static void other_hierarchies_are_walked_more_often(void **state)
{
	struct cgroups *groups;

	(void)state;
	put("fs/cpuacct/cgroup.procs", "");
	put("fs/cpuacct/docker/" ID "/cpuacct.usage", "1\n");
	put("fs/unified/cgroup.controllers", "");
	put("fs/unified/docker/" ID "/cgroup.procs", "");
	put("fs/unified/docker/" ID "/docker/" OTHER "/cgroup.procs", "");
	put("fs/unified/a.service/cgroup.procs", "");
	groups = open_groups();
	cgroups_walk_seldom(groups);
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	assert_int_equal(cgroups_count(groups), 3);
	put("fs/cpuacct/b.service/cpuacct.usage", "1\n");
	put("fs/unified/c.service/cgroup.procs", "");
	put("fs/unified/a.service/d.service/cgroup.procs", "");
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2, 0), 0);
	assert_int_equal(cgroups_count(groups), 3);
	assert_int_equal(cgroups_look(groups, 6 * NS_PER_S, 6, 0), 0);
	assert_int_equal(cgroups_count(groups), 5);
	assert_non_null(cgroups_at(groups, "/c.service"));
	assert_non_null(cgroups_at(groups, "/a.service/d.service"));
	drop("fs/unified/c.service");
	drop("fs/unified/docker/" ID "/docker");
	assert_int_equal(cgroups_look(groups, 11 * NS_PER_S, 11, 0), 0);
	assert_int_equal(cgroups_count(groups), 3);
	assert_non_null(cgroups_at(groups, "/docker/" ID));
	assert_int_equal(cgroups_look(groups, 31 * NS_PER_S, 31, 0), 0);
	assert_int_equal(cgroups_count(groups), 4);
	assert_non_null(cgroups_at(groups, "/b.service"));
	cgroups_free(groups);
	drop("fs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(memory_and_pids_are_read_when_cpu_was_used),
		cmocka_unit_test(memory_is_read_when_its_folder_has_come),
		cmocka_unit_test(pids_are_read_when_one_is_populated_again),
		cmocka_unit_test(other_hierarchies_are_walked_more_often),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
