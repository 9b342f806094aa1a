/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What an analysis adds to the summary: of the recorded jobs, held by golden files. */
#include "golden.h"

#include "cli/insight.h"
#include "output/stats_view.h"

static void denet_analysis_freep(struct denet_analysis **analysis)
{
	denet_analysis_free(*analysis);
}

static void denet_stats_freep(struct denet_stats **stats)
{
	denet_stats_free(*stats);
}

static void check_as(const char *name, const char *file, const struct options *options,
		     size_t columns, bool is_verbose)
{
	const struct term_style style = { .columns = columns, .is_unicode = true };
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;
	AUTO(denet_stats) struct denet_stats *stats = NULL;
	AUTO(buf) struct buf text = { 0 };
	struct options wanted = *options;
	struct insight insight;
	char path[4096];

	(void)snprintf(path, sizeof(path), "%s/%s", FIXTURES, file);
	assert_int_equal(denet_analysis_new(NULL, &analysis), 0);
	assert_int_equal(denet_stats_read_to(path, denet_analysis_observer(analysis), &stats, NULL),
			 0);
	wanted.verbose = true;
	assert_int_equal(insight_take(&insight, analysis, &wanted), 0);
	stats_view_append(&text, &style, NULL, stats, &insight.shown, is_verbose);
	golden_check(name, &text);
}

static void check(const char *name, const char *file, const struct options *options, size_t columns)
{
	check_as(name, file, options, columns, false);
}

static void a_build(void **state)
{
	const struct options options = { .json = false };

	(void)state;
	check("waited_build_100", "waited/make-2.jsonl", &options, 100);
	/* A glance, unless more is asked for. */
	check("waited_build_40", "waited/make-2.jsonl", &options, 40);
	check_as("waited_build_40_long", "waited/make-2.jsonl", &options, 40, true);
}

static void the_jobs_of_a_build(void **state)
{
	const struct options options = { .has_rows = true, .by = 3, .under = "make", .top = 4 };
	const struct options nobody = { .has_rows = true, .by = 3, .under = "ninja" };

	(void)state;
	check("waited_jobs", "waited/make-2.jsonl", &options, 80);
	check("waited_nobody", "waited/make-2.jsonl", &nobody, 80);
}

static void a_server_beside_the_tests(void **state)
{
	const struct options options = { .has_rows = true, .by = 5 };

	(void)state;
	check("waited_server", "waited/server.jsonl", &options, 80);
}

/* It was cut off when it was recorded. */
static void what_is_not_known_says_why(void **state)
{
	const struct options options = { .json = false };

	(void)state;
	check("waited_unknown", "records/own.jsonl", &options, 80);
}

/* Names come from anybody: no control character gets through. */
static void hostile_names_are_harmless(void **state)
{
	const struct options options = { .has_rows = true, .by = 1, .verbose = true };
	const struct term_style style = { .columns = 80, .is_unicode = true };
	static const char lines[] =
		"{\"kind\":\"process\",\"pid\":8,\"comm\":\"\\u001b[2J\",\"cmd\":[\"a\","
		"\"\\n\\u202e\"],"
		"\"cpu_time_ns\":5000000000,\"id\":2,\"parent_id\":1,\"start_ns\":10,\"end_ns\":"
		"900}\n"
		"{\"kind\":\"process\",\"pid\":7,\"comm\":\"b\\r\",\"cpu_time_ns\":6,\"id\":1,"
		"\"start_ns\":0,\"end_ns\":1000}\n";
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;
	AUTO(buf) struct buf text = { 0 };
	struct insight insight;

	(void)state;
	assert_int_equal(denet_analysis_of_lines(lines, sizeof(lines) - 1, &analysis, NULL), 0);
	assert_int_equal(insight_take(&insight, analysis, &options), 0);
	waited_view_append_rows(&text, &style, &insight.shown);
	waited_view_append_tables(&text, &style, &insight.shown);
	golden_check("waited_hostile", &text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_build),
		cmocka_unit_test(the_jobs_of_a_build),
		cmocka_unit_test(a_server_beside_the_tests),
		cmocka_unit_test(what_is_not_known_says_why),
		cmocka_unit_test(hostile_names_are_harmless),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
