/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What was in a group, around it or of it when that is gone. */
#include "host/lives.h"

#include "made_lives.h"
#include "util/units.h"

/* One that is no group of its own, in a group that lives. */
static void a_folder_within_that_is_removed_is_gone(void **state)
{
	struct cgroups *groups = look_once();
	uint64_t outer, inner;

	(void)state;
	put_short("8");
	put("fs" SHORT "/sub/cgroup.procs", "");
	outer = id_of(SHORT + 1);
	inner = id_of("docker/" ID "/sub");
	assert_int_equal(lives_populated(groups, inner, SHORT "/sub", NS_PER_S, 1100), 0);
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2000, 0), 0);
	assert_non_null(cgroups_owner(groups, inner));
	cgroups_walk_seldom(groups);
	assert_int_equal(lives_removed(groups, inner, 2100), 0);
	assert_int_equal(lives_removed(groups, inner, 2100), 0);
	for (int i = 3; i < 5; i++) {
		assert_int_equal(cgroups_look(groups, (uint64_t)i * NS_PER_S, 3000, 0), 0);
		assert_ptr_equal(cgroups_owner(groups, inner), cgroups_owner(groups, outer));
		assert_true(cgroups_is_gone(groups, inner) == (i == 4));
	}
	assert_int_equal(cgroups_look(groups, 5 * NS_PER_S, 5000, 0), 0);
	assert_null(cgroups_owner(groups, inner));
	assert_false(cgroups_is_gone(groups, inner));
	/* And when that ends meanwhile. */
	put("fs" SHORT "/two/cgroup.procs", "");
	inner = id_of("docker/" ID "/two");
	assert_int_equal(lives_populated(groups, inner, SHORT "/two", 5 * NS_PER_S, 5100), 0);
	assert_int_equal(lives_removed(groups, inner, 5200), 0);
	drop("fs/docker");
	assert_int_equal(lives_removed(groups, outer, 5300), 0);
	for (int i = 6; i < 10; i++) {
		assert_int_equal(cgroups_look(groups, (uint64_t)i * NS_PER_S, 6000, 0), 0);
		assert_true((cgroups_owner(groups, inner) != NULL) == (i == 6));
	}
	cgroups_free(groups);
	drop("fs");
}

static void an_end_that_is_heard_of_behind_the_look_that_found_it_leaves_nothing(void **state)
{
	struct cgroups *groups = look_once();
	uint64_t id, inner;

	(void)state;
	put_short("8");
	put("fs" SHORT "/sub/cgroup.procs", "");
	id = id_of(SHORT + 1);
	inner = id_of("docker/" ID "/sub");
	assert_int_equal(lives_populated(groups, inner, SHORT "/sub", NS_PER_S, 1100), 0);
	drop("fs/docker");
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2000, 0), 0);
	assert_int_equal(lives_ended_count(groups), 1);
	assert_int_equal(lives_removed(groups, inner, 2100), 0);
	assert_int_equal(lives_removed(groups, id, 2101), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_int_equal(lives_ended_count(groups), 0);
	assert_null(cgroups_owner(groups, inner));
	assert_null(cgroups_owner(groups, id));
	cgroups_free(groups);
	drop("fs");
}

/* Of what was in it nothing has been heard, or was lost. */
static void a_group_whose_outer_one_ended_first_stands_alone(void **state)
{
	struct cgroups *groups = look_once();
	uint64_t outer, inner;

	(void)state;
	put_short("8");
	put("fs" SHORT SHORT "/cgroup.procs", "");
	outer = id_of(SHORT + 1);
	inner = id_of("docker/" ID SHORT);
	assert_int_equal(lives_populated(groups, outer, SHORT, NS_PER_S, 1100), 0);
	assert_int_equal(lives_populated(groups, inner, SHORT SHORT, NS_PER_S, 1100), 0);
	assert_int_equal(cgroups_look(groups, 2 * NS_PER_S, 2000, 0), 0);
	assert_int_equal(cgroups_count(groups), 2);
	assert_non_null(cgroups_owner(groups, inner)->around);
	cgroups_walk_seldom(groups);
	assert_int_equal(lives_removed(groups, outer, 2100), 0);
	assert_int_equal(cgroups_look(groups, 3 * NS_PER_S, 3000, 0), 0);
	assert_non_null(cgroups_owner(groups, inner)->around);
	assert_int_equal(cgroups_look(groups, 4 * NS_PER_S, 4000, 0), 0);
	assert_int_equal(cgroups_count(groups), 1);
	assert_null(cgroups_owner(groups, inner)->around);
	cgroups_free(groups);
	drop("fs");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_folder_within_that_is_removed_is_gone),
		cmocka_unit_test(a_group_whose_outer_one_ended_first_stands_alone),
		cmocka_unit_test(
			an_end_that_is_heard_of_behind_the_look_that_found_it_leaves_nothing),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
