/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What inotify tells of folders: any file system's serve for it. */
#include "host/births.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

static char point[] = "/tmp/denet-births-XXXXXX";

struct heard {
	char text[1024]; /* "+/a -/a ": what was told, in its order */
	int error; /* to fail with */
};

static int on_news(void *context, enum births_news news, const char *folder)
{
	static const char *const signs[] = {
		[BIRTHS_BORN] = "+", [BIRTHS_EMPTIED] = "0", [BIRTHS_GONE] = "-"
	};
	struct heard *heard = context;
	size_t len = strlen(heard->text);

	(void)snprintf(heard->text + len, sizeof(heard->text) - len, "%s%s ", signs[news],
		       folder + strlen(point));
	return heard->error;
}

static void make(const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s%s", point, name);
	assert_int_equal(mkdir(path, 0755), 0);
}

static void drop(const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "%s%s", point, name);
	assert_int_equal(remove(path), 0);
}

static void put(const char *name, const char *text)
{
	char path[PATH_MAX];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s%s", point, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static struct births *open_births(struct heard *heard, unsigned int folders_max)
{
	struct births *births;

	*heard = (struct heard){ 0 };
	assert_int_equal(births_open(point, folders_max, on_news, heard, &births), 0);
	return births;
}

static void births_and_ends_are_told(void **state)
{
	struct heard heard;
	struct births *births;

	(void)state;
	make("/old");
	births = open_births(&heard, 100);
	assert_int_equal(births_take(births), 0);
	assert_string_equal(heard.text, "");
	make("/old/a");
	put("/file", "no folder");
	assert_int_equal(births_take(births), 0);
	assert_string_equal(heard.text, "+/old/a ");
	/* It is watched from then on. */
	make("/old/a/b");
	assert_int_equal(births_take(births), 0);
	drop("/old/a/b");
	drop("/old/a");
	assert_int_equal(births_take(births), 0);
	assert_string_equal(heard.text, "+/old/a +/old/a/b -/old/a/b -/old/a ");
	assert_int_equal(births_left_out(births) + births_lost(births), 0);
	births_close(births);
	drop("/old");
	drop("/file");
}

/* What is below a new one may have come before anybody heard of that. */
static void what_came_at_once_is_found(void **state)
{
	struct heard heard;
	struct births *births = open_births(&heard, 100);

	(void)state;
	make("/a");
	make("/a/b");
	make("/a/b/c");
	assert_int_equal(births_take(births), 0);
	assert_string_equal(heard.text, "+/a +/a/b +/a/b/c ");
	drop("/a/b/c");
	make("/a/b/d");
	drop("/a/b/d");
	assert_int_equal(births_take(births), 0);
	assert_non_null(strstr(heard.text, " -/a/b/c "));
	assert_non_null(strstr(heard.text, " -/a/b/d "));
	births_close(births);
	drop("/a/b");
	drop("/a");
}

static void that_the_last_process_left_is_told(void **state)
{
	struct heard heard;
	struct births *births;

	(void)state;
	make("/a");
	put("/a/cgroup.events", "");
	births = open_births(&heard, 100);
	put("/a/cgroup.events", "populated 1\nfrozen 0\n");
	put("/a/other", "populated 0\n");
	assert_int_equal(births_take(births), 0);
	assert_string_equal(heard.text, "");
	put("/a/cgroup.events", "populated 0\nfrozen 0\n");
	assert_int_equal(births_take(births), 0);
	assert_non_null(strstr(heard.text, "0/a "));
	births_close(births);
	drop("/a/cgroup.events");
	drop("/a/other");
	drop("/a");
}

static void too_many_are_left_out_and_counted(void **state)
{
	struct heard heard;
	struct births *births;

	(void)state;
	make("/a");
	/* The point itself is one. */
	births = open_births(&heard, 2);
	assert_int_equal(births_left_out(births), 0);
	make("/b");
	assert_int_equal(births_take(births), 0);
	assert_string_equal(heard.text, "+/b ");
	assert_int_equal(births_left_out(births), 1);
	make("/b/c");
	make("/a/d");
	assert_int_equal(births_take(births), 0);
	assert_string_equal(heard.text, "+/b +/a/d ");
	assert_int_equal(births_left_out(births), 2);
	births_close(births);
	drop("/a/d");
	drop("/a");
	drop("/b/c");
	drop("/b");
}

static void what_fails_ends_it(void **state)
{
	struct heard heard;
	struct births *births = open_births(&heard, 100), *none = NULL;

	(void)state;
	heard.error = -7;
	make("/a");
	assert_int_equal(births_take(births), -7);
	births_close(births);
	births_close(none);
	drop("/a");
}

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(point) ? 0 : -1;
}

static int tear_down(void **state)
{
	(void)state;
	return rmdir(point);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(births_and_ends_are_told),
		cmocka_unit_test(what_came_at_once_is_found),
		cmocka_unit_test(that_the_last_process_left_is_told),
		cmocka_unit_test(too_many_are_left_out_and_counted),
		cmocka_unit_test(what_fails_ends_it),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
