/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Where an analysis has its processes from, and how many it keeps. */
#include <math.h>
#include <stdio.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "denet/denet.h"
#include "util/buf.h"
#include "util/cleanup.h"

#define FIRST_ID 100

static void tell(const struct denet_observer *to, uint64_t id, uint64_t cpu_ns)
{
	char comm[16];
	const struct denet_process process = {
		.size = sizeof(process),
		.id = id,
		.pid = (uint32_t)id,
		.comm = comm,
		.used.cpu_time_ns = cpu_ns,
		.end = { .known = true },
		.end_ns = id,
	};

	(void)snprintf(comm, sizeof(comm), "p%llu", (unsigned long long)id);
	to->on_process(to->context, &process);
}

static void no_more_are_kept_than_twice_the_bound(void **state)
{
	const struct denet_analysis_options options = { .size = sizeof(options),
							.processes_max = 10 };
	struct denet_analysis *analysis = NULL;
	const struct denet_observer *observer;

	(void)state;
	assert_int_equal(denet_analysis_new(&options, &analysis), 0);
	observer = denet_analysis_observer(analysis);
	for (uint64_t i = 0; i < 20; i++)
		tell(observer, FIRST_ID + i, i);
	assert_int_equal(denet_analysis_dropped(analysis), 0);
	for (uint64_t i = 20; i < 1000; i++)
		tell(observer, FIRST_ID + i, i);
	assert_int_equal(denet_analysis_processes(analysis), 1000);
	assert_in_range(denet_analysis_dropped(analysis), 980, 990);
	denet_analysis_free(analysis);
}

static void lines_and_files_tell_the_same(void **state)
{
	static const char lines[] =
		"{\"kind\":\"metadata\",\"pid\":7,\"cmd\":[\"a\"],\"executable\":\"\",\"t0_ms\":1,"
		"\"accounting\":\"bpf\"}\n"
		"{\"kind\":\"process\",\"pid\":8,\"ppid\":7,\"comm\":\"b\",\"cpu_time_ns\":5}\n"
		"nothing\n\n"
		"{\"kind\":\"process\",\"pid\":7,\"comm\":\"a\",\"cpu_time_ns\":6}\n"
		"{\"kind\":\"summary\",\"wall_ns\":9}";
	struct denet_analysis *analysis = NULL;
	char path[] = "/tmp/denet-analysis-XXXXXX";
	int fd = mkstemp(path);

	(void)state;
	assert_int_equal(denet_analysis_of_lines(lines, sizeof(lines) - 1, &analysis, NULL), 0);
	assert_int_equal(denet_analysis_processes(analysis), 2);
	denet_analysis_free(TAKE(analysis));

	assert_int_equal(write(fd, lines, sizeof(lines) - 1), sizeof(lines) - 1);
	(void)close(fd);
	assert_int_equal(denet_analysis_open(path, &analysis, NULL), 0);
	assert_int_equal(denet_analysis_processes(analysis), 2);
	denet_analysis_free(analysis);
	(void)unlink(path);
}

static void a_file_that_is_none_says_why(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_analysis *analysis = NULL;

	(void)state;
	assert_true(denet_analysis_open("/nowhere", &analysis, &error) < 0);
	assert_string_equal(error.text, "cannot open: No such file or directory");
	assert_null(analysis);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(no_more_are_kept_than_twice_the_bound),
		cmocka_unit_test(lines_and_files_tell_the_same),
		cmocka_unit_test(a_file_that_is_none_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
