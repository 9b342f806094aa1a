/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Cgroups beside a command: what may be asked for, and the record of one. */
#include "parse_options.h"

#include "told_run.h"
#include "util/buf.h"
#include "util/cleanup.h"

static void several_may_be_asked_for_of_a_command(void **state)
{
	struct options options =
		PARSE("run", "--also-cgroup", "/a", "--also-cgroup=b/c", "--", "true");

	(void)state;
	assert_int_equal(options.also_cgroups.count, 2);
	assert_string_equal(options.also_cgroups.items[0], "/a");
	assert_string_equal(options.also_cgroups.items[1], "b/c");
	REFUSE("may be given 8 times", "run", "--also-cgroup=1", "--also-cgroup=2",
	       "--also-cgroup=3", "--also-cgroup=4", "--also-cgroup=5", "--also-cgroup=6",
	       "--also-cgroup=7", "--also-cgroup=8", "--also-cgroup=9", "--", "true");
	REFUSE("also-cgroup", "attach", "--also-cgroup", "/a", "7");
}

static int collect(void *context, const char *bytes, size_t len)
{
	buf_append(context, bytes, len);
	return 0;
}

static void write_one(bool compat_denet, struct buf *text)
{
	const struct denet_writer_options options = { .size = sizeof(options),
						      .compat_denet = compat_denet };
	const struct denet_summary summary = told_summary();
	struct denet_writer *writer = NULL;

	assert_int_equal(denet_writer_new(&options, &writer), 0);
	assert_int_equal(denet_writer_add_callback(writer, "text", collect, text), 0);
	told_run(denet_writer_observer(writer));
	denet_writer_add_beside(writer, &summary);
	denet_writer_finish(writer);
	denet_writer_free(writer);
}

static void the_record_has_a_kind_that_nobody_adds_up(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO(buf) struct buf denets = { 0 };

	(void)state;
	write_one(false, &text);
	assert_non_null(strstr(buf_text(&text), "\n{\"kind\":\"beside\",\"total_time_secs\":"));
	assert_null(strstr(buf_text(&text), "\"kind\":\"summary\""));
	write_one(true, &denets);
	assert_true(denets.len > 0);
	assert_null(strstr(buf_text(&denets), "beside"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(several_may_be_asked_for_of_a_command),
		cmocka_unit_test(the_record_has_a_kind_that_nobody_adds_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
