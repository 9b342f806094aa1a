/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "util/cleanup.h"

static const struct denet_waited_segment segments[] = {
	{ .start_ns = 0, .end_ns = 1999, .pid = 7, .comm = "a\t<\xe2\x80\xae" },
	{ .start_ns = 1999, .end_ns = 5001, .pid = 8, .comm = "b", .is_waiting = true },
};

static const struct denet_waited known = { .size = sizeof(known),
					   .segments = segments,
					   .segments_count = 2 };
static const struct denet_waited not_known = { .size = sizeof(not_known), .unknown = "why" };
static const double cores[] = { 1.5, 0 };
static const uint64_t memory_kb[] = { 2048, 0 };
static const struct denet_series series = { .size = sizeof(series),
					    .step_ns = 1000000,
					    .cpu_cores = cores,
					    .memory_kb = memory_kb,
					    .count = 2 };

static struct denet_process process_of(uint64_t id, int64_t start_ns, uint64_t end_ns)
{
	return (struct denet_process){
		.size = sizeof(struct denet_process),
		.id = id,
		.pid = (uint32_t)id + 100,
		.comm = "p",
		.command = { .args = "p\0x y", .args_len = 6 },
		.start_ms = DENET_UNKNOWN,
		.wall_ns = DENET_UNKNOWN,
		.start_ns = start_ns,
		.end_ns = end_ns,
		.used.cpu_time_ns = DENET_UNKNOWN,
		.peak_rss_kb = 5,
		.end = { .known = true, .exit_code = 3 },
	};
}

static cJSON *trace_of(struct lives *lives, const struct denet_waited *waited, bool has_track_each)
{
	const struct denet_summary summary = { .size = sizeof(summary),
					       .accounting = DENET_ACCOUNTING_BPF };
	const struct trace_run run = { lives, &summary, waited, &series, has_track_each };
	AUTO(buf) struct buf buf = { 0 };
	cJSON *trace;

	lives_finish(lives, 6000);
	assert_int_equal(lives->error, 0);
	assert_int_equal(trace_append(&buf, &run), 0);
	trace = cJSON_Parse(buf_text(&buf));
	assert_non_null(trace);
	return trace;
}

static double number_of(const cJSON *event, const char *key)
{
	const cJSON *value = cJSON_GetObjectItem(event, key);

	assert_true(cJSON_IsNumber(value));
	return value->valuedouble;
}

static const cJSON *events_of(const cJSON *trace)
{
	return cJSON_GetObjectItem(trace, "traceEvents")->child;
}

/* The index-th event of a category. */
static const cJSON *event_of(const cJSON *trace, const char *category, int index)
{
	const cJSON *event;

	for (event = events_of(trace); event; event = event->next) {
		const cJSON *found = cJSON_GetObjectItem(event, "cat");

		if (found && strcmp(found->valuestring, category) == 0 && !index--)
			return event;
	}
	return NULL;
}

static void assert_event(const cJSON *event, double pid, double tid, double ts, double duration)
{
	assert_non_null(event);
	assert_true(number_of(event, "pid") == pid && number_of(event, "tid") == tid);
	if (number_of(event, "ts") != ts || number_of(event, "dur") != duration)
		fail_msg("%g for %g, not %g for %g", number_of(event, "ts"),
			 number_of(event, "dur"), ts, duration);
}

/* What adjoins in nanoseconds does so in microseconds. */
static void the_path_comes_first_and_adjoins(void **state)
{
	AUTO(lives) struct lives lives = { .count = 0 };
	const cJSON *first;
	cJSON *trace = trace_of(&lives, &known, false);

	(void)state;
	first = events_of(trace);
	assert_string_equal(cJSON_GetObjectItem(first, "name")->valuestring, "process_name");
	assert_true(number_of(first, "pid") == 0);
	assert_event(event_of(trace, "waited for", 0), 0, 0, 0, 1);
	assert_event(event_of(trace, "waited for", 1), 0, 0, 1, 4);
	assert_string_equal(
		cJSON_GetObjectItem(event_of(trace, "waited for", 0), "name")->valuestring, "a?<?");
	cJSON_Delete(trace);
}

static void a_path_that_is_not_known_is_not_there(void **state)
{
	AUTO(lives) struct lives lives = { .count = 0 };
	cJSON *trace = trace_of(&lives, &not_known, false);
	const cJSON *facts = cJSON_GetObjectItem(trace, "otherData");

	(void)state;
	assert_null(event_of(trace, "waited for", 0));
	assert_string_equal(
		cJSON_GetObjectItem(facts, "not known what the wall time waited for")->valuestring,
		"why");
	cJSON_Delete(trace);
}

static void processes_are_packed_or_have_a_track_each(void **state)
{
	const struct denet_process processes[] = { process_of(1, 0, 6000),
						   process_of(2, 1000, 2500),
						   process_of(3, 2500, 4000) };

	(void)state;
	for (int each = 0; each < 2; each++) {
		AUTO(lives) struct lives lives = { .count = 0 };
		cJSON *trace;

		for (size_t i = 3; i--;)
			lives_add(&lives, &processes[i], DENET_UNKNOWN);
		trace = trace_of(&lives, &known, each);
		assert_event(event_of(trace, "process", 0), each ? 2 : 1, each ? 2 : 1, 0, 6);
		assert_event(event_of(trace, "process", 1), each ? 3 : 1, each ? 3 : 2, 1, 1);
		assert_event(event_of(trace, "process", 2), each ? 4 : 1, each ? 4 : 2, 2, 2);
		assert_null(event_of(trace, "process", 3));
		cJSON_Delete(trace);
	}
}

static void what_is_not_known_is_left_out(void **state)
{
	const struct denet_process process = process_of(1, 0, 6000);
	AUTO(lives) struct lives lives = { .count = 0 };
	const cJSON *args;
	cJSON *trace;

	(void)state;
	lives_add(&lives, &process, DENET_UNKNOWN);
	trace = trace_of(&lives, &known, false);
	args = cJSON_GetObjectItem(event_of(trace, "process", 0), "args");
	assert_null(cJSON_GetObjectItem(args, "cpu us"));
	assert_null(cJSON_GetObjectItem(args, "ppid"));
	assert_true(number_of(args, "peak rss KiB") == 5 && number_of(args, "exit") == 3);
	assert_string_equal(cJSON_GetObjectItem(args, "cmd")->valuestring, "p 'x y'");
	cJSON_Delete(trace);
}

/* What was before the run, what runs on, and ends before starts. */
static void times_stay_within_the_run(void **state)
{
	struct denet_process processes[] = { process_of(1, -5000, 6000), process_of(2, 3000, 1000),
					     process_of(3, 4000, DENET_UNKNOWN) };
	AUTO(lives) struct lives lives = { .count = 0 };
	cJSON *trace;

	(void)state;
	processes[2].is_running = true;
	processes[2].end.known = false;
	for (size_t i = 0; i < 3; i++)
		lives_add(&lives, &processes[i], DENET_UNKNOWN);
	trace = trace_of(&lives, &known, false);
	assert_event(event_of(trace, "process", 0), 1, 1, 0, 6);
	assert_event(event_of(trace, "process", 1), 1, 2, 3, 0);
	assert_event(event_of(trace, "process", 2), 1, 2, 4, 2);
	cJSON_Delete(trace);
}

/* Records without nanoseconds have milliseconds; those with neither are counted. */
static void old_records_have_what_they_tell(void **state)
{
	struct denet_process old = process_of(0, 0, DENET_UNKNOWN);
	AUTO(lives) struct lives lives = { .count = 0 };
	const cJSON *facts;
	cJSON *trace;

	(void)state;
	lives_add(&lives, &old, 1000);
	old.start_ms = 1002;
	lives_add(&lives, &old, 1000);
	old.wall_ns = 3000000;
	lives_add(&lives, &old, DENET_UNKNOWN);
	lives_add(&lives, &old, 1000);
	trace = trace_of(&lives, &known, false);
	assert_event(event_of(trace, "process", 0), 1, 1, 2000, 3000);
	assert_null(event_of(trace, "process", 1));
	facts = cJSON_GetObjectItem(trace, "otherData");
	assert_true(number_of(facts, "processes without times, left out") == 3);
	cJSON_Delete(trace);
}

static void programs_lie_within_their_process(void **state)
{
	const struct denet_process_program programs[] = {
		{ .comm = "a", .start_ns = -10, .used.cpu_time_ns = 1 },
		{ .comm = "b", .start_ns = 3000, .used.cpu_time_ns = DENET_UNKNOWN },
		{ .comm = "c", .start_ns = 2000, .used.cpu_time_ns = 2000 },
		{ .comm = "d", .start_ns = 99000, .used.cpu_time_ns = 2000 },
	};
	struct denet_process process = process_of(1, 1000, 6000);
	AUTO(lives) struct lives lives = { .count = 0 };
	cJSON *trace;

	(void)state;
	process.programs = programs;
	process.programs_count = 4;
	lives_add(&lives, &process, DENET_UNKNOWN);
	trace = trace_of(&lives, &known, false);
	assert_event(event_of(trace, "program", 0), 1, 1, 1, 2);
	assert_event(event_of(trace, "program", 1), 1, 1, 3, 0);
	assert_event(event_of(trace, "program", 2), 1, 1, 3, 3);
	assert_event(event_of(trace, "program", 3), 1, 1, 6, 0);
	cJSON_Delete(trace);
}

static void samples_are_counters(void **state)
{
	AUTO(lives) struct lives lives = { .count = 0 };
	cJSON *trace = trace_of(&lives, &known, false);
	const cJSON *event;
	int count = 0;

	(void)state;
	for (event = events_of(trace); event; event = event->next)
		count += strcmp(cJSON_GetObjectItem(event, "ph")->valuestring, "C") == 0;
	assert_int_equal(count, 3);
	cJSON_Delete(trace);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_path_comes_first_and_adjoins),
		cmocka_unit_test(a_path_that_is_not_known_is_not_there),
		cmocka_unit_test(processes_are_packed_or_have_a_track_each),
		cmocka_unit_test(what_is_not_known_is_left_out),
		cmocka_unit_test(times_stay_within_the_run),
		cmocka_unit_test(old_records_have_what_they_tell),
		cmocka_unit_test(programs_lie_within_their_process),
		cmocka_unit_test(samples_are_counters),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
