/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* denet_examine(), of this machine. */
#include "denet/denet.h"

#include <dirent.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static size_t count_descriptors(void)
{
	DIR *folder = opendir("/proc/self/fd");
	size_t count = 0;

	assert_non_null(folder);
	while (readdir(folder))
		count++;
	(void)closedir(folder);
	return count;
}

/* Programs, maps and links of the kernel live as long as a descriptor of theirs. */
static void nothing_is_left_in_the_kernel(void **state)
{
	const struct denet_examine_options options = { .size = sizeof(options), .program = "/a" };
	size_t before = count_descriptors();
	struct denet_examination *examination;

	(void)state;
	assert_int_equal(denet_examine(&options, &examination), 0);
	assert_true(examination->programs_count >= 6);
	assert_int_equal(examination->size, sizeof(*examination));
	for (size_t i = 0; i < examination->programs_count; i++)
		assert_int_equal(!examination->programs[i].reason,
				 examination->programs[i].is_attached == DENET_ANSWER_YES);
	denet_examination_free(examination);
	denet_examination_free(NULL);
	assert_int_equal(count_descriptors(), before);
}

static void proc_is_read_where_the_caller_says(void **state)
{
	const struct denet_examine_options options = {
		.size = sizeof(options),
		.proc_root = FIXTURES "/proc",
	};
	struct denet_examination *examination;

	(void)state;
	assert_int_equal(denet_examine(&options, &examination), 0);
	assert_string_equal(examination->perf_event_paranoid, "77");
	denet_examination_free(examination);
}

static void options_may_be_left_out_but_not_their_size(void **state)
{
	const struct denet_examine_options options = { .program = "/a" };
	struct denet_examination *examination;

	(void)state;
	assert_int_equal(denet_examine(&options, &examination), -EINVAL);
	assert_int_equal(denet_examine(NULL, &examination), 0);
	denet_examination_free(examination);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nothing_is_left_in_the_kernel),
		cmocka_unit_test(proc_is_read_where_the_caller_says),
		cmocka_unit_test(options_may_be_left_out_but_not_their_size),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
