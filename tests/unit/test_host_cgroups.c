/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Cgroups of both versions, made of plain files: what is found, and what is read of each. */
#include "host/cgroups.h"

#include <math.h>

#include "denet/system.h"
#include "host/lives.h"
#include "made_cgroups.h"
#include "util/cleanup.h"
#include "util/units.h"

static struct cgroups *open_groups(void)
{
	struct cgroups *groups;

	assert_int_equal(cgroups_new(&made, cgroup_root, &groups), 0);
	return groups;
}

static const struct cgroup *find(const struct cgroups *groups, const char *path)
{
	for (size_t i = 0; i < cgroups_count(groups); i++)
		if (strcmp(cgroups_get(groups, i)->path, path) == 0)
			return cgroups_get(groups, i);
	return NULL;
}

static void put_v2_container(const char *usage)
{
	char text[128];

	put("fs/cgroup.controllers", "cpu memory io pids\n");
	put("fs/system.slice/cgroup.procs", "");
	put("fs/system.slice/docker-" ID ".scope/cgroup.procs", "4711\n");
	(void)snprintf(text, sizeof(text),
		       "usage_usec %s\nuser_usec 20\nsystem_usec 10\nnr_periods 5\n"
		       "nr_throttled 2\nthrottled_usec 7000\n",
		       usage);
	put("fs/system.slice/docker-" ID ".scope/cpu.stat", text);
	put("fs/system.slice/docker-" ID ".scope/memory.current", "5000\n");
	put("fs/system.slice/docker-" ID ".scope/memory.peak", "6000\n");
	put("fs/system.slice/docker-" ID ".scope/memory.max", "max\n");
	put("fs/system.slice/docker-" ID ".scope/memory.swap.current", "12\n");
	put("fs/system.slice/docker-" ID ".scope/memory.stat",
	    "anon 100\nfile 200\nshmem 30\ninactive_file 1000\n");
	put("fs/system.slice/docker-" ID ".scope/memory.events", "low 0\noom 4\noom_kill 3\n");
	put("fs/system.slice/docker-" ID ".scope/io.stat",
	    "8:0 rbytes=10 wbytes=20 rios=1 wios=2 dbytes=9 dios=9\n253:0 rbytes=5 wbytes=6 rios=1 "
	    "wios=1\n");
	put("fs/system.slice/docker-" ID ".scope/pids.current", "3\n");
	put("fs/system.slice/docker-" ID ".scope/pids.max", "100\n");
	put("fs/system.slice/docker-" ID ".scope/memory.pressure",
	    "some avg10=0.00 avg60=0.00 avg300=0.00 total=50\nfull avg10=0.00 avg60=0.00 "
	    "avg300=0.00 total=40\n");
}

#define DOCKER "/system.slice/docker-" ID ".scope"

static void version_2_tells_all_of_a_container(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;

	(void)state;
	put_v2_container("30");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	assert_int_equal(cgroups_count(groups), 1);
	figures = &find(groups, DOCKER)->figures;
	assert_string_equal(figures->type, "container");
	assert_string_equal(figures->runtime, "docker");
	assert_string_equal(figures->id, ID);
	assert_int_equal(figures->ts_ms, 1000);
	assert_int_equal(figures->cpu_time_ns, 30000);
	assert_int_equal(figures->cpu_user_ns, 20000);
	assert_int_equal(figures->cpu_system_ns, 10000);
	assert_int_equal(figures->throttled_ns, 7000000);
	assert_int_equal(figures->throttled_periods, 2);
	assert_int_equal(figures->memory_bytes, 5000);
	assert_int_equal(figures->memory_peak_bytes, 6000);
	assert_int_equal(figures->memory_working_set_bytes, 4000);
	assert_int_equal(figures->memory_anon_bytes, 100);
	assert_int_equal(figures->memory_file_bytes, 200);
	assert_int_equal(figures->memory_shmem_bytes, 30);
	assert_int_equal(figures->memory_swap_bytes, 12);
	assert_true(figures->memory_limit_bytes == DENET_UNKNOWN);
	assert_int_equal(figures->oom_kills, 3);
	assert_int_equal(figures->disk_read_bytes, 15);
	assert_int_equal(figures->disk_write_bytes, 26);
	assert_int_equal(figures->disk_read_count, 2);
	assert_int_equal(figures->disk_write_count, 3);
	assert_int_equal(figures->pids, 3);
	assert_int_equal(figures->pids_limit, 100);
	assert_int_equal(figures->memory_stall_ns, 50000);
	assert_int_equal(figures->memory_full_stall_ns, 40000);
	assert_true(figures->cpu_stall_ns == DENET_UNKNOWN);
	assert_true(isnan(figures->cpu_usage));
	cgroups_free(groups);
	drop("fs");
}

static void rates_are_those_of_two_looks(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;

	(void)state;
	put_v2_container("1000000");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	put_v2_container("2000000");
	/* Dear figures wait for their time, and keep their rates until then. */
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 10 * NS_PER_S), 0);
	figures = &find(groups, DOCKER)->figures;
	assert_true(fabs(figures->cpu_usage - 50) < 1e-9);
	assert_true(isnan(figures->throttled));
	assert_int_equal(cgroups_look(groups, 4 * NS_PER_S, 4000, 0), 0);
	assert_true(figures->cpu_usage == 0);
	assert_true(figures->throttled == 0);
	/* Neither where no time has passed, nor where a counter fell. */
	assert_int_equal(cgroups_look(groups, 4 * NS_PER_S, 4000, 0), 0);
	assert_true(isnan(figures->cpu_usage));
	put_v2_container("5");
	assert_int_equal(cgroups_look(groups, 5 * NS_PER_S, 5000, 0), 0);
	assert_true(isnan(figures->cpu_usage));
	cgroups_free(groups);
	drop("fs");
}

/* The member's own controllers differ, as runc leaves them; 0:: has no folder of the name. */
static void each_controller_is_read_at_its_own_path(void **state)
{
	struct cgroups *groups;
	const struct cgroup *group;

	(void)state;
	put("proc/77/cgroup",
	    "3:pids:/\n2:memory:/outer/runc-a.scope\n1:cpuacct,cpu:/runc-a.scope\n0::/else\n");
	put("fs/cpuacct/cgroup.procs", "");
	put("fs/cpuacct/runc-a.scope/cgroup.procs", "77\n");
	put("fs/cpuacct/runc-a.scope/cpuacct.usage", "123456789\n");
	put("fs/memory/cgroup.procs", "");
	put("fs/memory/outer/runc-a.scope/memory.usage_in_bytes", "4096\n");
	put("fs/memory/outer/runc-a.scope/memory.limit_in_bytes", "9223372036854771712\n");
	put("fs/memory/outer/runc-a.scope/memory.stat",
	    "cache 1\ntotal_cache 70\ntotal_rss 80\ntotal_inactive_file 5000\n");
	/* Another of the same path: not this one's. */
	put("fs/memory/runc-a.scope/memory.usage_in_bytes", "1\n");
	put("fs/pids/cgroup.procs", "");
	put("fs/pids/runc-a.scope/pids.current", "9\n");
	put("fs/unified/cgroup.controllers", "");
	put("fs/unified/else/cgroup.procs", "");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	group = find(groups, "/runc-a.scope");
	assert_non_null(group);
	assert_int_equal(group->found_in, MOUNT_CPUACCT);
	assert_int_equal(group->figures.cpu_time_ns, 123456789);
	assert_int_equal(group->figures.memory_bytes, 4096);
	assert_true(group->figures.memory_limit_bytes == DENET_UNKNOWN);
	assert_int_equal(group->figures.memory_anon_bytes, 80);
	assert_int_equal(group->figures.memory_file_bytes, 70);
	/* Read one after the other the part may be more than the whole. */
	assert_int_equal(group->figures.memory_working_set_bytes, 0);
	assert_true(group->figures.pids == DENET_UNKNOWN);
	assert_null(group->folders[MOUNT_V2]);
	assert_null(find(groups, "/outer/runc-a.scope"));
	cgroups_free(groups);
	drop("fs");
	drop("proc/77");
}

static void one_that_is_in_two_hierarchies_is_one(void **state)
{
	struct cgroups *groups;
	const struct cgroup *group;

	(void)state;
	put("proc/77/cgroup", "1:cpuacct:/docker/" ID "\n0::/docker/" ID "\n");
	put("fs/cpuacct/cgroup.procs", "");
	put("fs/cpuacct/docker/" ID "/cgroup.procs", "77\n");
	put("fs/cpuacct/docker/" ID "/cpuacct.usage", "5\n");
	put("fs/cpuacct/docker/" ID "/cpuacct.usage_user", "4\n");
	put("fs/unified/cgroup.controllers", "");
	put("fs/unified/docker/" ID "/cgroup.procs", "77\n");
	put("fs/unified/docker/" ID "/cpu.stat", "usage_usec 1\nuser_usec 7\nsystem_usec 8\n");
	put("fs/unified/system.slice/a.service/cgroup.procs", "78\n");
	put("fs/unified/system.slice/a.service/cpu.stat", "usage_usec 4\n");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	assert_int_equal(cgroups_count(groups), 2);
	group = find(groups, "/docker/" ID);
	assert_int_equal(group->figures.cpu_time_ns, 5);
	assert_int_equal(group->figures.cpu_user_ns, 4);
	/* A unit that has no CPU counter of its own in version 1 is found in version 2. */
	assert_int_equal(find(groups, "/system.slice/a.service")->figures.cpu_time_ns, 4000);
	cgroups_free(groups);
	drop("fs");
	drop("proc/77");
}

static void what_no_pattern_knows_counts_where_processes_are(void **state)
{
	struct cgroups *groups;

	(void)state;
	put("fs/cgroup.controllers", "");
	put("fs/plain/cgroup.procs", "1\n");
	put("fs/empty/cgroup.procs", "");
	put("fs/empty/below/cgroup.procs", "1\n");
	put("fs/a.service/cgroup.procs", "");
	put("fs/a.service/part/cgroup.procs", "1\n");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	assert_int_equal(cgroups_count(groups), 3);
	assert_string_equal(find(groups, "/plain")->figures.name, "/plain");
	assert_string_equal(find(groups, "/plain")->figures.type, "cgroup");
	assert_non_null(find(groups, "/empty/below"));
	assert_non_null(find(groups, "/a.service"));
	cgroups_free(groups);
	drop("fs");
}

static void those_that_went_are_forgotten_and_others_come(void **state)
{
	struct cgroups *groups;

	(void)state;
	put("fs/cgroup.controllers", "");
	put("fs/a.service/cgroup.procs", "");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	drop("fs/a.service");
	put("fs/b.service/cgroup.procs", "");
	put("fs/b.service/c.service/cgroup.procs", "");
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2, 0), 0);
	assert_int_equal(cgroups_count(groups), 2);
	assert_null(find(groups, "/a.service"));
	assert_null(find(groups, "/b.service")->figures.parent);
	assert_string_equal(find(groups, "/b.service/c.service")->figures.parent, "b.service");
	cgroups_free(groups);
	drop("fs");
}

/* Where events tell: what they have told of is there at once, the rest is found by a walk now and then. */
static void with_events_walks_are_seldom(void **state)
{
	struct cgroups *groups;

	(void)state;
	put("fs/cgroup.controllers", "");
	put("fs/a.service/cgroup.procs", "");
	put("fs/a.service/cpu.stat", "usage_usec 1\n");
	groups = open_groups();
	cgroups_walk_seldom(groups);
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	put("fs/a.service/cpu.stat", "usage_usec 2\n");
	put("fs/b.service/cgroup.procs", "");
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2, 0), 0);
	assert_int_equal(cgroups_count(groups), 1);
	assert_int_equal(find(groups, "/a.service")->figures.cpu_time_ns, 2000);
	assert_ptr_equal(cgroups_owner(groups, find(groups, "/a.service")->id),
			 find(groups, "/a.service"));
	assert_int_equal(cgroups_look(groups, 31 * NS_PER_S, 16, 0), 0);
	assert_int_equal(cgroups_count(groups), 2);
	drop("fs/b.service");
	assert_int_equal(cgroups_look(groups, 32 * NS_PER_S, 17, 0), 0);
	assert_int_equal(cgroups_count(groups), 2);
	/* As when events were lost. */
	cgroups_walk_next(groups);
	assert_int_equal(cgroups_look(groups, 33 * NS_PER_S, 18, 0), 0);
	assert_int_equal(cgroups_count(groups), 1);
	cgroups_free(groups);
	drop("fs");
}

/* An event has ended it: who was in it is its own for one look more, and nobody's when it is freed. */
static void without_a_walk_owners_that_ended_go(void **state)
{
	struct cgroups *groups;
	uint64_t id;

	(void)state;
	put("fs/cgroup.controllers", "");
	put("fs/a.service/cgroup.procs", "");
	groups = open_groups();
	cgroups_walk_seldom(groups);
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	id = find(groups, "/a.service")->id;
	assert_int_equal(lives_removed(groups, id, 1), 0);
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2, 0), 0);
	assert_ptr_equal(cgroups_owner(groups, id), lives_ended(groups, 0));
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3, 0), 0);
	assert_null(cgroups_owner(groups, id));
	cgroups_free(groups);
	drop("fs");
}

/* One that comes to rest is read once more, so that its rates are told to be none, and then seldom. */
static void dear_counters_of_what_rests_are_read_seldom(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;

	(void)state;
	put_v2_container("1000000");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 5 * NS_PER_S), 0);
	figures = &find(groups, DOCKER)->figures;
	put_v2_container("2000000");
	put("fs/system.slice/docker-" ID ".scope/pids.max", "101\n");
	assert_int_equal(cgroups_look(groups, 6 * NS_PER_S, 6, 5 * NS_PER_S), 0);
	assert_int_equal(figures->pids_limit, 101);
	put("fs/system.slice/docker-" ID ".scope/pids.max", "102\n");
	assert_int_equal(cgroups_look(groups, 11 * NS_PER_S, 11, 5 * NS_PER_S), 0);
	assert_int_equal(figures->pids_limit, 102);
	put("fs/system.slice/docker-" ID ".scope/pids.max", "103\n");
	assert_int_equal(cgroups_look(groups, 16 * NS_PER_S, 16, 5 * NS_PER_S), 0);
	assert_int_equal(figures->pids_limit, 102);
	put("fs/system.slice/docker-" ID ".scope/memory.peak", "6001\n");
	assert_int_equal(cgroups_look(groups, 26 * NS_PER_S, 26, 5 * NS_PER_S), 0);
	assert_int_equal(figures->pids_limit, 103);
	/* Without a use of its own it has no other peak: that file was not asked for. */
	assert_int_equal(figures->memory_peak_bytes, 6000);
	put("fs/system.slice/docker-" ID ".scope/pids.max", "104\n");
	put("fs/system.slice/docker-" ID ".scope/memory.current", "5001\n");
	assert_int_equal(cgroups_look(groups, 41 * NS_PER_S, 41, 5 * NS_PER_S), 0);
	assert_int_equal(figures->pids_limit, 104);
	assert_int_equal(figures->memory_peak_bytes, 6001);
	cgroups_free(groups);
	drop("fs");
}

static void pods_are_around_their_containers(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;

	(void)state;
	put("fs/cgroup.controllers", "");
	put("fs/kubepods/pod12345678-9abc-def0-1234-56789abcdef0/" ID "/cgroup.procs", "");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	assert_int_equal(cgroups_count(groups), 2);
	figures = &find(groups, "/kubepods/pod12345678-9abc-def0-1234-56789abcdef0/" ID)->figures;
	assert_string_equal(figures->pod, "12345678-9abc-def0-1234-56789abcdef0");
	cgroups_free(groups);
	drop("fs");
}

/* As a file of a stranger may be: empty, cut, without numbers. */
static void files_that_say_nothing_leave_it_unknown(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;

	(void)state;
	put("fs/cgroup.controllers", "");
	put("fs/a.service/cgroup.procs", "x\n");
	put("fs/a.service/cpu.stat", "usage_usec\n");
	put("fs/a.service/memory.current", "-1\n");
	put("fs/a.service/memory.stat", "");
	put("fs/a.service/pids.current", "99999999999999999999999\n");
	put("fs/a.service/io.pressure", "some\n");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	figures = &find(groups, "/a.service")->figures;
	assert_true(figures->cpu_time_ns == DENET_UNKNOWN);
	assert_true(figures->memory_bytes == DENET_UNKNOWN);
	assert_true(figures->memory_anon_bytes == DENET_UNKNOWN);
	assert_true(figures->pids == DENET_UNKNOWN);
	assert_true(figures->io_stall_ns == DENET_UNKNOWN);
	cgroups_free(groups);
	drop("fs");
}

static void without_hierarchies_there_are_no_groups(void **state)
{
	struct cgroups *groups;

	(void)state;
	groups = open_groups();
	assert_false(cgroups_has_cgroups(groups));
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1, 0), 0);
	assert_int_equal(cgroups_count(groups), 0);
	cgroups_free(groups);
}

static void mounts_are_found_where_the_kernel_says(void **state)
{
	struct mounts mounts;
	char path[PATH_BYTES];

	(void)state;
	put("proc/self/mountinfo", "30 1 0:27 /docker/x /part rw - cgroup none rw,cpu,cpuacct\n"
				   "31 1 0:28 / /whole\\040mount rw - cgroup none rw,cpuacct,cpu\n"
				   "32 1 0:29 /docker/x /mem rw - cgroup none rw,memory\n"
				   "33 1 0:30 / /v2 rw - cgroup2 none rw\n"
				   "34 1 0:30 / /v2again rw - cgroup2 none rw\n");
	assert_int_equal(mounts_find(&made, NULL, &mounts), 0);
	assert_string_equal(mounts.points[MOUNT_V2], "/v2");
	assert_string_equal(mounts.points[MOUNT_CPUACCT], "/whole mount");
	assert_string_equal(mounts.points[MOUNT_CPU], "/whole mount");
	assert_null(mounts.points[MOUNT_PIDS]);
	assert_true(mounts_folder(&mounts, MOUNT_MEMORY, "/docker/x/y", 11, sizeof(path), path));
	assert_string_equal(path, "/mem/y");
	assert_false(mounts_folder(&mounts, MOUNT_MEMORY, "/docker/xy", 10, sizeof(path), path));
	assert_false(mounts_folder(&mounts, MOUNT_V2, "/../x", 5, sizeof(path), path));
	assert_false(mounts_folder(&mounts, MOUNT_PIDS, "/x", 2, sizeof(path), path));
	mounts_done(&mounts);
	drop("proc/self");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(version_2_tells_all_of_a_container),
		cmocka_unit_test(rates_are_those_of_two_looks),
		cmocka_unit_test(each_controller_is_read_at_its_own_path),
		cmocka_unit_test(one_that_is_in_two_hierarchies_is_one),
		cmocka_unit_test(what_no_pattern_knows_counts_where_processes_are),
		cmocka_unit_test(those_that_went_are_forgotten_and_others_come),
		cmocka_unit_test(with_events_walks_are_seldom),
		cmocka_unit_test(without_a_walk_owners_that_ended_go),
		cmocka_unit_test(dear_counters_of_what_rests_are_read_seldom),
		cmocka_unit_test(pods_are_around_their_containers),
		cmocka_unit_test(files_that_say_nothing_leave_it_unknown),
		cmocka_unit_test(without_hierarchies_there_are_no_groups),
		cmocka_unit_test(mounts_are_found_where_the_kernel_says),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
