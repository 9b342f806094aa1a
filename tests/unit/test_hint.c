/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/hint.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "util/cleanup.h"

#define WORDS_MAX 4
#define HINT(error, expected, ...) hint(error, expected, (const char *[]){ __VA_ARGS__, NULL })

static void hint(int error, const char *expected, const char *const given[])
{
	static char words[WORDS_MAX][256];
	char *argv[WORDS_MAX + 1] = { NULL };
	AUTO(buf) struct buf buf = { 0 };

	for (size_t i = 0; given[i]; i++) {
		assert_in_range(i, 0, WORDS_MAX - 1);
		assert_in_range(strlen(given[i]), 0, sizeof(words[0]) - 1);
		memcpy(words[i], given[i], strlen(given[i]) + 1);
		argv[i] = words[i];
	}
	hint_append(&buf, error, argv);
	assert_string_equal(buf_text(&buf), expected);
}

static void a_line_is_for_a_shell(void **state)
{
	(void)state;
	HINT(ENOENT, "; a line for a shell is run by one: denet-bpf run -- sh -c 'echo hi there'",
	     "echo hi there");
	HINT(ENOENT, "; a line for a shell is run by one: denet-bpf run -- sh -c 'ls|wc'", "ls|wc");
	HINT(ENOENT,
	     "; a line for a shell is run by one: denet-bpf run -- sh -c 'echo '\\''a'\\'' b'",
	     "echo 'a' b");
	HINT(ENOENT, "; a line for a shell is run by one: denet-bpf run -- sh -c './a -b'",
	     "./a -b");
}

static void a_variable_is_set_by_env(void **state)
{
	(void)state;
	HINT(ENOENT, "; env sets variables: denet-bpf run -- env FOO=1 env", "FOO=1", "env");
	HINT(ENOENT, "; env sets variables: denet-bpf run -- env 'FOO=a b' x", "FOO=a b", "x");
	HINT(ENOENT, "; env sets variables: denet-bpf run -- env P=/a/b x", "P=/a/b", "x");
	HINT(ENOENT, "", "1=2", "x");
	HINT(ENOENT, "", "=2", "x");
}

static void what_is_a_shells_own_is_told(void **state)
{
	(void)state;
	HINT(ENOENT, "; it is a shell's own: denet-bpf run -- sh -c 'cd /'", "cd", "/");
	HINT(ENOENT, "; it is a shell's own: denet-bpf run -- sh -c export", "export");
	HINT(ENOENT, "; it is a shell's own: denet-bpf run -- sh -c '. '\\''a b'\\'''", ".", "a b");
	HINT(EACCES, "", "cd", "/");
}

static void files_are_looked_at(void **state)
{
	char folder[] = "/tmp/denet-hint.XXXXXX";
	char path[64], text[128];
	int fd;

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/script", folder);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	HINT(EACCES, "; it is a directory", folder);
	(void)snprintf(text, sizeof(text), "; it is not marked as a program: chmod +x %s", path);
	HINT(EACCES, text, path);
	HINT(ENOENT,
	     "; it is there, but not what it names to be run by: the program behind '#!', or the "
	     "loader of another system",
	     path);
	assert_int_equal(chmod(path, 0700), 0);
	HINT(EACCES, "", path);
	assert_int_equal(chdir(folder), 0);
	HINT(ENOENT, "; the one that is here is ./script", "script");
	HINT(ENOENT, "", "skript");
	HINT(ENOENT, "", "./skript");
	HINT(EPERM, "", path);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(chdir("/"), 0);
	assert_int_equal(rmdir(folder), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_line_is_for_a_shell),
		cmocka_unit_test(a_variable_is_set_by_env),
		cmocka_unit_test(what_is_a_shells_own_is_told),
		cmocka_unit_test(files_are_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
