/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "analysis/budget.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

/* Figures that each have a bound of their own in the tests below. */
static struct denet_summary exact_run(void)
{
	static const struct denet_group groups[] = {
		{ .comm = "cc1plus",
		  .count = 12,
		  .failed = 1,
		  .cpu_time_ns = 40000000000,
		  .peak_rss_kb = 311 * 1024 },
		{ .comm = "a]b", .count = 1, .cpu_time_ns = 5, .peak_rss_kb = DENET_UNKNOWN },
		{ .comm = "fifteen_letters", .count = 3, .cpu_time_ns = 6, .peak_rss_kb = 1 },
	};
	struct denet_summary summary = { .size = sizeof(summary) };

	summary.accounting = DENET_ACCOUNTING_BPF;
	summary.used.cpu_user_ns = 2;
	summary.used.disk_read_bytes = 3;
	summary.peak_mem_rss_kb = 1024;
	summary.peak_process_rss_kb = 32;
	summary.used.cpu_time_ns = 60000000000;
	summary.wall_ns = 300000000000;
	summary.peak_pss_kb = 2 * 1024 * 1024;
	summary.processes_total = 5000;
	summary.avg_cpu_usage = 87.5;
	summary.psi_some_fraction = 0.25;
	summary.total_time_secs = 300;
	summary.groups = groups;
	summary.groups_count = sizeof(groups) / sizeof(groups[0]);
	return summary;
}

static struct denet_budget judge(const char *text, const struct denet_summary *summary)
{
	struct denet_error error = { .size = sizeof(error) };
	struct denet_budget budget = { .size = sizeof(budget) };
	struct denet_budgets *budgets;

	assert_int_equal(denet_budgets_new(&budgets), 0);
	if (denet_budgets_add(budgets, text, &error))
		fail_msg("%s: %s", text, error.text);
	assert_int_equal(denet_budgets_count(budgets), 1);
	assert_int_equal(denet_budgets_check(budgets, 0, summary, &budget), 0);
	assert_int_equal(denet_budgets_check(budgets, 1, summary, &budget), -EINVAL);
	budget.expression = NULL; /* it goes with the budgets */
	denet_budgets_free(budgets);
	return budget;
}

static void expect(enum denet_budget_outcome outcome, const struct denet_summary *summary,
		   const char *const texts[])
{
	for (; *texts; texts++)
		if (judge(*texts, summary).outcome != outcome)
			fail_msg("%s: %d", *texts, judge(*texts, summary).outcome);
}

#define EXPECT(outcome, summary, ...) \
	expect(DENET_BUDGET_##outcome, summary, (const char *const[]){ __VA_ARGS__, NULL })

/* Every word of the list, between bars, is in the error. */
static void refuse(const char *text, const char *expected)
{
	struct denet_error error = { .size = sizeof(error) };
	struct expression expression;
	char list[256];
	char *rest = NULL;

	assert_int_equal(expression_parse(text, strlen(text), &expression, &error), -EINVAL);
	assert_in_range(strlen(expected), 1, sizeof(list) - 1);
	memcpy(list, expected, strlen(expected) + 1);
	for (char *word = strtok_r(list, "|", &rest); word; word = strtok_r(NULL, "|", &rest))
		if (!strstr(error.text, word))
			fail_msg("no \"%s\" in: %s", word, error.text);
}

static bool is_shared(bool of_program, const char *key, size_t len)
{
	struct figure figure;

	for (size_t i = 0; figures_get(of_program, i, &figure); i++)
		if (strcmp(figure.key, key) != 0 && strlen(figure.key) >= len &&
		    memcmp(figure.key, key, len) == 0 &&
		    (figure.short_len == len || strlen(figure.key) == len))
			return true;
	return false;
}

static void every_figure_has_a_short_name_of_its_own(void **state)
{
	(void)state;
	for (int of_program = 0; of_program <= 1; of_program++) {
		struct figure figure, found;
		size_t i = 0;

		for (; figures_get(of_program, i, &figure); i++) {
			size_t len = figure.short_len;

			if (is_shared(of_program, figure.key, len))
				fail_msg("%.*s is two figures", (int)len, figure.key);
			assert_int_equal(figures_find(of_program, figure.key, len, &found), 0);
			assert_string_equal(found.key, figure.key);
			assert_int_equal(
				figures_find(of_program, figure.key, strlen(figure.key), &found),
				0);
			assert_string_equal(found.key, figure.key);
		}
		assert_in_range(i, of_program ? 4 : 40, 96);
	}
}

/* A figure that is set to N is above N - 1, and not above N, whatever its unit and its form. */
static void every_figure_is_read_from_its_place(void **state)
{
	static const struct {
		const char *unit;
		const char *written;
	} units[] = { { "ns", "ns" }, { "kb", "kb" }, { "bytes", "B" }, { "percent", "%" },
		      { "s", "s" },   { "ms", "ms" }, { "", "" } };
	struct figure figure;

	(void)state;
	for (size_t i = 0; figures_get(false, i, &figure); i++) {
		struct denet_summary summary = exact_run();
		const double real = (double)i + 2;
		const uint64_t whole = i + 2;
		char text[128];
		size_t unit = 0;

		memcpy((char *)&summary + figure.offset,
		       figure.form == DENET_FORM_U64 ? (const void *)&whole : &real, 8);
		summary.tasks_lost = 0;
		while (strcmp(units[unit].unit, figure.unit) != 0)
			assert_in_range(++unit, 0, sizeof(units) / sizeof(units[0]) - 1);
		(void)snprintf(text, sizeof(text), "%s > %zu%s", figure.key, i + 1,
			       units[unit].written);
		if (strcmp(figure.key, "tasks_lost") != 0)
			EXPECT(BROKEN, &summary, text);
		(void)snprintf(text, sizeof(text), "%s > %zu%s", figure.key, i + 2,
			       units[unit].written);
		if (strcmp(figure.key, "tasks_lost") != 0)
			EXPECT(KEPT, &summary, text);
	}
}

static void operators_hold_at_their_border(void **state)
{
	const struct denet_summary run = exact_run();

	(void)state;
	EXPECT(BROKEN, &run, "cpu_time >= 60s", "cpu_time <= 60s", "cpu_time == 60s",
	       "cpu_time > 59999999999ns", "cpu_time < 60000000001ns", "cpu_time != 59s");
	EXPECT(KEPT, &run, "cpu_time > 60s", "cpu_time < 60s", "cpu_time != 60s", "cpu_time == 61s",
	       "cpu_time >= 60000000001ns", "cpu_time <= 59999999999ns");
}

static void units_say_how_much(void **state)
{
	struct denet_summary run = exact_run();

	(void)state;
	EXPECT(BROKEN, &run, "cpu_time == 1m", "cpu_time == 60000ms", "cpu_time == 60000000us",
	       "wall == 5m", "wall >= .05h");
	run.wall_ns = 100000000;
	EXPECT(BROKEN, &run, "wall == 0.1s", "wall==100ms", "wall == .1 s", "wall == 0.10s");
	EXPECT(BROKEN, &run, "peak_pss == 2GiB", "peak_pss == 2048MiB", "peak_pss == 2097152KiB",
	       "peak_pss == 2097152kb", "peak_pss == 2147483648B", "peak_pss > 2GB",
	       "peak_pss == 2.147483648GB", "peak_pss < 1TB", "peak_pss < 1TiB",
	       "peak_pss == 2147483.648kB", "peak_pss == 2147.483648MB");
	EXPECT(BROKEN, &run, "avg_cpu_usage == 87.5%", "avg_cpu_usage > 87 %",
	       "psi_some_fraction == 0.25", "total_time == 5m", "processes == 5000");
}

static void names_may_be_short_or_whole(void **state)
{
	const struct denet_summary run = exact_run();

	(void)state;
	EXPECT(BROKEN, &run, "cpu_time_ns == 60s", "processes_total >= 5000", "processes>=5000",
	       "peak_pss_kb == 2GiB", "total_disk_read_bytes > 0B", "total_disk_read > 0B",
	       "total_time_secs >= 300s");
}

static void figures_of_programs_are_of_all_of_one_name(void **state)
{
	const struct denet_summary run = exact_run();

	(void)state;
	EXPECT(BROKEN, &run, "programs[cc1plus].cpu_time >= 40s",
	       "programs[cc1plus].cpu_time_ns == 40s", "programs[cc1plus].peak_rss == 311MiB",
	       "programs[cc1plus].runs == 12", "programs[cc1plus].failed > 0",
	       "programs[a]b].runs == 1", "programs[fifteen_letters].runs == 3",
	       "programs[fifteen_letters_and_more].runs == 3", "programs[ld].runs == 0",
	       "programs[ld].failed < 1");
	EXPECT(KEPT, &run, "programs[cc1plus].cpu_time > 40s", "programs[ld].runs > 0");
	EXPECT(UNKNOWN, &run, "programs[ld].cpu_time > 0s", "programs[a]b].peak_rss > 1B",
	       "programs[CC1PLUS].cpu_time > 0s");
	assert_non_null(strstr(judge("programs[ld].cpu_time > 0s", &run).reason, "no program"));
}

static void figures_that_are_not_known_break_nothing(void **state)
{
	struct denet_summary run = exact_run();

	(void)state;
	run.peak_pss_kb = DENET_UNKNOWN;
	run.avg_cpu_usage = (double)NAN;
	run.groups_count = 0;
	EXPECT(UNKNOWN, &run, "peak_pss > 1B", "peak_pss < 1B", "peak_pss != 1B",
	       "avg_cpu_usage < 1%", "programs[cc1plus].runs == 0");
	assert_true(isnan(judge("peak_pss > 1B", &run).value));
	assert_non_null(judge("peak_pss > 1B", &run).reason);
	assert_null(judge("wall > 1s", &run).reason);
}

static void a_lower_bound_decides_above_alone(void **state)
{
	struct denet_summary run = exact_run();

	(void)state;
	run.accounting = DENET_ACCOUNTING_PROC;
	EXPECT(BROKEN, &run, "cpu_time > 59s", "cpu_time >= 60s", "cpu_time != 59s",
	       "cpu_user > 1ns", "peak_process_rss > 1kb", "programs[cc1plus].runs >= 12");
	EXPECT(KEPT, &run, "cpu_time < 60s", "cpu_time <= 59s", "cpu_time == 59s");
	EXPECT(UNDECIDED, &run, "cpu_time > 60s", "cpu_time < 61s", "cpu_time == 61s",
	       "cpu_time == 60s", "cpu_time != 60s", "cpu_time <= 60s", "avg_cpu_usage > 90%",
	       "programs[cc1plus].runs > 12", "programs[ld].runs == 0", "processes < 6000");
	/* What is of the clock, or what it says it is. */
	EXPECT(KEPT, &run, "wall > 5m", "peak_mem_rss > 1GiB", "peak_pss > 2GiB");
	EXPECT(BROKEN, &run, "wall >= 5m", "wall < 6m", "peak_pss < 3GiB");
	assert_int_equal(judge("cpu_time > 60s", &run).value_is, DENET_BUDGET_AT_LEAST);
	assert_string_equal(judge("cpu_time > 60s", &run).reason, "sampled from /proc");
	run.accounting = DENET_ACCOUNTING_BPF;
	run.tasks_lost = 1;
	EXPECT(UNDECIDED, &run, "cpu_time > 60s");
	run.tasks_lost = 0;
	run.records_lost = 1;
	EXPECT(KEPT, &run, "cpu_time > 60s");
	EXPECT(UNDECIDED, &run, "programs[cc1plus].cpu_time > 40s");
}

static void an_upper_bound_decides_below_alone(void **state)
{
	struct denet_summary run = exact_run();

	(void)state;
	run.pss_is_bound = true;
	EXPECT(KEPT, &run, "peak_pss > 2GiB", "peak_pss >= 3GiB", "peak_pss == 3GiB");
	EXPECT(BROKEN, &run, "peak_pss <= 2GiB", "peak_pss < 3GiB", "peak_pss != 3GiB");
	EXPECT(UNDECIDED, &run, "peak_pss > 1GiB", "peak_pss >= 2GiB", "peak_pss == 2GiB",
	       "peak_pss < 2GiB");
	EXPECT(KEPT, &run, "cpu_time > 60s");
}

static void what_is_rough_decides_nothing(void **state)
{
	struct denet_summary run = exact_run();

	(void)state;
	run.pss_is_rough = true;
	EXPECT(UNDECIDED, &run, "peak_pss > 1GiB", "peak_pss < 3GiB");
	run.pss_is_bound = true;
	EXPECT(UNDECIDED, &run, "peak_pss > 1GiB", "peak_pss < 3GiB");
	EXPECT(KEPT, &run, "cpu_time > 60s");
}

static void of_a_part_of_the_run_nothing_follows_for_ratios(void **state)
{
	struct denet_summary run = exact_run();

	(void)state;
	run.incomplete = "the records end before the run did";
	EXPECT(BROKEN, &run, "wall >= 5m", "peak_pss > 1GiB");
	EXPECT(UNDECIDED, &run, "wall > 5m", "avg_cpu_usage > 1%", "avg_cpu_usage < 99%",
	       "psi_some_fraction > 0.1", "total_time > 6m", "programs[ld].runs == 0");
	EXPECT(BROKEN, &run, "total_time > 4m");
	run.pss_is_bound = true;
	EXPECT(UNDECIDED, &run, "peak_pss > 1GiB", "peak_pss < 3GiB");
}

static void mistakes_are_marked_and_the_nearest_name_is_told(void **state)
{
	(void)state;
	refuse("cpu_tme > 60s", "'^cpu_tme > 60s'|did you mean 'cpu_time'?");
	refuse("peak_ps > 2GiB", "did you mean 'peak_pss'");
	refuse("disk_read > 2GiB", "did you mean 'total_disk_read'");
	refuse("zzzz > 1", "'^zzzz > 1'|no figure of the summary|help records");
	refuse("accounting == 1", "no figure");
	refuse("peak_process_pid > 1", "no figure");
	refuse("cpu_time > 60", "'cpu_time > 60^'|needs its unit: ns, us, ms, s, m or h");
	refuse("cpu_time > 60 # s", "needs its unit");
	refuse("cpu_time > 60GiB", "'cpu_time > 60^GiB'|not 'GiB'");
	refuse("peak_pss > 2G", "'peak_pss > 2^G'|KiB, MiB, GiB");
	refuse("peak_pss > 2 gib", "not 'gib'");
	refuse("processes > 5k", "'processes > 5^k'|processes_total has no unit, not 'k'");
	refuse("avg_cpu_usage > 50", "needs its unit: %");
	refuse("cpu_time 60s", "'cpu_time ^60s'|one of > >= < <= == !=");
	refuse("cpu_time = 60s", "'cpu_time ^= 60s'|did you mean '=='");
	refuse("cpu_time >", "'cpu_time >^'|a number belongs here");
	refuse("cpu_time => 60s", "'cpu_time ^=> 60s'");
	refuse("cpu_time > -1s", "'cpu_time > ^-1s'|a number");
	refuse("cpu_time > +5%", "'cpu_time > ^+5%'|a number");
	refuse("cpu_time > 1.2.3s", "'cpu_time > 1.2^.3s'");
	refuse("cpu_time > 1.s", "a number");
	refuse("cpu_time > .s", "a number");
	refuse("cpu_time > 1e3s", "not 'e'");
	refuse("cpu_time > 1s or wall > 2s", "'cpu_time > 1s ^or wall > 2s'|too much");
	refuse("> 60s", "'^> 60s'|name of a figure");
	refuse("programs[cc1plus] > 1", "'programs[^cc1plus] > 1'|'].'");
	refuse("programs[].runs > 1", "'programs[^].runs > 1'");
	refuse("programs[ld", "'].'");
	refuse("programs[ld].cpu > 1s", "'programs[ld].^cpu > 1s'|did you mean 'cpu_time'");
	refuse("programs[ld].wall > 1s", "no figure of a program");
	refuse("wall > 00000000000000000000000000000000001s", "too long");
}

static void long_and_hostile_text_is_one_line(void **state)
{
	struct denet_error error = { .size = sizeof(error) };
	struct expression expression;
	char text[4096];

	(void)state;
	memset(text, 'x', sizeof(text));
	assert_int_equal(expression_parse(text, sizeof(text), &expression, &error), -EINVAL);
	assert_in_range(strlen(error.text), 1, sizeof(error.text) - 1);
	assert_non_null(strstr(error.text, "no figure of the summary; see"));
	memset(text, 0, sizeof(text));
	assert_int_equal(expression_parse(text, sizeof(text), &expression, &error), -EINVAL);
	memset(text, '\r', sizeof(text));
	assert_int_equal(expression_parse(text, sizeof(text), &expression, &error), -ENODATA);
	refuse("cpu\ntime > 1s", "'^cpu?time");
	assert_int_equal(expression_parse("# all", 5, &expression, &error), -ENODATA);
	assert_int_equal(expression_parse("", 0, &expression, NULL), -ENODATA);
	assert_int_equal(expression_parse("x", 1, &expression, NULL), -EINVAL);
}

static void write_text(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_TRUNC | O_CLOEXEC);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	assert_int_equal(close(fd), 0);
}

static void a_file_has_one_a_line(void **state)
{
	const struct denet_summary run = exact_run();
	struct denet_budget budget = { .size = sizeof(budget) };
	struct denet_error error = { .size = sizeof(error) };
	char path[] = "/tmp/denet-budget-XXXXXX";
	struct denet_budgets *budgets;
	int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(denet_budgets_new(&budgets), 0);
	write_text(path, "# of the build\n\n  cpu_time > 60s  # a minute\r\n"
			 "programs[a#b].runs > 0\nwall >= 5m");
	assert_int_equal(denet_budgets_add_file(budgets, path, &error), 0);
	assert_int_equal(denet_budgets_count(budgets), 3);
	assert_int_equal(denet_budgets_check(budgets, 0, &run, &budget), 0);
	assert_string_equal(budget.expression, "cpu_time > 60s");
	assert_string_equal(budget.unit, "ns");
	assert_true(budget.value == 60e9 && budget.bound == 60e9);
	assert_int_equal(denet_budgets_check(budgets, 2, &run, &budget), 0);
	assert_int_equal(budget.outcome, DENET_BUDGET_BROKEN);
	write_text(path, "wall > 1s\n\nwal > 1s\n");
	assert_int_equal(denet_budgets_add_file(budgets, path, &error), -EINVAL);
	assert_ptr_equal(strstr(error.text, "line 3: at ^ in '^wal > 1s'"), error.text);
	assert_non_null(strstr(error.text, "did you mean 'wall'"));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(denet_budgets_add_file(budgets, path, &error), -ENOENT);
	assert_int_equal(denet_budgets_add_file(budgets, "/tmp", &error), -EISDIR);
	assert_int_equal(denet_budgets_add_file(budgets, "/dev/zero", &error), -EFBIG);
	denet_budgets_free(budgets);
	denet_budgets_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_figure_has_a_short_name_of_its_own),
		cmocka_unit_test(every_figure_is_read_from_its_place),
		cmocka_unit_test(operators_hold_at_their_border),
		cmocka_unit_test(units_say_how_much),
		cmocka_unit_test(names_may_be_short_or_whole),
		cmocka_unit_test(figures_of_programs_are_of_all_of_one_name),
		cmocka_unit_test(figures_that_are_not_known_break_nothing),
		cmocka_unit_test(a_lower_bound_decides_above_alone),
		cmocka_unit_test(an_upper_bound_decides_below_alone),
		cmocka_unit_test(what_is_rough_decides_nothing),
		cmocka_unit_test(of_a_part_of_the_run_nothing_follows_for_ratios),
		cmocka_unit_test(mistakes_are_marked_and_the_nearest_name_is_told),
		cmocka_unit_test(long_and_hostile_text_is_one_line),
		cmocka_unit_test(a_file_has_one_a_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
