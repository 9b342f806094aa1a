/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/file_list.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"

static char folder[] = "/tmp/denet-files-XXXXXX";
static int before;

static const char *const folders[] = { "a", "a/deep", "b", "empty" };
static const char *const files[] = {
	"a/2.jsonl",   "a/1.jsonl", "a/deep/3.jsonl.gz", "a/deep/note.txt", "b/1.json",
	"b/[x].jsonl", "b/.jsonl",  "b/.hidden.jsonl",	 "top.jsonl",
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static int enter(void **state)
{
	(void)state;
	memcpy(folder + strlen(folder) - 6, "XXXXXX", 6);
	before = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (before < 0 || !mkdtemp(folder) || chdir(folder))
		return -1;
	for (size_t i = 0; i < COUNT(folders); i++)
		if (mkdir(folders[i], 0755))
			return -1;
	for (size_t i = 0; i < COUNT(files); i++) {
		AUTO_FD int fd = open(files[i], O_WRONLY | O_CREAT | O_CLOEXEC, 0644);

		if (fd < 0)
			return -1;
	}
	/* What leads back, what leads to a file, and what leads nowhere. */
	return symlink("..", "a/up") || symlink("../b/1.json", "a/link.jsonl") ||
	       symlink("none", "b/none.jsonl");
}

static int leave(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(files); i++)
		(void)unlink(files[i]);
	(void)unlink("a/up");
	(void)unlink("a/link.jsonl");
	(void)unlink("b/none.jsonl");
	for (size_t i = COUNT(folders); i-- > 0;)
		(void)rmdir(folders[i]);
	return fchdir(before) || close(before) || rmdir(folder) ? -1 : 0;
}

static void assert_paths(const struct file_list *list, const char *expected)
{
	char text[512] = "";

	for (size_t i = 0; i < list->count; i++)
		(void)snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s%s",
			       i ? " " : "", list->paths[i]);
	assert_string_equal(text, expected);
}

static void assert_found(const char *word, const char *expected)
{
	AUTO(file_list) struct file_list list = { 0 };

	assert_int_equal(file_list_add(&list, word), 0);
	assert_paths(&list, expected);
	assert_int_equal(list.lost, list.count ? 0 : 1);
}

static void a_file_is_itself_whatever_its_name(void **state)
{
	(void)state;
	assert_found("top.jsonl", "top.jsonl");
	assert_found("b/[x].jsonl", "b/[x].jsonl");
	/* Whether it is there is seen when it is opened. */
	assert_found("none", "none");
	assert_found("-", "-");
	assert_false(file_list_is_pattern("b/[x].jsonl"));
	assert_true(file_list_is_pattern("b/[y].jsonl"));
}

static void a_pattern_is_as_of_a_shell(void **state)
{
	char whole[128], wanted[256];

	(void)state;
	assert_found("a/*.jsonl", "a/1.jsonl a/2.jsonl a/link.jsonl");
	assert_found("a/[2-9].jsonl", "a/2.jsonl");
	assert_found("?/1.json*", "a/1.jsonl b/1.json");
	assert_found("a//*/3*", "a//deep/3.jsonl.gz");
	assert_found("*/*.gz", "");
	assert_found("b/.h*", "b/.hidden.jsonl");
	assert_found("b/*x*", "b/[x].jsonl");
	assert_found("none/*", "");
	assert_found("top.jsonl/*", "");
	(void)snprintf(whole, sizeof(whole), "%s/to*", folder);
	(void)snprintf(wanted, sizeof(wanted), "%s/top.jsonl", folder);
	assert_found(whole, wanted);
}

static void a_folder_is_all_records_below_it(void **state)
{
	AUTO(file_list) struct file_list list = { 0 };

	(void)state;
	assert_int_equal(file_list_add_folder(&list, "."), 0);
	assert_paths(&list, "./a/1.jsonl ./a/2.jsonl ./a/deep/3.jsonl.gz ./a/link.jsonl "
			    "./b/.hidden.jsonl ./b/[x].jsonl ./b/none.jsonl ./top.jsonl");
	assert_int_equal(list.lost, 0);
	file_list_done(&list);
	assert_int_equal(file_list_add_folder(&list, "a/deep/"), 0);
	assert_paths(&list, "a/deep/3.jsonl.gz");
}

static void what_leads_to_nothing_is_counted(void **state)
{
	static const char *const words[] = { "empty", "none", "top.jsonl" };
	AUTO(file_list) struct file_list list = { 0 };

	(void)state;
	for (size_t i = 0; i < COUNT(words); i++) {
		assert_int_equal(file_list_add_folder(&list, words[i]), 0);
		assert_int_equal(list.lost, i + 1);
	}
	assert_int_equal(list.count, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_is_itself_whatever_its_name),
		cmocka_unit_test(a_pattern_is_as_of_a_shell),
		cmocka_unit_test(a_folder_is_all_records_below_it),
		cmocka_unit_test(what_leads_to_nothing_is_counted),
	};

	return cmocka_run_group_tests(tests, enter, leave);
}
