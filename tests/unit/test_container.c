/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/container.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "util/buf.h"
#include "util/cleanup.h"

/* From a copy without NUL, so that reading past the end shows. */
static int read_bytes(const char *answer, size_t len, char ret_folder[PATH_MAX])
{
	AUTO_FREE char *copy = malloc(len + 1); /* one more: malloc(0) may be NULL */

	assert_non_null(copy);
	memcpy(copy + 1, answer, len);
	return container_read(copy + 1, len, ret_folder);
}

static int read_text(const char *answer)
{
	char folder[PATH_MAX];

	return read_bytes(answer, strlen(answer), folder);
}

static void the_first_folder_that_is_there_is_taken(void **state)
{
	static const char answer[] =
		"{\"name\":\"web\",\"id\":\"0123\",\"more\":[{\"cgroups\":[\"/\"]}],"
		"\"cgroups\":[\"/no/such\",\"/\\u0070roc\",\"/sys\"]}\n";
	char folder[PATH_MAX] = "";

	(void)state;
	assert_int_equal(read_bytes(answer, sizeof(answer) - 1, folder), 0);
	assert_string_equal(folder, "/proc");
}

static void where_none_is_there_that_is_told(void **state)
{
	(void)state;
	assert_int_equal(read_text("{\"cgroups\":[]}"), -ENOENT);
	assert_int_equal(read_text("{\"cgroups\":[\"/no/such\",\"/nor/this\"]}"), -ENOENT);
	/* One of ours would be meant. */
	assert_int_equal(read_text("{\"cgroups\":[\".\",\"\"]}"), -ENOENT);
	/* A NUL does not end it. */
	assert_int_equal(read_text("{\"cgroups\":[\"/proc\\u0000x\"]}"), -ENOENT);
}

static void a_folder_longer_than_a_path_is_none(void **state)
{
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	buf_append_text(&text, "{\"cgroups\":[\"");
	buf_append_repeated(&text, '/', PATH_MAX);
	buf_append_text(&text, "\",\"/proc\"]}");
	assert_int_equal(text.error, 0);
	assert_int_equal(read_text(buf_text(&text)), 0);
}

static void what_is_no_answer_is_refused(void **state)
{
	static const char *const bad[] = {
		"",
		"\n",
		"web",
		"[\"/proc\"]",
		"{}",
		"{\"cgroups\":\"/proc\"}",
		"{\"cgroups\":[1]}",
		"{\"cgroups\":[[\"/proc\"]]}",
		"{\"cgroups\":[\"/proc\"]",
		"{\"cgroups\":[\"/proc\"]}{\"cgroups\":[\"/proc\"]}",
		"{\"name\":{\"cgroups\":[\"/proc\"]}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(read_text(bad[i]), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_folder_that_is_there_is_taken),
		cmocka_unit_test(where_none_is_there_that_is_told),
		cmocka_unit_test(a_folder_longer_than_a_path_is_none),
		cmocka_unit_test(what_is_no_answer_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
