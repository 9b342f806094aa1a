/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A monitor without a root: whoever is in a cgroup, by a script. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <cmocka.h>

#include "follow_world.h"

#define MS 1000000ull

static char top[] = "/tmp/denet-follow-XXXXXX";

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

static int begin(void **state)
{
	char text[256];

	(void)state;
	memcpy(top + sizeof(top) - 7, "XXXXXX", 6);
	if (!mkdtemp(top) || mkdir(path_of("self"), 0700) || mkdir(path_of("all"), 0700) ||
	    mkdir(path_of("all/some"), 0700))
		return -1;
	(void)snprintf(text, sizeof(text), "32 20 0:29 / %s/all rw - cgroup2 none rw\n", top);
	put("self/mountinfo", text);
	put("stat", "cpu 0\n");
	put("all/some/cgroup.procs", "");
	return 0;
}

static int end(void **state)
{
	static const char *const names[] = { "all/some/cgroup.procs", "all/some", "all", "stat",
					     "self/mountinfo",	      "self" };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		(void)remove(path_of(names[i]));
	return rmdir(top);
}

static int try_follow(struct world *world, const char *name)
{
	const struct denet_observer observer = observer_of(world);

	world->options.proc_root = top;
	return cgroup_follow(&world->options, &observer, name, scripted_list, &world->monitor,
			     &world->error);
}

static void follow(struct world *world)
{
	if (try_follow(world, "/some"))
		fail_msg("%s", world->error.text);
	assert_int_equal(step(world), 0);
}

static void remove_cgroup(void)
{
	assert_int_equal(remove(path_of("all/some/cgroup.procs")), 0);
	assert_int_equal(rmdir(path_of("all/some")), 0);
}

static void group_is_what_all_in_it_are(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	script_birth(2, "one");
	script_birth(3, "two");
	follow(&world);
	assert_int_equal(world.heard.starts, 1);
	assert_string_equal(world.heard.start_args, "cgroup:/some");
	assert_int_equal(world.heard.process_count, 2);
	assert_int_equal(world.heard.children_count, 2);
	assert_int_equal(denet_monitor_pid(world.monitor), 0);
	assert_true(denet_monitor_is_running(world.monitor));
	assert_int_equal(denet_monitor_signal(world.monitor, 15), -EOPNOTSUPP);
	script_use(2, 30 * MS);
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_true(world.heard.root_usage > 29 && world.heard.root_usage < 31);
	assert_false(world.heard.is_root_over);
	script_exit(2, 0);
	assert_int_equal(step_after_ms(&world, 100), 0);
	script_exit(3, 0);
	assert_int_equal(step_after_ms(&world, 100), 1);
	assert_false(denet_monitor_is_running(world.monitor));
	assert_int_equal(world.heard.exits, 0);
	summary = summary_of(&world);
	assert_int_equal(summary.used.cpu_time_ns, 30 * MS);
	assert_int_equal(summary.processes_total, 2);
	assert_true(summary.end.unseen);
	end_world(&world);
}

static void empty_one_is_waited_for(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	follow(&world);
	for (int i = 0; i < 20; i++)
		assert_int_equal(step_after_ms(&world, 100), 0);
	script_birth(2, "late");
	assert_int_equal(step_after_ms(&world, 1000), 0);
	assert_int_equal(world.heard.process_count, 1);
	script_exit(2, 0);
	assert_int_equal(step_after_ms(&world, 1000), 1);
	assert_int_equal(summary_of(&world).processes_total, 1);
	end_world(&world);
}

static void one_that_is_removed_is_over(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	follow(&world);
	remove_cgroup();
	assert_int_equal(step_after_ms(&world, 1000), 1);
	assert_int_equal(summary_of(&world).processes_total, 0);
	end_world(&world);
}

/* The account of one that was moved in, with two threads, and then out again. */
static void tell_left(uint64_t id)
{
	struct process_account *account;

	script_exit(id, 0);
	account = &script.news[script.news_count - 1].account;
	account->flags = ACCOUNT_JOINED | ACCOUNT_LEFT | ACCOUNT_PARTIAL;
	account->threads_total = 3;
	account->used.cpu_time_ns = (__u64)-5 + 20 * MS + 5;
}

static void who_has_left_goes_on(void **state)
{
	struct denet_summary summary;
	struct world world;

	(void)state;
	init_world(&world);
	script_birth(2, "mover");
	script_birth(3, "stays");
	follow(&world);
	tell_left(2);
	assert_int_equal(step_after_ms(&world, 100), 0);
	assert_int_equal(world.heard.processes, 1);
	assert_true(world.heard.ended[0].is_running);
	assert_true(world.heard.ended[0].is_partial);
	assert_true(world.heard.ended[0].is_exact);
	assert_false(world.heard.ended[0].end.known);
	assert_int_equal(world.heard.ended[0].threads_total, 2);
	assert_int_equal(world.heard.ended[0].used.cpu_time_ns, 20 * MS);
	script_exit(3, 0);
	assert_int_equal(step_after_ms(&world, 100), 1);
	summary = summary_of(&world);
	assert_int_equal(summary.processes_running, 1);
	assert_int_equal(summary.survivors_count, 1);
	assert_int_equal(summary.ends_unknown, 0);
	end_world(&world);
}

static void refuse(const char *name, int r, const char *word)
{
	struct world world;

	init_world(&world);
	world.options.exclude_children = strcmp(word, "children") == 0;
	world.options.since_process_start = strcmp(word, "from now on") == 0;
	assert_int_equal(try_follow(&world, name), r);
	assert_non_null(strstr(world.error.text, word));
	assert_null(world.monitor);
	assert_int_equal(script.opened, 0);
	end_world(&world);
}

static void what_has_no_meaning_is_refused(void **state)
{
	(void)state;
	refuse("/other", -ENOENT, "'/other'");
	refuse("", -EINVAL, "name");
	refuse("/some", -EINVAL, "children");
	refuse("/some", -EINVAL, "from now on");
}

/* Of two ways that fail the better one says what is missing. */
static void source_that_fails_says_why(void **state)
{
	struct world world;

	(void)state;
	init_world(&world);
	script.seed_error = -EPERM;
	assert_int_equal(try_follow(&world, "/some"), -EPERM);
	assert_non_null(strstr(world.error.text, "cannot be followed"));
	end_world(&world);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, begin, end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(group_is_what_all_in_it_are),    TEST(empty_one_is_waited_for),
		TEST(one_that_is_removed_is_over),    TEST(who_has_left_goes_on),
		TEST(what_has_no_meaning_is_refused), TEST(source_that_fails_says_why),
	};

	return cmocka_run_group_tests_name("follow_cgroup", tests, NULL, NULL);
}
