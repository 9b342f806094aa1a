/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "procfs/cgroup_file.h"
#include "procfs/procfs.h"

static void assert_path(const char *text, const char *expected)
{
	char path[64] = "";

	assert_int_equal(cgroup_file_parse(text, strlen(text), sizeof(path), path), 0);
	assert_string_equal(path, expected);
}

static void the_path_of_the_unified_hierarchy_comes_first(void **state)
{
	(void)state;
	assert_path("0::/user.slice/a b\n", "/user.slice/a b");
	assert_path("4:cpu,memory:/v1\n0::/v2\n", "/v2");
	assert_path("4:memory:/docker/1:2\n1:name=systemd:/x\n0::/\n", "/docker/1:2");
	assert_path("4:memory:/v1", "/v1");
	assert_path("0::/\n", "/");
}

static void what_is_no_line_of_it_is_passed_over(void **state)
{
	static const char *const texts[] = { "",	 "\n",	 "0:", "4:memory_not:/x\n",
					     "10::/x\n", "0::\n" };
	char path[8];

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_int_equal(cgroup_file_parse(texts[i], strlen(texts[i]), sizeof(path), path),
				 -ENODATA);
	assert_int_equal(cgroup_file_parse("0::/12345678", 12, sizeof(path), path), -ENAMETOOLONG);
}

static void our_own_is_found(void **state)
{
	char path[4096] = "";

	(void)state;
	if (cgroup_file_read(procfs_host(), getpid(), sizeof(path), path) == 0)
		assert_int_equal(path[0], '/');
	assert_true(cgroup_file_read(procfs_host(), 0, sizeof(path), path) < 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_path_of_the_unified_hierarchy_comes_first),
		cmocka_unit_test(what_is_no_line_of_it_is_passed_over),
		cmocka_unit_test(our_own_is_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
