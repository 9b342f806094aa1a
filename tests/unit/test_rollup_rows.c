/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Who used how much, by what they have in common. */
#include "analysis_world.h"

#include "util/buf.h"

static const struct world_process build[] = {
	{ 1, 0, "sh", 0, 1000, .cpu_ms = 5, .peak_kb = 10 },
	{ 2, 1, "make", 10, 900, .cpu_ms = 20, .peak_kb = 20, .before = "sh", .exec_ms = 12 },
	{ 3, 2, "cc", 20, 400, .cpu_ms = 10, .peak_kb = 30, .args = "cc a.c" },
	{ 4, 3, "cc1", 30, 390, .cpu_ms = 300, .peak_kb = 400, .uid = 7 },
	{ 5, 2, "cc", 300, 800, .cpu_ms = 12, .peak_kb = 31, .args = "cc b.c", .exit_code = 1 },
	{ 6, 5, "cc1", 310, 700, .cpu_ms = 350, .peak_kb = 390 },
	{ 7, 1, "ld", 905, 990, .cpu_ms = 70, .peak_kb = 900 },
};

#define BUILD_COUNT (sizeof(build) / sizeof(build[0]))

/* Rows as "cc1 2 650 670 400;": name, runs, CPU, wall, peak, and pid or failures where there are any. */
static void check(const struct denet_rollup_options *options, const char *expected)
{
	AUTO(denet_analysis) struct denet_analysis *analysis = world_analysis(build, BUILD_COUNT);
	struct denet_rollup rollup = { .size = sizeof(rollup) };
	AUTO(buf) struct buf text = { 0 };

	assert_int_equal(denet_analysis_rollup(analysis, options, &rollup), 0);
	assert_null(rollup.unknown);
	for (size_t i = 0; i < rollup.rows_count; i++) {
		const struct denet_rollup_row *row = &rollup.rows[i];

		buf_printf(&text, "%s %llu %llu %llu %llu", row->name,
			   (unsigned long long)row->runs,
			   (unsigned long long)(row->cpu_time_ns / NS_PER_MS),
			   (unsigned long long)(row->wall_ns / NS_PER_MS),
			   (unsigned long long)row->peak_rss_kb);
		if (row->pid)
			buf_printf(&text, " [%u]", row->pid);
		if (row->failed)
			buf_printf(&text, " %llu failed", (unsigned long long)row->failed);
		buf_append_text(&text, "; ");
	}
	if (rollup.rows_omitted)
		buf_printf(&text, "and %llu", (unsigned long long)rollup.rows_omitted);
	assert_string_equal(buf_text(&text), expected);
}

static struct denet_rollup_options by(enum denet_rollup_by how)
{
	return (struct denet_rollup_options){ .size = sizeof(struct denet_rollup_options),
					      .by = how };
}

static void by_name_each_program_has_its_share(void **state)
{
	const struct denet_rollup_options options = by(DENET_ROLLUP_COMM);

	(void)state;
	check(&options, "cc1 2 650 670 400; ld 1 70 85 900; cc 2 22 780 31 1 failed; "
			"sh 1 15 1000 10; make 1 10 888 20; ");
}

static void by_command_line(void **state)
{
	struct denet_rollup_options options = by(DENET_ROLLUP_CMD);

	(void)state;
	options.rows_max = 3;
	options.sort = DENET_ROLLUP_BY_WALL;
	/* What was forked with the shell has no command line of its own. */
	check(&options, "sh 1 5 1000 10; make 1 10 888 20; cc1 2 650 670 400; and 4");
}

static void by_peak_and_by_runs(void **state)
{
	struct denet_rollup_options options = by(DENET_ROLLUP_COMM);

	(void)state;
	options.rows_max = 2;
	options.sort = DENET_ROLLUP_BY_PEAK;
	check(&options, "ld 1 70 85 900; cc1 2 650 670 400; and 3");
	options.sort = DENET_ROLLUP_BY_RUNS;
	check(&options, "cc1 2 650 670 400; cc 2 22 780 31 1 failed; and 3");
}

static void the_heaviest_processes(void **state)
{
	struct denet_rollup_options options = by(DENET_ROLLUP_PROCESS);

	(void)state;
	options.rows_max = 2;
	check(&options, "cc1 1 350 390 390 [6]; cc1 1 300 360 400 [4]; and 5");
}

static void each_child_of_the_root_with_all_that_it_started(void **state)
{
	const struct denet_rollup_options options = by(DENET_ROLLUP_SUBTREE);

	(void)state;
	check(&options,
	      "make 5 692 890 400 [2] 1 failed; ld 1 70 85 900 [7]; sh 1 5 1000 10 [1]; ");
}

static void each_child_of_who_matches(void **state)
{
	struct denet_rollup_options options = by(DENET_ROLLUP_SUBTREE);

	(void)state;
	options.under = "make";
	check(&options, "cc 2 362 500 390 [5] 1 failed; cc 2 310 380 400 [3]; ");
	options.under = "cc ?.c";
	check(&options, "cc1 1 350 390 390 [6]; cc1 1 300 360 400 [4]; ");
	options.under = "nobody";
	check(&options, "");
}

static void only_what_who_matches_has_started(void **state)
{
	struct denet_rollup_options options = by(DENET_ROLLUP_COMM);

	(void)state;
	options.under = "ma*";
	check(&options, "cc1 2 650 670 400; cc 2 22 780 31 1 failed; ");
}

static void by_user_file_and_cgroup(void **state)
{
	(void)state;
	check(&(struct denet_rollup_options){ .size = sizeof(struct denet_rollup_options),
					      .by = DENET_ROLLUP_USER },
	      "#0 6 467 1000 900 1 failed; #7 1 300 360 400; ");
	check(&(struct denet_rollup_options){ .size = sizeof(struct denet_rollup_options),
					      .by = DENET_ROLLUP_CGROUP },
	      "? 7 767 1000 900 1 failed; ");
	check(&(struct denet_rollup_options){ .size = sizeof(struct denet_rollup_options),
					      .by = DENET_ROLLUP_EXE,
					      .rows_max = 1 },
	      "cc1 2 650 670 400; and 4");
}

static void of_many_the_heaviest_alone_are_known(void **state)
{
	const struct denet_analysis_options few = { .size = sizeof(few), .processes_max = 2 };
	struct denet_rollup_options options = by(DENET_ROLLUP_PROCESS);
	struct denet_rollup rollup = { .size = sizeof(rollup) };
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;

	(void)state;
	assert_int_equal(denet_analysis_new(&few, &analysis), 0);
	for (size_t i = 0; i < BUILD_COUNT; i++)
		world_tell(denet_analysis_observer(analysis), &build[i]);
	options.rows_max = 2;
	assert_int_equal(denet_analysis_rollup(analysis, &options, &rollup), 0);
	assert_int_equal(rollup.rows[0].pid, 6);
	assert_int_equal(rollup.rows[1].pid, 4);
	options.by = DENET_ROLLUP_COMM;
	assert_int_equal(denet_analysis_rollup(analysis, &options, &rollup), 0);
	assert_string_equal(rollup.unknown, "there were too many processes to keep them all");
	assert_int_equal(rollup.rows_count, 0);
}

#define MANY 1000
#define FEW 7

/* Of rows that are dropped while they are made none belongs to the first. */
static void the_first_rows_are_those_of_all(void **state)
{
	static struct world_process many[MANY];
	AUTO(denet_analysis) struct denet_analysis *analysis = NULL;
	struct denet_rollup all = { .size = sizeof(all) }, few = { .size = sizeof(few) };
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < MANY; i++) {
		seed = seed * 1103515245u + 12345u;
		many[i] = (struct world_process)WORLD_LIFE(i + 1, i ? 1 : 0, "x", 0, 1000);
		many[i].cpu_ms = seed % 400;
		many[i].peak_kb = seed / 400 % 300;
		many[i].uid = seed % 90;
	}
	analysis = world_analysis(many, MANY);
	for (int sort = DENET_ROLLUP_BY_CPU; sort <= DENET_ROLLUP_BY_RUNS; sort++) {
		static const enum denet_rollup_by ways[] = { DENET_ROLLUP_PROCESS,
							     DENET_ROLLUP_USER };

		for (size_t w = 0; w < 2; w++) {
			struct denet_rollup_options options = by(ways[w]);

			options.sort = (enum denet_rollup_sort)sort;
			assert_int_equal(denet_analysis_rollup(analysis, &options, &all), 0);
			options.rows_max = FEW;
			assert_int_equal(denet_analysis_rollup(analysis, &options, &few), 0);
			assert_int_equal(all.rows_omitted, 0);
			assert_int_equal(few.rows_count, FEW);
			assert_int_equal(few.rows_omitted, all.rows_count - FEW);
			assert_int_equal(few.cpu_time_ns, all.cpu_time_ns);
			for (size_t i = 0; i < FEW; i++)
				assert_memory_equal(&few.rows[i], &all.rows[i],
						    sizeof(few.rows[i]));
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(by_name_each_program_has_its_share),
		cmocka_unit_test(by_command_line),
		cmocka_unit_test(by_peak_and_by_runs),
		cmocka_unit_test(the_first_rows_are_those_of_all),
		cmocka_unit_test(the_heaviest_processes),
		cmocka_unit_test(each_child_of_the_root_with_all_that_it_started),
		cmocka_unit_test(each_child_of_who_matches),
		cmocka_unit_test(only_what_who_matches_has_started),
		cmocka_unit_test(by_user_file_and_cgroup),
		cmocka_unit_test(of_many_the_heaviest_alone_are_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
