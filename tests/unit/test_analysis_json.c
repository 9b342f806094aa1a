/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* An analysis as JSON, its figures named as in the records. */
#include "analysis_world.h"

static const struct world_process build[] = {
	{ 1, 0, "make", 0, 1000, .cpu_ms = 500, .peak_kb = 10 },
	{ 2, 1, "\"<\n", 100, 900, .cpu_ms = 2, .delay_ms = 10, .peak_kb = DENET_UNKNOWN,
	  .args = "a \"b\"" },
};

static void check(const struct denet_rollup_options *options, size_t segments_max,
		  const char *expected)
{
	AUTO(denet_analysis) struct denet_analysis *analysis = world_analysis(build, 2);
	char *text = NULL;

	assert_int_equal(denet_analysis_json(analysis, options, segments_max, false, &text), 0);
	assert_string_equal(text, expected);
	denet_free(text);
}

static void all_of_it(void **state)
{
	const struct denet_rollup_options options = { .size = sizeof(options),
						      .by = DENET_ROLLUP_COMM };

	(void)state;
	check(&options, 0,
	      "{\"waited_for\":{\"wall_ns\":1000000000,\"waiting_ns\":800000000,\"run_delay_ns\":"
	      "10000000,\"programs\":[{\"comm\":\"\\\"\\u003c\\n\",\"time_ns\":800000000,"
	      "\"segments\":1},{\"comm\":\"make\",\"time_ns\":200000000,\"segments\":2}],"
	      "\"segments\":[{\"start_ns\":0,\"end_ns\":100000000,\"pid\":1,\"id\":1,\"comm\":"
	      "\"make\",\"cmd\":[\"make\"],\"waiting\":false},{\"start_ns\":100000000,\"end_ns\":"
	      "900000000,\"pid\":2,\"id\":2,\"comm\":\"\\\"\\u003c\\n\",\"cmd\":[\"a \\\"b\\\"\"],"
	      "\"waiting\":true},{\"start_ns\":900000000,\"end_ns\":1000000000,\"pid\":1,\"id\":1,"
	      "\"comm\":\"make\",\"cmd\":[\"make\"],\"waiting\":false}]},\"running_ns\":[0,"
	      "1000000000],\"rows\":[{\"name\":\"make\",\"runs\":1,\"failed\":0,\"cpu_time_ns\":"
	      "500000000,\"wall_ns\":1000000000,\"peak_rss_kb\":10},{\"name\":\"\\\"\\u003c\\n\","
	      "\"runs\":1,\"failed\":0,\"cpu_time_ns\":2000000,\"wall_ns\":800000000}],"
	      "\"rows_omitted\":0}");
}

static void the_longest_segments_alone(void **state)
{
	(void)state;
	check(NULL, 1,
	      "{\"waited_for\":{\"wall_ns\":1000000000,\"waiting_ns\":800000000,\"run_delay_ns\":"
	      "10000000,\"programs\":[{\"comm\":\"\\\"\\u003c\\n\",\"time_ns\":800000000,"
	      "\"segments\":1},{\"comm\":\"make\",\"time_ns\":200000000,\"segments\":2}],"
	      "\"segments\":[{\"start_ns\":100000000,\"end_ns\":900000000,\"pid\":2,\"id\":2,"
	      "\"comm\":\"\\\"\\u003c\\n\",\"cmd\":[\"a \\\"b\\\"\"],\"waiting\":true}]},"
	      "\"running_ns\":[0,1000000000]}");
}

static void nothing_says_why(void **state)
{
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;
	const struct denet_rollup_options options = { .size = sizeof(options) };
	char *text = NULL;

	(void)state;
	assert_int_equal(denet_analysis_new(NULL, &analysis), 0);
	assert_int_equal(denet_analysis_json(analysis, &options, 0, false, &text), 0);
	assert_string_equal(text,
			    "{\"waited_for\":{\"unknown\":\"there are no records of processes\"}}");
	denet_free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_of_it),
		cmocka_unit_test(the_longest_segments_alone),
		cmocka_unit_test(nothing_says_why),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
