/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "format/label.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"

static void assert_label(label_append_fn append, const char *text, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	append(&buf, text);
	assert_int_equal(buf.error, 0);
	assert_string_equal(buf_text(&buf), expected);
}

static void labels_end_at_their_quote(void **state)
{
	(void)state;
	assert_label(label_append_quoted, "a\"b\\c\n} 1", "a\\\"b\\\\c\\\\u000a} 1");
	assert_label(label_append_quoted, "", "?");
}

static void tags_end_at_their_comma(void **state)
{
	(void)state;
	assert_label(label_append_tag, "a b,c=d\te\n", "a\\ b\\,c\\=d\\u0009e\\u000a");
	assert_label(label_append_tag, "a\\b", "a\\b");
	assert_label(label_append_tag, "a\\", "a?");
	assert_label(label_append_tag, "\xe2\x80\xae\xff", "\\u202e\\xff");
	assert_label(label_append_tag, "", "?");
}

static void of_a_command_the_name_alone_is_told(void **state)
{
	const struct denet_command full = { .args = "/usr/bin/make\0secret", .args_len = 21 };
	const struct denet_command folder = { .args = "odd/", .args_len = 5 };
	const struct denet_command file = { .exe = "/bin/true" };
	const struct denet_command nothing = { 0 };

	(void)state;
	assert_string_equal(label_of_command(&full), "make");
	assert_string_equal(label_of_command(&folder), "odd/");
	assert_string_equal(label_of_command(&file), "true");
	assert_string_equal(label_of_command(&nothing), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(labels_end_at_their_quote),
		cmocka_unit_test(tags_end_at_their_comma),
		cmocka_unit_test(of_a_command_the_name_alone_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
