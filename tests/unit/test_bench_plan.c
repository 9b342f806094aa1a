/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/bench_plan.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>

#include <cmocka.h>

#include "parse_options.h"
#include "util/cleanup.h"

#define PLAN(...) plan_of((const char *[]){ "denet-bpf", "bench", __VA_ARGS__, NULL })

static struct bench_plan *plan_of(const char *const given[])
{
	struct options options = parse(given);
	struct bench_plan *plan;

	assert_int_equal(bench_plan_new(&options, &plan), 0);
	return plan;
}

static void assert_texts(const struct bench_plan *plan, const char *const expected[], size_t count)
{
	assert_int_equal(plan->count, count);
	for (size_t i = 0; i < count; i++)
		assert_string_equal(plan->entries[i].text, expected[i]);
}

#define ASSERT_TEXTS(plan, ...)                                  \
	assert_texts(plan, (const char *const[]){ __VA_ARGS__ }, \
		     sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(char *))

static void lines_are_for_the_shell(void **state)
{
	AUTO(bench_plan) struct bench_plan *plan = PLAN("a b", "--vs", "c | d");
	char **made = plan->entries[1].argv;

	(void)state;
	ASSERT_TEXTS(plan, "a b", "c | d");
	assert_true(plan->has_shell);
	assert_string_equal(made[0], "/bin/sh");
	assert_string_equal(made[1], "-c");
	assert_string_equal(made[2], "c | d");
	assert_null(made[3]);
	assert_null(plan->entries[0].prepare);
}

static void words_are_taken_apart_without_one(void **state)
{
	AUTO(bench_plan) struct bench_plan *plan = PLAN("-N", "a 'b c'");
	char **made = plan->entries[0].argv;

	(void)state;
	assert_false(plan->has_shell);
	assert_string_equal(made[0], "a");
	assert_string_equal(made[1], "b c");
	assert_null(made[2]);
}

static void arguments_behind_dashes_are_as_they_are(void **state)
{
	AUTO(bench_plan)
	struct bench_plan *plan = PLAN("--sweep", "n=1,2", "--", "a", "b {n}", "", "-n");
	char **made = plan->entries[1].argv;

	(void)state;
	ASSERT_TEXTS(plan, "a 'b 1' '' -n", "a 'b 2' '' -n");
	assert_false(plan->has_shell);
	assert_string_equal(made[1], "b 2");
	assert_string_equal(made[2], "");
	assert_string_equal(made[3], "-n");
	assert_null(made[4]);
}

static void sweeps_make_all_combinations(void **state)
{
	AUTO(bench_plan)
	struct bench_plan *plan =
		PLAN("--sweep", "a=1,2", "--sweep", "b=x,", "--prepare", "p {a}", "c {a} {b}");
	const struct bench_entry *entry = &plan->entries[3];

	(void)state;
	ASSERT_TEXTS(plan, "c 1 x", "c 1 ", "c 2 x", "c 2 ");
	assert_int_equal(entry->parameters_count, 2);
	assert_string_equal(entry->parameters[0].name, "a");
	assert_string_equal(entry->parameters[0].value, "2");
	assert_string_equal(entry->parameters[1].value, "");
	assert_string_equal(entry->prepare[2], "p 2");
}

/* But the same line given twice is there twice: that tells what is noise. */
static void what_no_sweep_changes_is_there_once(void **state)
{
	AUTO(bench_plan)
	struct bench_plan *plan =
		PLAN("--sweep", "j=1,2", "make -j{j}", "--vs", "ninja", "--vs", "ninja");

	(void)state;
	ASSERT_TEXTS(plan, "make -j1", "ninja", "ninja", "make -j2");
}

static void what_a_sweep_makes_may_be_no_words(void **state)
{
	struct options options = PARSE("bench", "-N", "--sweep", "a=x,'", "c {a}");
	struct bench_plan *plan = NULL;

	(void)state;
	assert_int_equal(bench_plan_new(&options, &plan), -EINVAL);
	assert_null(plan);
}

static void what_is_wrong_is_refused(void **state)
{
	(void)state;
	REFUSE("bench needs", "bench");
	REFUSE("bench needs", "bench", "");
	REFUSE("too many quotes '--'", "bench", "make", "all");
	REFUSE("nothing can follow", "bench", "make", "--", "make");
	REFUSE("--vs no effect", "bench", "--vs", "b", "--", "a");
	REFUSE("--no-shell no effect", "bench", "-N", "--", "a");
	REFUSE("--no-shell apart", "bench", "-N", "a 'b");
	REFUSE("--no-shell apart", "bench", "-N", "a", "--vs", "\"");
	REFUSE("--vs takes CMD", "bench", "a", "--vs", "");
	REFUSE("--sweep NAME=A,B,C", "bench", "a {x}", "--sweep", "x");
	REFUSE("--sweep {y} no command", "bench", "a {x}", "--sweep", "y=1");
	REFUSE("--sweep twice 'x'", "bench", "a {x}", "--sweep", "x=1", "--sweep", "x=2");
	REFUSE("at most 64", "bench", "a {x} {y}", "--sweep", "x=1,2,3,4,5,6,7,8,9", "--sweep",
	       "y=1,2,3,4,5,6,7,8");
	REFUSE("--export .csv 'a.txt'", "bench", "a", "--export", "a.txt");
	REFUSE("--export .csv '.md'", "bench", "a", "--export", ".md");
	REFUSE("--export twice", "bench", "a", "--export", "a.md", "--export", "a.md");
	REFUSE("--runs 1 to '0'", "bench", "a", "-n", "0");
	REFUSE("--warmup 0 to '-1'", "bench", "a", "--warmup", "-1");
	REFUSE("--md no effect --json", "bench", "a", "--md", "--json");
	REFUSE("--fail-if", "bench", "a", "--fail-if", "cpu_time > +5");
	REFUSE("--fail-if cpu_tim", "bench", "a", "--fail-if", "cpu_tim > +5%");
	REFUSE("--live no meaning bench", "bench", "a", "--live");
	REFUSE("--runs no meaning run", "run", "--runs", "2", "a");
}

static void letters_are_those_of_the_command(void **state)
{
	struct options options = PARSE("bench", "-n", "3", "--warmup", "0", "a");

	(void)state;
	assert_int_equal(options.runs, 3);
	assert_int_equal(options.warmups, 0);
	assert_false(options.no_update);
	assert_true(PARSE("run", "-n", "a").no_update);
	assert_true(PARSE("-n", "run", "a").no_update);
	assert_int_equal(PARSE("bench", "a").runs, 10);
	assert_int_equal(PARSE("bench", "a").warmups, 1);
	assert_int_equal(PARSE("--runs=4", "bench", "a").runs, 4);
}

static void budgets_are_of_medians_or_of_changes(void **state)
{
	struct options options = PARSE("--fail-if", "wall > +5%", "bench", "a", "--fail-if",
				       "programs[g++].cpu_time > 3s");

	(void)state;
	assert_int_equal(options.budgets.count, 2);
	assert_true(options_is_change(&options, options.budgets.items[0]));
	assert_false(options_is_change(&options, options.budgets.items[1]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_are_for_the_shell),
		cmocka_unit_test(words_are_taken_apart_without_one),
		cmocka_unit_test(arguments_behind_dashes_are_as_they_are),
		cmocka_unit_test(sweeps_make_all_combinations),
		cmocka_unit_test(what_no_sweep_changes_is_there_once),
		cmocka_unit_test(what_a_sweep_makes_may_be_no_words),
		cmocka_unit_test(what_is_wrong_is_refused),
		cmocka_unit_test(letters_are_those_of_the_command),
		cmocka_unit_test(budgets_are_of_medians_or_of_changes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
