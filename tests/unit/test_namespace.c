/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/namespace.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static void link_at(const char *root, const char *name, const char *target)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/self/ns/%s", root, name);
	assert_int_equal(symlink(target, path), 0);
}

static void forget(const char *root, const char *name)
{
	char path[128];

	(void)snprintf(path, sizeof(path), "%s/%s", root, name);
	assert_int_equal(remove(path), 0);
}

static void first_ones_are_known_by_their_inodes(void **state)
{
	char root[] = "/tmp/denet-test-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(root));
	(void)snprintf(path, sizeof(path), "%s/self", root);
	assert_int_equal(mkdir(path, 0700), 0);
	(void)snprintf(path, sizeof(path), "%s/self/ns", root);
	assert_int_equal(mkdir(path, 0700), 0);
	link_at(root, "user", "user:[4026531837]");
	link_at(root, "pid", "pid:[4026532000]");
	link_at(root, "uts", "uts:[4026531838]");
	assert_int_equal(namespace_is_first(root, "user"), 1);
	assert_int_equal(namespace_is_first(root, "pid"), 0);
	assert_int_equal(namespace_is_first(root, "uts"), -EINVAL);
	assert_int_equal(namespace_is_first(root, "time"), -ENOENT);
	assert_int_equal(namespace_is_first("/nonexistent", "user"), -ENOENT);
	forget(root, "self/ns/user");
	forget(root, "self/ns/pid");
	forget(root, "self/ns/uts");
	forget(root, "self/ns");
	forget(root, "self");
	assert_int_equal(rmdir(root), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(first_ones_are_known_by_their_inodes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
