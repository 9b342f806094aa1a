/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the wall time waited for, of processes that are made up. */
#include "analysis_world.h"

#include "util/buf.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static void check_whole(const struct denet_waited *waited)
{
	uint64_t at = waited->segments[0].start_ns, total = 0;

	for (size_t i = 0; i < waited->segments_count; i++) {
		assert_int_equal(waited->segments[i].start_ns, at);
		assert_true(waited->segments[i].end_ns > at);
		at = waited->segments[i].end_ns;
	}
	assert_int_equal(at - waited->segments[0].start_ns, waited->wall_ns);
	for (size_t i = 0; i < waited->programs_count; i++)
		total += waited->programs[i].time_ns;
	assert_int_equal(total, waited->wall_ns);
}

/* As "sh 0-100 sort 100-900~": a tilde where it was waiting. */
static void check_path(const struct world_process *told, size_t count, const char *expected)
{
	AUTO(denet_analysis) struct denet_analysis *analysis = world_analysis(told, count);
	struct denet_waited waited = { .size = sizeof(waited) };
	AUTO(buf) struct buf text = { 0 };

	assert_int_equal(denet_analysis_waited(analysis, &waited), 0);
	assert_null(waited.unknown);
	for (size_t i = 0; i < waited.segments_count; i++)
		buf_printf(&text, "%s%s %llu-%llu%s", i ? " " : "", waited.segments[i].comm,
			   (unsigned long long)(waited.segments[i].start_ns / NS_PER_MS),
			   (unsigned long long)(waited.segments[i].end_ns / NS_PER_MS),
			   waited.segments[i].is_waiting ? "~" : "");
	assert_string_equal(buf_text(&text), expected);
	check_whole(&waited);
}

static void one_process_is_all(void **state)
{
	const struct world_process told[] = { { 1, 0, "a", 0, 100, .cpu_ms = 90 } };

	(void)state;
	check_path(told, COUNT(told), "a 0-100");
}

static void the_child_that_ended_last_was_waited_for(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "make", 0, 100, .cpu_ms = 10 },
		{ 2, 1, "cc", 10, 60, .cpu_ms = 50 },
		{ 3, 1, "cc1", 12, 90, .cpu_ms = 78 },
		{ 4, 3, "as", 50, 80, .cpu_ms = 30 },
	};

	(void)state;
	check_path(told, COUNT(told), "make 0-12 cc1 12-50 as 50-80 cc1 80-90 make 90-100");
}

/* By the start, then by the id. */
static void of_two_that_end_at_once_the_later_one_counts(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "sh", 0, 100, .cpu_ms = 50 }, { 2, 1, "a", 10, 90, .cpu_ms = 80 },
		{ 3, 1, "b", 20, 90, .cpu_ms = 70 },  { 4, 1, "c", 20, 90, .cpu_ms = 70 },
		{ 5, 1, "d", 15, 90, .cpu_ms = 75 },
	};

	(void)state;
	check_path(told, COUNT(told), "sh 0-20 c 20-90 sh 90-100");
}

static void who_goes_on_was_not_waited_for(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "sh", 0, 100, .cpu_ms = 60 },
		{ 2, 1, "agent", 10, WORLD_RUNNING, .cpu_ms = 1 },
		{ 3, 1, "late", 10, 120, .cpu_ms = 1 },
		{ 4, 1, "cc", 50, 80, .cpu_ms = 30 },
	};

	(void)state;
	check_path(told, COUNT(told), "sh 0-50 cc 50-80 sh 80-100");
}

/* gzip ends last, and has read what sort has written. */
static void an_idle_end_of_a_pipe_hands_over(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "sh", 0, 1000, .cpu_ms = 2 },
		{ 2, 1, "sort", 10, 980, .cpu_ms = 960 },
		{ 3, 1, "gzip", 11, 990, .cpu_ms = 20 },
	};

	(void)state;
	check_path(told, COUNT(told), "sh 0-10 sort 10-980 gzip 980-990 sh 990-1000");
}

static void waiting_for_a_cpu_is_not_idle(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "make", 0, 1000, .cpu_ms = 2 },
		{ 2, 1, "cc", 10, 980, .cpu_ms = 900 },
		{ 3, 1, "cc1", 11, 990, .cpu_ms = 60, .delay_ms = 900 },
	};

	(void)state;
	check_path(told, COUNT(told), "make 0-11~ cc1 11-990 make 990-1000~");
}

static void a_driver_in_its_last_moments_hands_over_to_nobody(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "make", 0, 1000, .cpu_ms = 50 }, { 2, 1, "cc", 10, 500, .cpu_ms = 3 },
		{ 3, 2, "as", 20, 490, .cpu_ms = 400 },	 { 4, 1, "cc", 5, 495, .cpu_ms = 3 },
		{ 5, 1, "cc", 600, 900, .cpu_ms = 300 },
	};

	(void)state;
	check_path(told, COUNT(told),
		   "make 0-10 cc 10-20 as 20-490 cc 490-500 make 500-600 cc 600-900 make 900-1000");
}

static void two_that_end_at_once_do_not_hand_over_for_ever(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "sh", 0, 100, .cpu_ms = 1 },
		{ 2, 1, "a", 10, 90, .cpu_ms = 0 },
		{ 3, 1, "b", 10, 90, .cpu_ms = 0 },
	};

	(void)state;
	check_path(told, COUNT(told), "sh 0-10~ b 10-90~ sh 90-100~");
}

static void who_was_told_to_end_leads_to_the_teller(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "bash", 0, 1000, .cpu_ms = 150 },
		{ 2, 1, "server", 10, 990, .cpu_ms = 500, .told_by_id = 1, .told_ms = 900 },
		{ 3, 1, "sort", 100, 800, .cpu_ms = 700 },
	};

	(void)state;
	check_path(told, COUNT(told),
		   "bash 0-100 sort 100-800 bash 800-900 server 900-990 bash 990-1000");
}

/* The helper of another: its teller is no parent of it. */
static void the_teller_may_be_anybody(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "bash", 0, 1000, .cpu_ms = 300 },
		{ 2, 1, "server", 10, 990, .cpu_ms = 500, .told_by_id = 4, .told_ms = 900 },
		{ 3, 1, "sh", 100, 950, .cpu_ms = 500 },
		{ 4, 3, "kill", 880, 920, .cpu_ms = 20 },
	};

	(void)state;
	check_path(told, COUNT(told),
		   "bash 0-100 sh 100-880 kill 880-900 server 900-990 bash 990-1000");
}

static void whose_patience_ran_out_had_waited_for_the_other(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "timeout", 0, 500, .cpu_ms = 2 },
		{ 2, 1, "tests", 1, 499, .cpu_ms = 400, .told_by_id = 1, .told_ms = 498 },
	};

	(void)state;
	check_path(told, COUNT(told), "timeout 0-1 tests 1-499 timeout 499-500");
}

static void what_was_told_to_a_process_that_went_on_counts_for_nothing(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "sh", 0, 1000, .cpu_ms = 200 },
		{ 2, 1, "daemon", 10, 900, .cpu_ms = 500, .told_by_id = 3, .told_ms = 50 },
		{ 3, 1, "kill", 40, 60, .cpu_ms = 20 },
		{ 4, 2, "job", 100, 890, .cpu_ms = 700 },
	};

	(void)state;
	check_path(told, COUNT(told),
		   "sh 0-10 daemon 10-100 job 100-890 daemon 890-900 sh 900-1000");
}

static void a_process_that_execs_is_two_programs(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "python3", 0, 1000, .cpu_ms = 800, .before = "bash", .exec_ms = 300 },
		{ 2, 1, "dirname", 100, 200, .cpu_ms = 90 },
		{ 3, 1, "cc", 500, 600, .cpu_ms = 90, .before = "python3", .exec_ms = 510 },
	};

	(void)state;
	check_path(told, COUNT(told),
		   "bash 0-100 dirname 100-200 bash 200-300 python3 300-500 python3 500-510 cc "
		   "510-600 python3 600-1000");
}

/* The attach was at 0. */
static void what_was_before_the_start_is_left_out(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "bash", -5000, 1000, .cpu_ms = 300 },
		{ 2, 1, "job", -100, 400, .cpu_ms = 300 },
	};

	(void)state;
	check_path(told, COUNT(told), "job 0-400 bash 400-1000");
}

static void a_root_that_goes_on_ends_with_the_watching(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "bash", 0, WORLD_RUNNING, .cpu_ms = 300 },
		{ 2, 1, "job", 100, 400, .cpu_ms = 300 },
	};

	(void)state;
	check_path(told, COUNT(told), "bash 0-100 job 100-400 bash 400-1000");
}

static void contradictions_end_the_walk_as_well(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "a", 10, 100, .cpu_ms = 50 }, /* its child is older */
		{ 2, 1, "b", 5, 90, .cpu_ms = 50 },    { 3, 4, "ring", 10, 95, .cpu_ms = 5 },
		{ 4, 3, "ring", 10, 95, .cpu_ms = 5 }, { 5, 77, "orphan", 20, 99, .cpu_ms = 60 },
		{ 6, 5, "back", 80, 70, .cpu_ms = 5 },
	};

	(void)state;
	check_path(told, COUNT(told), "a 10-20 orphan 20-99 a 99-100");
}

static void check_unknown(struct denet_analysis *analysis, const char *why)
{
	struct denet_waited waited = { .size = sizeof(waited) };
	struct denet_parallel parallel = { .size = sizeof(parallel) };

	assert_int_equal(denet_analysis_waited(analysis, &waited), 0);
	assert_int_equal(denet_analysis_parallel(analysis, &parallel), 0);
	assert_string_equal(waited.unknown, why);
	assert_string_equal(parallel.unknown, why);
	assert_int_equal(waited.segments_count + waited.programs_count + parallel.count, 0);
	denet_analysis_free(analysis);
}

static struct denet_analysis *of_lines(const char *lines)
{
	struct denet_analysis *analysis = NULL;

	assert_int_equal(denet_analysis_of_lines(lines, strlen(lines), &analysis, NULL), 0);
	return analysis;
}

static void what_is_not_whole_says_why(void **state)
{
	const struct world_process one = WORLD_LIFE(1, 0, "a", 0, 100);
	const struct world_process two[] = { WORLD_LIFE(1, 0, "a", 0, 100),
					     WORLD_LIFE(1, 0, "b", 0, 100) };
	struct denet_analysis *analysis;

	(void)state;
	check_unknown(of_lines(""), "there are no records of processes");
	check_unknown(of_lines("{\"kind\":\"process\",\"pid\":7,\"comm\":\"a\",\"id\":1,"
			       "\"start_ms\":5,\"wall_ns\":6}"),
		      "the records do not tell when processes began and ended in nanoseconds");
	check_unknown(of_lines("{\"kind\":\"process\",\"pid\":7,\"comm\":\"a\",\"id\":1,"
			       "\"start_ns\":5,\"running\":true}"),
		      "the records end before the run did");
	check_unknown(of_lines("{\"kind\":\"metadata\",\"pid\":7,\"cmd\":[],\"executable\":\"\","
			       "\"t0_ms\":1,\"accounting\":\"proc\"}\n"
			       "{\"kind\":\"process\",\"pid\":7,\"comm\":\"a\",\"id\":1,"
			       "\"start_ns\":5,\"end_ns\":9}"),
		      "/proc does not show all processes, nor their times well enough");
	check_unknown(world_analysis(two, 2), "there are records of more than one run");
	assert_int_equal(denet_analysis_new(NULL, &analysis), 0);
	world_tell(denet_analysis_observer(analysis), &one);
	world_sum_up(denet_analysis_observer(analysis), 100, 2);
	check_unknown(analysis, "not every process has a record");
}

static void who_was_dropped_is_missed(void **state)
{
	const struct denet_analysis_options options = { .size = sizeof(options),
							.processes_max = 2 };
	struct denet_analysis *analysis = NULL;

	(void)state;
	assert_int_equal(denet_analysis_new(&options, &analysis), 0);
	for (uint64_t id = 1; id < 6; id++) {
		const struct world_process told = WORLD_LIFE(id, id > 1, "a", 0, 100);

		world_tell(denet_analysis_observer(analysis), &told);
	}
	world_sum_up(denet_analysis_observer(analysis), 100, 5);
	check_unknown(analysis, "there were too many processes to keep them all");
}

/* One after another, each on the path; a walk that looked at all of them each time would take minutes. */
static void a_hundred_thousand_children_are_not_too_many(void **state)
{
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;
	const struct world_process root = { 1, 0, "sh", 0, 400000, .cpu_ms = 400000 };
	struct denet_waited waited = { .size = sizeof(waited) };
	struct denet_parallel parallel = { .size = sizeof(parallel) };
	const struct denet_observer *to;

	(void)state;
	assert_int_equal(denet_analysis_new(NULL, &analysis), 0);
	to = denet_analysis_observer(analysis);
	for (int64_t i = 0; i < 100000; i++) {
		const struct world_process child = { (uint64_t)i + 2, 1,	 "true",
						     4 * i + 1,	      4 * i + 3, .cpu_ms = 2 };

		world_tell(to, &child);
	}
	world_tell(to, &root);
	world_sum_up(to, 400000, 100001);
	assert_int_equal(denet_analysis_waited(analysis, &waited), 0);
	assert_int_equal(waited.segments_count, 200001);
	check_whole(&waited);
	assert_int_equal(waited.programs[0].time_ns, 200000 * NS_PER_MS);
	assert_int_equal(denet_analysis_parallel(analysis, &parallel), 0);
	assert_int_equal(parallel.count, 2);
	assert_int_equal(parallel.time_ns[1], 400000 * NS_PER_MS);
}

static void part_of_the_time_was_waiting_for_a_cpu(void **state)
{
	const struct world_process told[] = {
		{ 1, 0, "sh", 0, 1000, .cpu_ms = 200 },
		{ 2, 1, "cc1", 100, 900, .cpu_ms = 400, .delay_ms = 400 },
	};
	AUTO(denet_analysis) struct denet_analysis *analysis = world_analysis(told, 2);
	struct denet_waited waited = { .size = sizeof(waited) };

	(void)state;
	assert_int_equal(denet_analysis_waited(analysis, &waited), 0);
	assert_int_equal(waited.run_delay_ns, 400 * NS_PER_MS);
	assert_int_equal(waited.waiting_ns, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_process_is_all),
		cmocka_unit_test(the_child_that_ended_last_was_waited_for),
		cmocka_unit_test(of_two_that_end_at_once_the_later_one_counts),
		cmocka_unit_test(who_goes_on_was_not_waited_for),
		cmocka_unit_test(an_idle_end_of_a_pipe_hands_over),
		cmocka_unit_test(waiting_for_a_cpu_is_not_idle),
		cmocka_unit_test(a_driver_in_its_last_moments_hands_over_to_nobody),
		cmocka_unit_test(two_that_end_at_once_do_not_hand_over_for_ever),
		cmocka_unit_test(who_was_told_to_end_leads_to_the_teller),
		cmocka_unit_test(the_teller_may_be_anybody),
		cmocka_unit_test(whose_patience_ran_out_had_waited_for_the_other),
		cmocka_unit_test(what_was_told_to_a_process_that_went_on_counts_for_nothing),
		cmocka_unit_test(a_process_that_execs_is_two_programs),
		cmocka_unit_test(what_was_before_the_start_is_left_out),
		cmocka_unit_test(a_root_that_goes_on_ends_with_the_watching),
		cmocka_unit_test(contradictions_end_the_walk_as_well),
		cmocka_unit_test(what_is_not_whole_says_why),
		cmocka_unit_test(who_was_dropped_is_missed),
		cmocka_unit_test(a_hundred_thousand_children_are_not_too_many),
		cmocka_unit_test(part_of_the_time_was_waiting_for_a_cpu),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
