/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "util/cleanup.h"

static void check_word(const char *word, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	quote_append(&buf, word);
	assert_string_equal(buf_text(&buf), expected);
}

static void words_are_quoted_where_a_shell_would_read_them_otherwise(void **state)
{
	(void)state;
	check_word("make", "make");
	check_word("--out=a/b.c,1:2@3%4+5", "--out=a/b.c,1:2@3%4+5");
	check_word("", "''");
	check_word("a b", "'a b'");
	check_word("$HOME", "'$HOME'");
	check_word("it's", "'it'\\''s'");
	check_word("~", "'~'");
	check_word("\xc3\xa4", "\xc3\xa4");
}

static void words_have_a_blank_between(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	char a[] = "sh", b[] = "-c", c[] = "a b";
	char *words[] = { a, b, c, NULL };

	(void)state;
	quote_append_words(&buf, words);
	assert_string_equal(buf_text(&buf), "sh -c 'a b'");
	buf_reset(&buf);
	quote_append_words(&buf, words + 3);
	assert_int_equal(buf.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_quoted_where_a_shell_would_read_them_otherwise),
		cmocka_unit_test(words_have_a_blank_between),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
