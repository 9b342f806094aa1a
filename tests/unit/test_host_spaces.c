/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Connections of groups: each namespace once, seldom, in turns, and none of whoever is in ours. */
#include "host/spaces.h"

#include "made_cgroups.h"
#include "util/units.h"

#define OTHER "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
#define WEB "/docker/" ID
#define SIDE "/docker/" OTHER
#define REST " 00000000:00000000 00:00000000 00000000     0        0 0 1 0 100 0 0 10 0\n"
#define LISTENS "   0: 00000000:0050 00000000:0000 0A" REST
#define CAME "   1: 0200000A:0050 0300000A:C001 01" REST
#define WENT "   2: 0200000A:C001 0300000A:0050 08" REST

static void put_group(const char *path, const char *pid, const char *tcp)
{
	char name[PATH_BYTES];

	put("fs/cgroup.controllers", "");
	(void)snprintf(name, sizeof(name), "fs%s/cgroup.procs", path);
	put(name, pid);
	(void)snprintf(name, sizeof(name), "proc/%s/net/tcp", pid);
	put(name, tcp);
	(void)snprintf(name, sizeof(name), "proc/%s/net/dev", pid);
	put(name, "");
}

/* A namespace is known by its file of interfaces. */
static void share(const char *pid, const char *with)
{
	char path[PATH_BYTES], target[PATH_BYTES];

	(void)snprintf(path, sizeof(path), "%s/proc/%s/net/dev", folder, pid);
	(void)snprintf(target, sizeof(target), "%s", with);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(symlink(target, path), 0);
}

static struct cgroups *look(void)
{
	struct cgroups *groups;

	assert_int_equal(cgroups_new(&made, cgroup_root, &groups), 0);
	assert_int_equal(cgroups_look(groups, NS_PER_S, 1000, 0), 0);
	return groups;
}

static int take(struct spaces *spaces, const struct cgroups *groups, uint64_t seconds, bool is_all)
{
	return spaces_take(spaces, &made, groups, seconds * NS_PER_S, seconds * 1000, is_all);
}

static void finish(struct spaces *spaces, struct cgroups *groups)
{
	spaces_done(spaces);
	cgroups_free(groups);
	drop("fs");
	drop("proc");
}

static void a_namespace_is_told_whole_and_by_its_listeners(void **state)
{
	struct spaces spaces = { 0 };
	const struct host_connections *all, *web;
	struct cgroups *groups;

	(void)state;
	put_group(WEB, "77", LISTENS CAME CAME WENT);
	put("proc/net/tcp", CAME);
	groups = look();
	assert_int_equal(take(&spaces, groups, 1, true), 0);
	assert_int_equal(cgroups_get(groups, 0)->connections->count, 2);
	all = &cgroups_get(groups, 0)->connections->rows[0].figures;
	web = &cgroups_get(groups, 0)->connections->rows[1].figures;
	assert_null(all->listening);
	assert_string_equal(all->group, "0123456789ab");
	assert_string_equal(all->cgroup, WEB);
	assert_string_equal(all->counted, "exact");
	assert_int_equal(all->established, 2);
	assert_int_equal(all->close_wait, 1);
	assert_int_equal(all->ts_ms, 1000);
	assert_string_equal(web->listening, "0.0.0.0:80");
	assert_int_equal(web->established, 2);
	assert_int_equal(web->close_wait, 0);
	assert_int_equal(web->listeners, 1);
	/* The machine's own has no group. */
	assert_null(spaces.own->rows[0].figures.group);
	assert_int_equal(spaces.own->rows[0].figures.established, 1);
	finish(&spaces, groups);
}

/* As a pod's containers do. */
static void who_shares_one_has_it_once(void **state)
{
	struct spaces spaces = { 0 };
	struct cgroups *groups;

	(void)state;
	put_group(WEB, "77", CAME);
	put_group(SIDE, "78", CAME);
	share("78", "../../77/net/dev");
	put("proc/net/tcp", "");
	groups = look();
	assert_int_equal(take(&spaces, groups, 1, true), 0);
	assert_string_equal(cgroups_get(groups, 0)->path, WEB);
	assert_non_null(cgroups_get(groups, 0)->connections);
	assert_null(cgroups_get(groups, 1)->connections);
	finish(&spaces, groups);
}

static void who_is_in_ours_has_none(void **state)
{
	struct spaces spaces = { 0 };
	struct cgroups *groups;

	(void)state;
	put_group(WEB, "77", CAME);
	share("77", "/proc/self/net/dev");
	put("proc/net/tcp", CAME);
	groups = look();
	assert_int_equal(take(&spaces, groups, 1, true), 0);
	assert_null(cgroups_get(groups, 0)->connections);
	assert_int_equal(spaces.own->rows[0].figures.established, 1);
	finish(&spaces, groups);
}

static void each_is_counted_seldom(void **state)
{
	struct spaces spaces = { 0 };
	const struct cgroup *group;
	struct cgroups *groups;

	(void)state;
	put_group(WEB, "77", CAME);
	put("proc/net/tcp", "");
	groups = look();
	group = cgroups_get(groups, 0);
	assert_int_equal(take(&spaces, groups, 1, true), 0);
	put("proc/77/net/tcp", CAME CAME);
	assert_int_equal(take(&spaces, groups, 9, true), 0);
	assert_int_equal(group->connections->rows[0].figures.established, 1);
	/* While it rests from what it has cost. */
	spaces.rest_mono_ns = 20 * NS_PER_S;
	assert_int_equal(take(&spaces, groups, 19, false), 0);
	assert_int_equal(group->connections->rows[0].figures.established, 1);
	assert_int_equal(take(&spaces, groups, 20, false), 0);
	assert_true(spaces.rest_mono_ns > 20 * NS_PER_S);
	assert_int_equal(take(&spaces, groups, 40, true), 0);
	assert_int_equal(group->connections->rows[0].figures.established, 2);
	/* What cannot be read is not taken for nothing. */
	drop("proc/77");
	assert_int_equal(take(&spaces, groups, 60, true), 0);
	assert_int_equal(group->connections->rows[0].figures.established, 2);
	assert_int_equal(group->connections->rows[0].figures.ts_ms, 40000);
	finish(&spaces, groups);
}

/* However dear one is, the next look begins behind it. */
static void all_have_their_turn(void **state)
{
	struct spaces spaces = { 0 };
	struct cgroups *groups;
	uint64_t seconds = 1;

	(void)state;
	put_group(WEB, "77", CAME);
	put_group(SIDE, "78", CAME);
	put("proc/net/tcp", CAME);
	groups = look();
	while (!cgroups_get(groups, 0)->connections || !cgroups_get(groups, 1)->connections ||
	       !spaces.own) {
		assert_true(seconds++ < 10);
		spaces.rest_mono_ns = 0;
		assert_int_equal(take(&spaces, groups, seconds, false), 0);
	}
	finish(&spaces, groups);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_namespace_is_told_whole_and_by_its_listeners),
		cmocka_unit_test(who_shares_one_has_it_once),
		cmocka_unit_test(who_is_in_ours_has_none),
		cmocka_unit_test(each_is_counted_seldom),
		cmocka_unit_test(all_have_their_turn),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
