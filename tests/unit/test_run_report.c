/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The files about a run, and what CI reads in its log: of a run whose names are hostile. */
#include "output/run_report.h"

#include <math.h>

#include "golden.h"
#include "output/ci_view.h"
#include "output/report_gantt.h"

#define MS UINT64_C(1000000)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct denet_group groups[] = {
	{ "cc1plus", 312, 1, 33100 * MS, 311 * 1024 },
	{ "a|b`c", 12, 0, 4020 * MS, 38 * 1024 },
	{ "]]>&<b>\"'", 4, 0, 2110 * MS, DENET_UNKNOWN },
	{ "::error::x\r\n|x", 1, 1, 800 * MS, 1 },
	{ "##teamcity['", 1, 0, 700 * MS, 2 },
	{ "\xff\x1b[31m", 1, 0, DENET_UNKNOWN, 3 },
};

static const struct denet_failure failures[] = {
	{ "cc1plus", { .known = true, .exit_code = 1 }, false, 1, false },
	{ "::error::x\r\n|x", { .known = true, .exit_code = -1, .signal = 9 }, true, 1, false },
};

static const struct denet_budget budgets[] = {
	{ .expression = "cpu_time > 40s",
	  .unit = "ns",
	  .outcome = DENET_BUDGET_BROKEN,
	  .value = 41920e6,
	  .bound = 40e9 },
	{ .expression = "wall > 5m",
	  .unit = "ns",
	  .outcome = DENET_BUDGET_KEPT,
	  .value = 12310e6,
	  .bound = 300e9 },
	{ .expression = "programs[]]>|'::%25\r\n].cpu_time > 1s",
	  .unit = "ns",
	  .outcome = DENET_BUDGET_UNKNOWN,
	  .value = (double)NAN,
	  .bound = 1e9,
	  .reason = "no program of this name was seen" },
	{ .expression = "peak_pss > 1GiB",
	  .unit = "kb",
	  .outcome = DENET_BUDGET_UNDECIDED,
	  .value_is = DENET_BUDGET_AT_MOST,
	  .value = 2097152,
	  .bound = 1048576,
	  .reason = "of some processes there is RSS alone" },
};

static const struct denet_waited_segment segments[] = {
	{ .start_ns = 0, .end_ns = 100 * MS, .comm = "make" },
	{ .start_ns = 100 * MS, .end_ns = 4000 * MS, .comm = "cc1plus" },
	{ .start_ns = 4000 * MS, .end_ns = 9000 * MS, .comm = "cc1plus" },
	{ .start_ns = 9000 * MS, .end_ns = 9000 * MS + 1, .comm = "short" },
	{ .start_ns = 9000 * MS + 1, .end_ns = 12310 * MS, .comm = "a:b#58;`\n%%{" },
};

static const struct denet_waited_program waited_programs[] = {
	{ "cc1plus", 8900 * MS, 2 },
	{ "a:b#58;`\n%%{", 3309999999, 1 },
	{ "make", 100 * MS, 1 },
};

static const struct denet_waited waited = {
	.size = sizeof(waited),
	.wall_ns = 12310 * MS,
	.segments = segments,
	.segments_count = COUNT(segments),
	.programs = waited_programs,
	.programs_count = COUNT(waited_programs),
};

static struct denet_summary hostile_summary(void)
{
	static const char args[] = "/usr/bin/ma|ke\0--token=secret";
	struct denet_summary summary;

	memset(&summary, 0xff, sizeof(summary));
	summary.accounting = DENET_ACCOUNTING_BPF;
	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	summary.end = (struct denet_end){ .known = true };
	summary.wall_ns = 12310 * MS;
	summary.total_time_secs = 12.31;
	summary.avg_cpu_usage = 340.5;
	summary.psi_some_fraction = (double)NAN;
	summary.used.cpu_time_ns = 41920 * MS;
	summary.processes_total = 331;
	summary.processes_failed = 2;
	summary.tasks_lost = 0;
	summary.peak_mem_rss_kb = 1400 * 1024;
	summary.peak_process_comm = "cc1plus";
	summary.memory_verdict = NULL;
	summary.incomplete = NULL;
	summary.pss_is_rough = summary.memory_limit_changed = summary.cpu_limit_changed = false;
	summary.pss_is_bound = summary.memory_limit_hit = summary.memory_stall_of_cgroup = false;
	summary.groups = groups;
	summary.groups_count = COUNT(groups);
	summary.failures = failures;
	summary.failures_count = COUNT(failures);
	summary.survivors_count = 0;
	return summary;
}

static struct run_report report_of(const struct denet_summary *summary)
{
	return (struct run_report){
		.summary = summary,
		.json = "{\"kind\":\"summary\",\"wall_ns\":12310000000}",
		.budgets = budgets,
		.budgets_count = COUNT(budgets),
		.waited = &waited,
	};
}

static void assert_golden(const char *name, void (*append)(struct buf *, const struct run_report *))
{
	const struct denet_summary summary = hostile_summary();
	const struct run_report report = report_of(&summary);
	AUTO(buf) struct buf text = { 0 };

	append(&text, &report);
	golden_check(name, &text);
}

static void markdown_shows_no_arguments(void **state)
{
	(void)state;
	assert_golden("report_markdown", report_markdown_append);
}

static void each_budget_is_a_test(void **state)
{
	(void)state;
	assert_golden("report_junit", report_junit_append);
}

static void metrics_are_in_base_units(void **state)
{
	(void)state;
	assert_golden("report_metrics", report_metrics_append);
}

static void json_goes_on_where_the_record_ends(void **state)
{
	(void)state;
	assert_golden("report_json", report_json_append);
}

static void github_gets_a_line_a_budget(void **state)
{
	(void)state;
	assert_golden("report_github", ci_view_github);
}

static void teamcity_gets_figures_and_problems(void **state)
{
	(void)state;
	assert_golden("report_teamcity", ci_view_teamcity);
}

static void strict_makes_all_that_is_open_a_failure(void **state)
{
	const struct denet_summary summary = hostile_summary();
	struct run_report report = report_of(&summary);
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	report.is_strict = true;
	report_junit_append(&text, &report);
	ci_view_github(&text, &report);
	assert_non_null(strstr(buf_text(&text), "failures=\"3\" errors=\"0\" skipped=\"0\""));
	assert_null(strstr(buf_text(&text), "::warning"));
}

/* A step's page may have 1 MiB, and a person reads less. */
static void a_page_is_bounded_and_says_what_is_left_out(void **state)
{
	enum { MANY = 5000 };
	static struct denet_group many_groups[MANY];
	static struct denet_failure many_failures[MANY];
	static struct denet_budget many_budgets[MANY];
	struct denet_summary summary = hostile_summary();
	AUTO(buf) struct buf text = { 0 };
	char expression[4000];

	(void)state;
	memset(expression, '|', sizeof(expression) - 1);
	expression[sizeof(expression) - 1] = '\0';
	for (size_t i = 0; i < MANY; i++) {
		many_groups[i] = groups[i % COUNT(groups)];
		many_failures[i] = failures[i % COUNT(failures)];
		many_budgets[i] = budgets[i % COUNT(budgets)];
		many_budgets[i].expression = expression;
	}
	summary.groups = many_groups;
	summary.failures = many_failures;
	summary.groups_count = summary.failures_count = MANY;
	report_markdown_append(&text, &(struct run_report){ .summary = &summary,
							    .budgets = many_budgets,
							    .budgets_count = MANY });
	assert_in_range(text.len, 1000, 65536);
	assert_non_null(strstr(buf_text(&text), "4,980 more programs left out."));
	assert_non_null(strstr(buf_text(&text), "4,980 more ways of failing left out."));
	assert_non_null(strstr(buf_text(&text), "4,950 more budgets left out."));
}

/* Charts of more than 50,000 characters are not drawn. */
static void a_chart_is_bounded(void **state)
{
	enum { MANY = 5000 };
	static struct denet_waited_segment many[MANY];
	struct denet_waited long_one = waited;
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	for (size_t i = 0; i < MANY; i++)
		many[i] = (struct denet_waited_segment){ .start_ns = i * 10 * MS,
							 .end_ns = (i + 1) * 10 * MS,
							 .comm = i % 2 ? "a" : "b" };
	long_one.segments = many;
	long_one.segments_count = MANY;
	report_gantt_append(&text, &long_one);
	assert_in_range(text.len, 500, 5000);
	assert_non_null(strstr(buf_text(&text), "Shorter ones left out: 4,970."));
	buf_reset(&text);
	long_one.unknown = "records were left out";
	report_gantt_append(&text, &long_one);
	report_gantt_append(&text, NULL);
	assert_int_equal(text.len, 0);
}

static void sections_have_a_time(void **state)
{
	AUTO(buf) struct buf text = { 0 };

	(void)state;
	ci_view_gitlab_begin(&text, 1700000000);
	ci_view_gitlab_end(&text, 1700000001);
	assert_string_equal(buf_text(&text),
			    "\033[0Ksection_start:1700000000:denet_bpf_summary\r\033[0Kdenet-bpf\n"
			    "\033[0Ksection_end:1700000001:denet_bpf_summary\r\033[0K\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(markdown_shows_no_arguments),
		cmocka_unit_test(each_budget_is_a_test),
		cmocka_unit_test(metrics_are_in_base_units),
		cmocka_unit_test(json_goes_on_where_the_record_ends),
		cmocka_unit_test(github_gets_a_line_a_budget),
		cmocka_unit_test(teamcity_gets_figures_and_problems),
		cmocka_unit_test(strict_makes_all_that_is_open_a_failure),
		cmocka_unit_test(a_page_is_bounded_and_says_what_is_left_out),
		cmocka_unit_test(a_chart_is_bounded),
		cmocka_unit_test(sections_have_a_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
