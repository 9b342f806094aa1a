/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/text.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"

#define COMMAND(text)                                    \
	{                                                \
		.args = (text), .args_len = sizeof(text) \
	}

static void assert_fitted(bool is_unicode, const char *text, size_t columns, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };
	size_t used = text_append_fitted(&buf, is_unicode, text, strlen(text), columns);

	assert_string_equal(buf_text(&buf), expected);
	assert_int_equal(used, text_width(expected));
}

static void text_is_cut_to_columns(void **state)
{
	(void)state;
	assert_fitted(true, "abcdef", 6, "abcdef");
	assert_fitted(true, "abcdef", 5, "abcd…");
	assert_fitted(false, "abcdef", 5, "ab...");
	assert_fitted(false, "abcdef", 2, "..");
	assert_fitted(false, "abcdef", 0, "");
	assert_fitted(true, "日本語", 5, "日本…");
}

static void without_unicode_all_is_ascii(void **state)
{
	(void)state;
	assert_fitted(false, "日本\xff\033[m\n", 80, "????[m?");
	assert_fitted(true, "日本\033[m\n", 80, "日本?[m?");
}

static void names_keep_what_tells_them_apart(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	assert_int_equal(text_append_name(&buf, true, "a\1", 80), 7);
	buf_append_char(&buf, ' ');
	assert_int_equal(text_append_name(&buf, false, "日\xff", 80), 5);
	buf_append_char(&buf, ' ');
	assert_int_equal(text_append_name(&buf, true, "a\1", 4), 4);
	assert_string_equal(buf_text(&buf), "a\\u0001 ?\\xff a\\u…");
}

static void assert_command(const struct denet_command *command, size_t columns,
			   const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	text_append_command(&buf, true, command, columns);
	assert_string_equal(buf_text(&buf), expected);
}

static void commands_are_quoted_as_for_a_shell(void **state)
{
	const struct denet_command simple = COMMAND("make\0-j8\0CC=gcc");
	const struct denet_command quoted = COMMAND("sh\0-c\0it's $x\0\0*");

	(void)state;
	assert_command(&simple, 80, "make -j8 CC=gcc");
	assert_command(&quoted, 80, "sh -c 'it'\\''s $x' '' '*'");
	assert_command(&quoted, 8, "sh -c '…");
}

static void commands_that_are_not_whole_say_so(void **state)
{
	struct denet_command command = COMMAND("a\0b");
	const struct denet_command bare = { .exe = "/bin/x" }, none = { 0 };

	(void)state;
	command.truncated = true;
	assert_command(&command, 80, "a b …");
	assert_command(&bare, 80, "/bin/x");
	assert_command(&none, 80, "(unknown command)");
}

static void endless_commands_cost_no_more_than_is_shown(void **state)
{
	static char args[1 << 20];
	const struct denet_command command = { .args = args, .args_len = sizeof(args) };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	text_append_command(&buf, true, &command, 20);
	assert_int_equal(text_width(buf_text(&buf)), 20);
}

static void assert_end(struct denet_end end, bool oom_killed, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	text_append_end(&buf, &end, oom_killed, DENET_UNKNOWN);
	assert_string_equal(buf_text(&buf), expected);
}

static void ends_are_told_in_words(void **state)
{
	(void)state;
	assert_end((struct denet_end){ .unseen = true }, false, "ended");
	assert_end((struct denet_end){ 0 }, false, "still running");
	assert_end((struct denet_end){ true, 3, 0, false, false }, false, "exit 3");
	assert_end((struct denet_end){ true, -1, SIGSEGV, true, false }, false,
		   "killed by SIGSEGV (core dumped)");
	assert_end((struct denet_end){ true, -1, SIGKILL, false, false }, true,
		   "killed by SIGKILL (out of memory)");
	assert_end((struct denet_end){ true, -1, SIGHUP, false, false }, false, "killed by SIGHUP");
	assert_end((struct denet_end){ true, -1, SIGSYS, false, false }, false, "killed by SIGSYS");
	assert_end((struct denet_end){ true, -1, -1, false, false }, false, "killed by signal -1");
	assert_end((struct denet_end){ true, -1, SIGRTMIN + 2, false, false }, false,
		   "killed by SIGRTMIN+2");
	assert_end((struct denet_end){ true, -1, 12345, false, false }, false,
		   "killed by signal 12345");
}

static void names_fit_their_struct_whatever_they_hold(void **state)
{
	char marks[1000];

	(void)state;
	for (size_t i = 0; i + 1 < sizeof(marks); i += 2)
		memcpy(marks + i, "\xcc\x81", 2); /* a combining mark takes no column */
	marks[sizeof(marks) - 2] = '\0';
	assert_in_range(strlen(text_name(true, marks).text), 1, TEXT_NAME_COLUMNS * 8);
	assert_string_equal(text_name(true, "").text, "?");
	assert_string_equal(text_name(true, NULL).text, "?");
	assert_string_equal(text_name(true, "a name that is far too long").text,
			    "a name that is …");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(text_is_cut_to_columns),
		cmocka_unit_test(without_unicode_all_is_ascii),
		cmocka_unit_test(names_keep_what_tells_them_apart),
		cmocka_unit_test(commands_are_quoted_as_for_a_shell),
		cmocka_unit_test(commands_that_are_not_whole_say_so),
		cmocka_unit_test(endless_commands_cost_no_more_than_is_shown),
		cmocka_unit_test(ends_are_told_in_words),
		cmocka_unit_test(names_fit_their_struct_whatever_they_hold),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
