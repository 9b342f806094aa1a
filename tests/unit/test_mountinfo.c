/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "procfs/mountinfo.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

static void mountinfo_finds_its_parts_behind_any_number_of_tags(void **state)
{
	static const char *const good[] = {
		"32 31 0:29 /a /sys/fs/cgroup/memory rw,relatime - cgroup cgroup rw,memory",
		"32 31 0:29 /a /sys/fs/cgroup/memory rw shared:5 - cgroup cgroup rw,memory",
		"32 31 0:29 /a /sys/fs/cgroup/memory rw shared:5 master:1 x - cgroup none "
		"rw,memory",
	};
	struct mountinfo mount;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		assert_true(mountinfo_parse(parse_span_of(good[i]), &mount));
		assert_true(parse_span_equals(mount.root, "/a"));
		assert_true(parse_span_equals(mount.point, "/sys/fs/cgroup/memory"));
		assert_true(parse_span_equals(mount.type, "cgroup"));
		assert_true(parse_span_equals(mount.super_options, "rw,memory"));
	}
}

static void mountinfo_refuses_lines_that_are_cut(void **state)
{
	static const char *const bad[] = {
		"",
		"32 31 0:29 /",
		"32 31 0:29 / /sys rw,relatime",
		"32 31 0:29 / /sys rw shared:5 -",
		"32 31 0:29 / /sys rw - cgroup",
		"32 31 0:29 / /sys rw - cgroup cgroup",
	};
	struct mountinfo mount;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(mountinfo_parse(parse_span_of(bad[i]), &mount));
}

static void option_must_match_as_a_whole(void **state)
{
	(void)state;
	assert_true(mountinfo_has_option(parse_span_of("rw,memory"), "memory"));
	assert_true(mountinfo_has_option(parse_span_of("memory,cpu"), "memory"));
	assert_false(mountinfo_has_option(parse_span_of("rw,name=memory"), "memory"));
	assert_false(mountinfo_has_option(parse_span_of("rw,memory2"), "memory"));
	assert_false(mountinfo_has_option(parse_span_of(""), "memory"));
}

static void escapes_become_bytes_again(void **state)
{
	char path[32];

	(void)state;
	assert_int_equal(
		mountinfo_unescape(parse_span_of("/a\\040b\\011\\012\\134"), sizeof(path), path),
		0);
	assert_string_equal(path, "/a b\t\n\\");
	/* What is no escape stays as it is. */
	assert_int_equal(mountinfo_unescape(parse_span_of("/\\9\\77\\777\\"), sizeof(path), path),
			 0);
	assert_string_equal(path, "/\\9\\77\\777\\");
}

static void unescape_keeps_to_its_room(void **state)
{
	char path[4] = "###";

	(void)state;
	assert_int_equal(mountinfo_unescape(parse_span_of("/ab"), 4, path), 0);
	assert_string_equal(path, "/ab");
	assert_int_equal(mountinfo_unescape(parse_span_of("/ab"), 3, path), -ENAMETOOLONG);
	assert_int_equal(mountinfo_unescape(parse_span_of(""), 0, path), -ENAMETOOLONG);
	assert_int_equal(mountinfo_unescape(parse_span_of("\\000"), 4, path), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(mountinfo_finds_its_parts_behind_any_number_of_tags),
		cmocka_unit_test(mountinfo_refuses_lines_that_are_cut),
		cmocka_unit_test(option_must_match_as_a_whole),
		cmocka_unit_test(escapes_become_bytes_again),
		cmocka_unit_test(unescape_keeps_to_its_room),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
