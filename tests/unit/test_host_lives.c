/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What comes and goes between two looks: births, last figures, ends. */
#include "host/lives.h"

#include <math.h>

#include "denet/system.h"
#include "made_lives.h"
#include "util/units.h"

static void one_between_two_looks_is_told_whole(void **state)
{
	struct cgroups *groups = look_once();
	const struct host_group *figures;
	uint64_t id;

	(void)state;
	put_short("0");
	id = id_of(SHORT + 1);
	assert_int_equal(lives_populated(groups, id, SHORT, NS_PER_S, 1100), 0);
	put_short("700");
	lives_emptied(groups, id, 0, 2 * NS_PER_S, 1800);
	/* The last slice is counted a little later. */
	put_short("705");
	/* Its folders are complete by now. */
	assert_int_equal(lives_settle(groups, 2 * NS_PER_S + 1), 2 * NS_PER_S + 3 * NS_PER_MS);
	assert_true(lives_settle(groups, 2 * NS_PER_S + 3 * NS_PER_MS) == LIVES_NEVER);
	drop("fs/docker");
	assert_int_equal(lives_removed(groups, id, 1900), 0);
	assert_int_equal(lives_waiting(groups), 1);
	assert_int_equal(lives_ended_count(groups), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_int_equal(cgroups_count(groups), 0);
	assert_int_equal(lives_ended_count(groups), 1);
	figures = &lives_ended(groups, 0)->figures;
	assert_string_equal(figures->runtime, "docker");
	assert_int_equal(figures->cpu_time_ns, 705000);
	assert_int_equal(figures->memory_peak_bytes, 4096);
	assert_int_equal(figures->started_ms, 1100);
	assert_int_equal(figures->ended_ms, 1800);
	assert_true(figures->is_final);
	/* Accounts of processes come after the look, and find it still. */
	assert_ptr_equal(cgroups_owner(groups, id), lives_ended(groups, 0));
	assert_int_equal(cgroups_look(groups, 4 * NS_PER_S, 4000, 0), 0);
	assert_int_equal(lives_ended_count(groups), 0);
	assert_null(cgroups_owner(groups, id));
	cgroups_free(groups);
	drop("fs");
}

/* The first figures at emptiness stand where it is removed before the second. */
static void one_that_is_removed_at_once_has_its_first_last_figures(void **state)
{
	struct cgroups *groups = look_once();
	uint64_t id;

	(void)state;
	put_short("8");
	id = id_of(SHORT + 1);
	assert_int_equal(lives_populated(groups, id, SHORT, NS_PER_S, 1100), 0);
	lives_emptied(groups, id, 0, 2 * NS_PER_S, 1800);
	assert_int_equal(lives_removed(groups, id, 1800), 0);
	assert_true(lives_settle(groups, 2 * NS_PER_S) == LIVES_NEVER);
	drop("fs/docker");
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_int_equal(lives_ended(groups, 0)->figures.cpu_time_ns, 8000);
	assert_true(lives_ended(groups, 0)->figures.is_final);
	cgroups_free(groups);
	drop("fs");
}

/* Its folders went before its emptiness was heard of: the kernel told its peak with that. */
static void one_that_is_gone_when_it_is_emptied_has_its_peak(void **state)
{
	struct cgroups *groups = look_once();
	const struct cgroup *group;
	uint64_t id;

	(void)state;
	put_short("8");
	id = id_of(SHORT + 1);
	assert_int_equal(lives_populated(groups, id, SHORT, NS_PER_S, 1100), 0);
	drop("fs/docker");
	lives_emptied(groups, id, 8192, 2 * NS_PER_S, 1800);
	assert_int_equal(lives_removed(groups, id, 1900), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	group = lives_ended(groups, 0);
	assert_int_equal(group->figures.memory_peak_bytes, 8192);
	assert_int_equal(group->figures.ended_ms, 1800);
	assert_true(group->has_last_peak);
	assert_false(group->figures.is_final);
	cgroups_free(groups);
	drop("fs");
}

/* From 7.0 on a cgroup may be removed before its last task has left it. */
static void a_peak_that_comes_behind_the_end_is_told(void **state)
{
	struct cgroups *groups = look_once();
	uint64_t id;

	(void)state;
	put_short("8");
	id = id_of(SHORT + 1);
	assert_int_equal(lives_populated(groups, id, SHORT, NS_PER_S, 1100), 0);
	drop("fs/docker");
	assert_int_equal(lives_removed(groups, id, 1900), 0);
	lives_emptied(groups, id, 8192, 2 * NS_PER_S, 1901);
	lives_emptied(groups, id + 1, 9999, 2 * NS_PER_S, 1901);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_int_equal(lives_ended(groups, 0)->figures.memory_peak_bytes, 8192);
	assert_true(lives_ended(groups, 0)->has_last_peak);
	/* It has been told. */
	lives_emptied(groups, id, 9999, 4 * NS_PER_S, 4000);
	assert_int_equal(lives_ended(groups, 0)->figures.memory_peak_bytes, 8192);
	cgroups_free(groups);
	drop("fs");
}

static void folder_of(const char *below, char ret_folder[PATH_BYTES])
{
	(void)snprintf(ret_folder, PATH_BYTES, "%s/fs%s", folder, below);
}

/* Where folders are all that is heard of, its end comes when nothing can be read: what was read until then stands. */
static void one_whose_folder_alone_is_heard_of_has_a_lower_bound(void **state)
{
	struct cgroups *groups = look_once();
	const struct host_group *figures;
	char path[PATH_BYTES];

	(void)state;
	folder_of(SHORT, path);
	put_short("0");
	assert_int_equal(lives_born_at(groups, path, NS_PER_S, 1100), 0);
	assert_int_equal(lives_born_at(groups, path, NS_PER_S, 1100), 0);
	put_short("300");
	assert_true(lives_settle(groups, NS_PER_S + 32 * NS_PER_MS) == NS_PER_S + 64 * NS_PER_MS);
	put_short("700");
	drop("fs/docker");
	assert_int_equal(lives_gone_at(groups, path, 1900), 0);
	assert_int_equal(lives_gone_at(groups, path, 1901), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_int_equal(lives_ended_count(groups), 1);
	figures = &lives_ended(groups, 0)->figures;
	assert_string_equal(figures->runtime, "docker");
	assert_int_equal(figures->cpu_time_ns, 300000);
	assert_int_equal(figures->started_ms, 1100);
	assert_int_equal(figures->ended_ms, 1900);
	assert_false(figures->is_final);
	cgroups_free(groups);
	drop("fs");
}

/* Version 2 tells that as well. */
static void one_whose_emptiness_is_heard_of_is_whole(void **state)
{
	struct cgroups *groups = look_once();
	char path[PATH_BYTES];

	(void)state;
	folder_of(SHORT, path);
	put_short("0");
	assert_int_equal(lives_born_at(groups, path, NS_PER_S, 1100), 0);
	put_short("700");
	lives_emptied_at(groups, path, 2 * NS_PER_S, 1800);
	folder_of("/nothing", path);
	lives_emptied_at(groups, path, 2 * NS_PER_S, 1800);
	drop("fs/docker");
	folder_of(SHORT, path);
	assert_int_equal(lives_gone_at(groups, path, 1900), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_int_equal(lives_ended(groups, 0)->figures.cpu_time_ns, 700000);
	assert_int_equal(lives_ended(groups, 0)->figures.ended_ms, 1800);
	assert_true(lives_ended(groups, 0)->figures.is_final);
	cgroups_free(groups);
	drop("fs");
}

static void one_that_is_gone_at_its_birth_has_a_name(void **state)
{
	struct cgroups *groups = look_once();
	const struct host_group *figures;

	(void)state;
	assert_int_equal(lives_populated(groups, 4711, SHORT, NS_PER_S, 1100), 0);
	assert_int_equal(lives_removed(groups, 4711, 1101), 0);
	assert_int_equal(lives_removed(groups, 4712, 1101), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_int_equal(lives_ended_count(groups), 1);
	figures = &lives_ended(groups, 0)->figures;
	assert_string_equal(figures->id, ID);
	assert_true(figures->cpu_time_ns == DENET_UNKNOWN);
	assert_false(figures->is_final);
	cgroups_free(groups);
	drop("fs");
}

/* Another of that name has come since: it is told of by an event of its own. */
static void a_folder_that_is_another_now_is_not_taken(void **state)
{
	struct cgroups *groups = look_once();

	(void)state;
	put_short("8");
	assert_int_equal(lives_populated(groups, id_of(SHORT + 1) + 1, SHORT, NS_PER_S, 1100), 0);
	assert_int_equal(lives_removed(groups, id_of(SHORT + 1) + 1, 1100), 0);
	assert_int_equal(lives_waiting(groups), 0);
	cgroups_free(groups);
	drop("fs");
}

/* CPU and memory have a hierarchy each, with nobody in it. */
static struct cgroups *open_by_v1(void)
{
	put("fs/cpuacct/cgroup.procs", "");
	put("fs/memory/cgroup.procs", "");
	return open_groups();
}

/* Its process comes into one hierarchy behind another, and may live for some milliseconds. */
static void folders_that_come_late_are_found_while_it_lives(void **state)
{
	struct cgroups *groups;
	uint64_t id;

	(void)state;
	groups = open_by_v1();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	put("fs/cpuacct/runc-a.scope/cgroup.procs", "77\n");
	put("fs/cpuacct/runc-a.scope/cpuacct.usage", "123\n");
	put("fs/memory/outer/runc-a.scope/memory.max_usage_in_bytes", "4096\n");
	put("proc/77/cgroup", "2:memory:/outer\n1:cpuacct:/runc-a.scope\n");
	id = id_of("cpuacct/runc-a.scope");
	assert_int_equal(lives_populated(groups, id, "/runc-a.scope", 2 * NS_PER_S, 2000), 0);
	put("proc/77/cgroup", "2:memory:/outer/runc-a.scope\n1:cpuacct:/runc-a.scope\n");
	assert_int_equal(lives_settle(groups, 2 * NS_PER_S), 2 * NS_PER_S + 2 * NS_PER_MS);
	assert_int_equal(lives_settle(groups, 2 * NS_PER_S + 2 * NS_PER_MS),
			 2 * NS_PER_S + 4 * NS_PER_MS);
	put("fs/cpuacct/runc-a.scope/cgroup.procs", "");
	lives_emptied(groups, id, 0, 2 * NS_PER_S + 3 * NS_PER_MS, 2003);
	assert_int_equal(lives_removed(groups, id, 2003), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_int_equal(lives_ended_count(groups), 1);
	assert_int_equal(lives_ended(groups, 0)->figures.memory_peak_bytes, 4096);
	cgroups_free(groups);
	drop("fs");
	drop("proc");
}

/* Its process is in none of the other hierarchy when it is asked: the folder stands there, and fills later. */
static void a_folder_of_its_name_elsewhere_is_no_second_group(void **state)
{
	struct cgroups *groups;
	uint64_t id;

	(void)state;
	groups = open_by_v1();
	put("fs/cpuacct/a.service/cgroup.procs", "77\n");
	put("fs/cpuacct/a.service/cpuacct.usage", "123\n");
	put("proc/77/cgroup", "2:memory:/\n1:cpuacct:/a.service\n");
	id = id_of("cpuacct/a.service");
	assert_int_equal(lives_populated(groups, id, "/a.service", NS_PER_S, 1000), 0);
	put("fs/memory/a.service/cgroup.procs", "77\n");
	put("fs/memory/a.service/memory.usage_in_bytes", "4096\n");
	put("proc/77/cgroup", "2:memory:/a.service\n1:cpuacct:/a.service\n");
	for (unsigned int i = 2; i < 4; i++) {
		assert_int_equal(cgroups_look(groups, i * NS_PER_S, 2000, 0), 0);
		assert_int_equal(cgroups_count(groups), 1);
		assert_int_equal(cgroups_get(groups, 0)->figures.memory_bytes, 4096);
	}
	cgroups_free(groups);
	drop("fs");
	drop("proc");
}

static void without_an_event_the_figures_are_those_of_the_last_look(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;
	uint64_t id;

	(void)state;
	put_short("9");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	id = id_of(SHORT + 1);
	drop("fs/docker");
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2000, 0), 0);
	assert_int_equal(lives_ended_count(groups), 1);
	assert_ptr_equal(cgroups_owner(groups, id), lives_ended(groups, 0));
	figures = &lives_ended(groups, 0)->figures;
	assert_int_equal(figures->cpu_time_ns, 9000);
	assert_false(figures->is_final);
	assert_true(figures->started_ms == DENET_UNKNOWN);
	assert_int_equal(figures->ended_ms, 2000);
	cgroups_free(groups);
	drop("fs");
}

static void what_is_empty_may_go_on(void **state)
{
	struct cgroups *groups;
	const struct cgroup *group;
	uint64_t id;

	(void)state;
	put_short("1000000");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	id = id_of(SHORT + 1);
	put_short("1500000");
	lives_emptied(groups, id, 0, 2 * NS_PER_S, 2000);
	group = cgroups_get(groups, 0);
	assert_true(group->figures.is_final);
	assert_int_equal(lives_populated(groups, id, SHORT, NS_PER_S, 2001), 0);
	assert_false(group->figures.is_final);
	assert_true(group->figures.ended_ms == DENET_UNKNOWN);
	assert_true(lives_settle(groups, 3 * NS_PER_S) == LIVES_NEVER);
	/* Rates are of two looks, whatever was read between. */
	put_short("2000000");
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_true(fabs(group->figures.cpu_usage - 50) < 1e-9);
	assert_int_equal(lives_ended_count(groups), 0);
	cgroups_free(groups);
	drop("fs");
}

static void one_without_a_name_counts_by_its_process(void **state)
{
	struct cgroups *groups = look_once();

	(void)state;
	put("fs/plain/inner/cpu.stat", "usage_usec 3\n");
	assert_int_equal(
		lives_populated(groups, id_of("plain/inner"), "/plain/inner", NS_PER_S, 1100), 0);
	/* That of the folder around it: no process was in that itself. */
	assert_int_equal(lives_populated(groups, id_of("plain"), "/plain", NS_PER_S, 1100), 0);
	lives_emptied(groups, id_of("plain/inner"), 0, 2 * NS_PER_S, 1200);
	assert_int_equal(lives_removed(groups, id_of("plain/inner"), 1201), 0);
	drop("fs/plain");
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_string_equal(lives_ended(groups, 0)->path, "/plain/inner");
	assert_int_equal(lives_ended(groups, 0)->figures.cpu_time_ns, 3000);
	cgroups_free(groups);
	drop("fs");
}

static void put_network(const char *bytes)
{
	char text[256];

	(void)snprintf(
		text, sizeof(text),
		"Inter-|   Receive                                                |  Transmit\n"
		" face |bytes    packets errs drop fifo frame compressed multicast|bytes\n"
		"    lo: 9 0 0 0 0 0 0 0 9 0 0 0 0 0 0 0\n"
		"  eth0: %s 0 0 0 0 0 0 0 20 0 0 0 0 0 0 0\n",
		bytes);
	put("proc/77/net/dev", text);
}

/* A descriptor holds the namespace: what is read of it at the end needs no process. */
static void its_network_is_told_to_the_end(void **state)
{
	struct cgroups *groups;
	const struct host_group *figures;
	uint64_t id;

	(void)state;
	put_short("9");
	put("fs" SHORT "/cgroup.procs", "77\n");
	put_network("1000");
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	figures = &cgroups_get(groups, 0)->figures;
	assert_int_equal(figures->net_recv_bytes, 1000);
	assert_int_equal(figures->net_sent_bytes, 20);
	/* An interface went. */
	put_network("900");
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2000, 0), 0);
	assert_int_equal(figures->net_recv_bytes, 1000);
	put_network("3000");
	put("fs" SHORT "/cgroup.procs", "");
	id = id_of(SHORT + 1);
	lives_emptied(groups, id, 0, 3 * NS_PER_S, 3000);
	assert_int_equal(figures->net_recv_bytes, 3000);
	assert_int_equal(cgroups_get(groups, 0)->net_fd, -1);
	cgroups_free(groups);
	drop("fs");
	drop("proc");
}

/* That of a process in ours is the machine's. */
static void a_group_in_our_namespace_has_no_network_of_its_own(void **state)
{
	struct cgroups *groups;
	char path[PATH_BYTES];

	(void)state;
	put_short("9");
	put("fs" SHORT "/cgroup.procs", "77\n");
	put_network("1000");
	(void)snprintf(path, sizeof(path), "%s/proc/77/net/dev", folder);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink("/proc/self/net/dev", path), 0);
	groups = open_groups();
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	assert_true(cgroups_get(groups, 0)->figures.net_recv_bytes == DENET_UNKNOWN);
	cgroups_free(groups);
	drop("fs");
	drop("proc");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_between_two_looks_is_told_whole),
		cmocka_unit_test(one_that_is_removed_at_once_has_its_first_last_figures),
		cmocka_unit_test(one_that_is_gone_when_it_is_emptied_has_its_peak),
		cmocka_unit_test(a_peak_that_comes_behind_the_end_is_told),
		cmocka_unit_test(one_whose_folder_alone_is_heard_of_has_a_lower_bound),
		cmocka_unit_test(one_whose_emptiness_is_heard_of_is_whole),
		cmocka_unit_test(one_that_is_gone_at_its_birth_has_a_name),
		cmocka_unit_test(a_folder_that_is_another_now_is_not_taken),
		cmocka_unit_test(folders_that_come_late_are_found_while_it_lives),
		cmocka_unit_test(a_folder_of_its_name_elsewhere_is_no_second_group),
		cmocka_unit_test(without_an_event_the_figures_are_those_of_the_last_look),
		cmocka_unit_test(what_is_empty_may_go_on),
		cmocka_unit_test(one_without_a_name_counts_by_its_process),
		cmocka_unit_test(its_network_is_told_to_the_end),
		cmocka_unit_test(a_group_in_our_namespace_has_no_network_of_its_own),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
