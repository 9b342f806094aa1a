/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "launch/search.h"
#include "text_of.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char folder[] = "/tmp/denet-search-XXXXXX";

static void write_file(const char *name, const char *text, mode_t mode)
{
	char path[PATH_MAX];
	int fd;

	assert_true(snprintf(path, sizeof(path), "%s/%s", folder, name) < PATH_MAX);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
}

/* What the command writes, as it is found in that PATH; its status, or minus the errno of exec. */
static int search(const char *path, char *const argv[], char *ret_text)
{
	const char **shell = search_new_shell(argv);
	int out[2], status;
	pid_t pid;

	assert_non_null(shell);
	make_pipe(out);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		(void)dup2(out[1], STDOUT_FILENO);
		if (chdir(folder) || (path ? setenv("PATH", path, 1) : unsetenv("PATH")))
			_exit(0);
		_exit(100 + search_exec(argv, shell));
	}
	free(shell);
	(void)close(out[1]);
	read_to_end(out[0], ret_text);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status) < 100 ? WEXITSTATUS(status) : 100 - WEXITSTATUS(status);
}

/* Where the C library knows nothing of it, as in musl. */
static void a_script_without_a_first_line_is_the_shells(void **state)
{
	char text[TEXT_MAX];

	(void)state;
	write_file("script", "echo \"$0 $# $2\"\nexit 3\n", 0755);
	assert_int_equal(search("", (char *[]){ "./script", "one", "t w o", NULL }, text), 3);
	assert_string_equal(text, "./script 2 t w o\n");
	assert_int_equal(search(folder, (char *[]){ "script", NULL }, text), 3);
	assert_non_null(strstr(text, "/script 0 \n"));
}

static void an_empty_part_of_the_path_is_the_working_directory(void **state)
{
	char text[TEXT_MAX];

	(void)state;
	write_file("here", "#!/bin/sh\necho here\n", 0755);
	for (size_t i = 0; i < 4; i++) {
		const char *paths[] = { "", ":/nowhere", "/nowhere:", "/nowhere::/nowhere" };

		assert_int_equal(search(paths[i], (char *[]){ "here", NULL }, text), 0);
		assert_string_equal(text, "here\n");
	}
}

static void without_a_path_the_usual_folders_are_searched(void **state)
{
	char text[TEXT_MAX];

	(void)state;
	assert_int_equal(search(NULL, (char *[]){ "echo", "found", NULL }, text), 0);
	assert_string_equal(text, "found\n");
}

static void the_errno_tells_why_nothing_was_executed(void **state)
{
	char text[TEXT_MAX];
	char longest[PATH_MAX + NAME_MAX];
	char name[NAME_MAX + 2];

	(void)state;
	memset(name, 'a', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	memset(longest, 'b', sizeof(longest) - 1);
	longest[sizeof(longest) - 1] = '\0';
	write_file("denied", "#!/bin/sh\n", 0644);
	assert_int_equal(search("/bin", (char *[]){ "", NULL }, text), -ENOENT);
	assert_int_equal(search("/bin", (char *[]){ "no-such", NULL }, text), -ENOENT);
	assert_int_equal(search("/bin", (char *[]){ "./denied/x", NULL }, text), -ENOTDIR);
	assert_int_equal(search("/bin", (char *[]){ name, NULL }, text), -ENAMETOOLONG);
	assert_int_equal(search(longest, (char *[]){ "no-such", NULL }, text), -ENOENT);
	assert_int_equal(search(":/nowhere", (char *[]){ "denied", NULL }, text), -EACCES);
	assert_int_equal(search("./denied:/bin", (char *[]){ "true", NULL }, text), 0);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	const char *names[] = { "script", "here", "denied" };
	char path[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		(void)unlink(path);
	}
	return rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_script_without_a_first_line_is_the_shells),
		cmocka_unit_test(an_empty_part_of_the_path_is_the_working_directory),
		cmocka_unit_test(without_a_path_the_usual_folders_are_searched),
		cmocka_unit_test(the_errno_tells_why_nothing_was_executed),
	};

	return cmocka_run_group_tests_name("search", tests, make_folder, remove_folder);
}
