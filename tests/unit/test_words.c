/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/words.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/cleanup.h"

/* The words with a bar behind each. */
static void split(const char *line, const char *expected)
{
	AUTO_FREE char **words = NULL;
	AUTO(buf) struct buf text = { 0 };

	assert_int_equal(words_split(line, &words), 0);
	for (size_t i = 0; words[i]; i++)
		buf_printf(&text, "%s|", words[i]);
	assert_string_equal(buf_text(&text), expected);
}

static void blanks_are_between_words(void **state)
{
	(void)state;
	split("a", "a|");
	split("  make \t-j2\nall ", "make|-j2|all|");
	split("a b c d e f g h", "a|b|c|d|e|f|g|h|");
}

static void quotes_keep_them_together(void **state)
{
	(void)state;
	split("sh -c 'a  b' \"c d\"", "sh|-c|a  b|c d|");
	split("a'b'\"c\"d '' \"\"", "abcd|||");
	split("'\"' \"'\"", "\"|'|");
}

static void backslashes_are_those_of_a_shell(void **state)
{
	(void)state;
	split("a\\ b \\'c \\\\", "a b|'c|\\|");
	split("'a\\b' \"a\\b\\\"\\\\\\$\\`\"", "a\\b|a\\b\"\\$`|");
	split("a\\", "a\\|");
}

static void nothing_else_is(void **state)
{
	(void)state;
	split("a $b *.c | d >e; f & #g", "a|$b|*.c|||d|>e;|f|&|#g|");
}

static void what_is_no_line_is_refused(void **state)
{
	char **words = NULL;

	(void)state;
	assert_int_equal(words_split("", &words), -ENODATA);
	assert_int_equal(words_split(" \t", &words), -ENODATA);
	assert_int_equal(words_split("a 'b", &words), -EINVAL);
	assert_int_equal(words_split("\"a\\\"", &words), -EINVAL);
	assert_null(words);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(blanks_are_between_words),
		cmocka_unit_test(quotes_keep_them_together),
		cmocka_unit_test(backslashes_are_those_of_a_shell),
		cmocka_unit_test(nothing_else_is),
		cmocka_unit_test(what_is_no_line_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
