/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "util/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

/* A shell that is given what was written has every byte of the word again. */
static void shell_reads_back_what_was_written(void **state)
{
	AUTO(buf) struct buf line = { 0 };
	char word[255], got[256] = "";
	int ends[2], status;
	size_t len = 0;
	pid_t shell;
	ssize_t n;

	(void)state;
	for (int byte = 1; byte < 255; byte++)
		word[byte - 1] = (char)byte;
	word[254] = '\0';
	buf_append_text(&line, "printf %s ");
	quote_append(&line, word);
	assert_int_equal(line.error, 0);
	assert_int_equal(pipe(ends), 0);
	shell = fork();
	if (!shell) {
		(void)dup2(ends[1], STDOUT_FILENO);
		(void)execl("/bin/sh", "sh", "-c", buf_text(&line), (char *)NULL);
		_exit(127);
	}
	(void)close(ends[1]);
	while ((n = read(ends[0], got + len, sizeof(got) - 1 - len)) > 0)
		len += (size_t)n;
	(void)close(ends[0]);
	assert_int_equal(waitpid(shell, &status, 0), shell);
	assert_int_equal(status, 0);
	assert_int_equal(len, strlen(word));
	assert_string_equal(got, word);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(words_are_quoted_where_a_shell_would_read_them_otherwise),
		cmocka_unit_test(words_have_a_blank_between),
		cmocka_unit_test(shell_reads_back_what_was_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
