/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/*
 * Exec by a thread that is not the main one, many times: it takes the pid of the main thread while
 * that one may still be on its way to its last switch, on another CPU.
 */
#include "bpf/harness.h"

#include <stdio.h>
#include <stdlib.h>

#include "util/parse.h"

#define EXECS 500
#define EXECS_MAX 100000

static uint64_t execs_wanted(void)
{
	const char *text = getenv("DENET_TEST_EXECS");
	struct parse_span span;
	uint64_t count;

	if (!text)
		return EXECS;
	span = parse_span_of(text);
	assert_true(parse_take_u64(&span, &count));
	assert_in_range(count, 1, EXECS_MAX);
	return count;
}

static void five_hundred_execs_by_threads_lose_nobody(void **state)
{
	struct scene *scene = *state;
	uint64_t count = execs_wanted();
	char number[32];

	snprintf(number, sizeof(number), "%llu", (unsigned long long)count);
	/* Nothing to do after the exec: the process ends while its dead main thread is going. */
	scene_run(scene, "thread_exec", number, "0");
	assert_int_equal(scene->summary.processes_total, count + 1);
	assert_int_equal(scene->summary.processes_exact, count + 1);
	assert_int_equal(scene->summary.threads_total, count + 1 + count * 2);
	assert_int_equal(scene->summary.processes_running, 0);
	scene_assert_exact(scene, "execs by threads", scene->summary.used.cpu_time_ns);
	for (size_t i = 0; i < scene->seen.processes_count; i++) {
		const struct denet_process *process = &scene->seen.processes[i].is;

		assert_true(process->end.known);
		assert_int_equal(process->end.exit_code, 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		scene_test(five_hundred_execs_by_threads_lose_nobody),
	};

	return harness_run("nonleader", tests);
}
