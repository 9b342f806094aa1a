/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "cli/run_table.h"

#include <errno.h>
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "util/cleanup.h"

#define UNKNOWN DENET_UNKNOWN
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define NEAR(value, expected) assert_true(fabs((value) - (expected)) < 1e-9)

/* What a run is, and how it ended; files are called by one letter. */
struct told {
	const char *file;
	const char *label;
	uint64_t cpu_ns;
	uint64_t pss_kb;
	uint64_t rss_kb;
	uint64_t t0_ms;
	int exit_code; /* -1: a signal */
	bool is_cut;
};

static const struct told runs[] = {
	{ "a", "x", 30, 5, 50, 300, 0, false },
	{ "b", NULL, 10, UNKNOWN, 90, 100, 0, false },
	{ "c", "y", 20, 7, 70, UNKNOWN, 1, false },
	{ "d", "x", UNKNOWN, UNKNOWN, UNKNOWN, 200, 0, false },
	{ "e", "x", 40, UNKNOWN, 60, 250, -1, false },
	{ "f", "x", 9000, 9000, 9000, 50, 0, true },
};

static void add(struct run_table *table, const struct told *told)
{
	struct runs_row row = {
		.texts[RUNS_FILE] = told->file,
		.t0_ms = told->t0_ms,
		.end = { .known = true,
			 .exit_code = told->exit_code,
			 .signal = told->exit_code < 0 ? 9 : 0 },
		.accounting = DENET_ACCOUNTING_BPF,
		.is_cut = told->is_cut,
	};

	memset(row.figures, 0xff, sizeof(row.figures));
	if (told->label)
		row.texts[RUNS_LABEL] = names_add(&table->names, told->label, strlen(told->label));
	row.figures[RUNS_CPU] = told->cpu_ns;
	row.figures[RUNS_PEAK_PSS] = told->pss_kb;
	row.figures[RUNS_PEAK_RSS] = told->rss_kb;
	table->rows = realloc(table->rows, (table->count + 1) * sizeof(row));
	assert_non_null(table->rows);
	table->rows[table->count++] = row;
	table->room = table->count;
}

static struct run_table make(void)
{
	struct run_table table = { 0 };

	for (size_t i = 0; i < COUNT(runs); i++)
		add(&table, &runs[i]);
	return table;
}

static void assert_order(enum run_key key, const char *expected)
{
	AUTO(run_table) struct run_table table = make();
	char text[COUNT(runs) + 1] = "";

	assert_int_equal(run_table_sort(&table, key), 0);
	for (size_t i = 0; i < table.count; i++)
		text[i] = table.rows[i].texts[RUNS_FILE][0];
	assert_string_equal(text, expected);
}

static void rows_are_sorted_and_what_is_not_known_comes_last(void **state)
{
	(void)state;
	assert_order(RUN_KEY_CPU, "feacbd");
	/* Shared pages once, where that is known. */
	assert_order(RUN_KEY_PEAK, "fbecad");
	assert_order(RUN_KEY_START, "fbdeac");
	assert_order(RUN_KEY_STATUS, "ceabdf");
	assert_order(RUN_KEY_TEXT + RUNS_LABEL, "adefcb");
	assert_order(RUN_KEY_TEXT + RUNS_FILE, "abcdef");
	assert_order(RUN_KEY_WALL, "abcdef");
}

/* Any order there may be, of rows that say where they belong. */
static void a_row_is_moved_and_none_is_lost(void **state)
{
	AUTO(run_table) struct run_table table = { 0 };
	uint32_t seed = 1;

	(void)state;
	for (size_t i = 0; i < 1000; i++) {
		seed = seed * 1103515245u + 12345u;
		add(&table, &(struct told){ .file = "x", .cpu_ns = i, .pss_kb = seed % 400 });
	}
	assert_int_equal(run_table_sort(&table, RUN_KEY_PEAK), 0);
	for (size_t i = 1; i < table.count; i++) {
		const uint64_t *one = table.rows[i - 1].figures, *next = table.rows[i].figures;

		assert_true(one[RUNS_PEAK_PSS] > next[RUNS_PEAK_PSS] ||
			    (one[RUNS_PEAK_PSS] == next[RUNS_PEAK_PSS] &&
			     one[RUNS_CPU] < next[RUNS_CPU]));
	}
}

static void groups_have_medians_of_whole_runs(void **state)
{
	AUTO(run_table) struct run_table table = make();
	AUTO_FREE struct run_group *groups = NULL;
	double room[COUNT(runs)];
	struct runs_group group;
	size_t count;

	(void)state;
	assert_int_equal(run_table_group(&table, RUNS_LABEL, RUN_KEY_NONE, &groups, &count), 0);
	assert_int_equal(count, 3);
	run_table_describe(&table, &groups[0], RUNS_LABEL, room, &group);
	assert_string_equal(group.name, "x");
	assert_int_equal(group.runs, 4);
	assert_int_equal(group.whole, 3);
	assert_int_equal(group.failed, 1);
	assert_int_equal(group.figures[RUNS_CPU].count, 2);
	NEAR(group.figures[RUNS_CPU].median, 35);
	/* a by its PSS, and e by the sum of RSS. */
	assert_true(group.peak_is_sum);
	NEAR(group.peak.median, 32.5);
	assert_int_equal(group.figures[RUNS_WALL].count, 0);
	assert_true(isnan(group.figures[RUNS_WALL].median));
	run_table_describe(&table, &groups[1], RUNS_LABEL, room, &group);
	assert_string_equal(group.name, "y");
	assert_false(group.peak_is_sum);
	run_table_describe(&table, &groups[2], RUNS_LABEL, room, &group);
	assert_null(group.name);
	assert_int_equal(group.runs, 1);
}

static void assert_groups(enum run_key key, const char *expected)
{
	AUTO(run_table) struct run_table table = make();
	AUTO_FREE struct run_group *groups = NULL;
	char text[COUNT(runs) + 1] = "";
	size_t count;

	assert_int_equal(run_table_group(&table, RUNS_LABEL, key, &groups, &count), 0);
	for (size_t i = 0; i < count; i++) {
		const char *label = table.rows[groups[i].first].texts[RUNS_LABEL];

		text[i] = label ? label[0] : '-';
	}
	assert_string_equal(text, expected);
}

static void groups_are_sorted_by_what_their_runs_say(void **state)
{
	(void)state;
	assert_groups(RUN_KEY_NONE, "xy-");
	assert_groups(RUN_KEY_TEXT + RUNS_LABEL, "xy-");
	assert_groups(RUN_KEY_RUNS, "xy-");
	assert_groups(RUN_KEY_CPU, "xy-");
	assert_groups(RUN_KEY_PEAK, "-xy");
	assert_groups(RUN_KEY_START, "x-y");
	assert_groups(RUN_KEY_STATUS, "xy-");
}

/* A file of denet's own, of which less is known, and one of ours. */
static void a_file_becomes_a_row(void **state)
{
	static const char ours[] =
		"{\"kind\":\"metadata\",\"pid\":1,\"cmd\":[\"make\",\"a "
		"b\"],\"executable\":\"\",\"t0_ms\":"
		"5,\"accounting\":\"bpf\",\"host\":\"h\",\"user\":\"u\",\"label\":\"\",\"job\":\"7."
		"0\"}\n"
		"{\"kind\":\"summary\",\"exit_code\":2,\"wall_ns\":9,\"cpu_time_ns\":4,"
		"\"peak_pss_kb\":3,\"processes_total\":2,\"accounting\":\"bpf\"}\n";
	char path[] = "/tmp/denet-row-XXXXXX";
	struct denet_error error = { .size = sizeof(error) };
	AUTO(run_table) struct run_table table = { 0 };
	struct denet_stats *stats;
	AUTO_FD int fd = mkstemp(path);

	(void)state;
	assert_int_equal(write(fd, ours, strlen(ours)), strlen(ours));
	assert_int_equal(run_table_read(&table, path, &stats, &error), 0);
	denet_stats_free(stats);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(run_table_read(&table, path, &stats, &error), -ENOENT);
	assert_int_equal(table.count, 1);
	assert_string_equal(table.rows[0].texts[RUNS_COMMAND], "make 'a b'");
	assert_string_equal(table.rows[0].texts[RUNS_HOST], "h");
	assert_string_equal(table.rows[0].texts[RUNS_USER], "u");
	assert_string_equal(table.rows[0].texts[RUNS_JOB], "7.0");
	assert_null(table.rows[0].texts[RUNS_LABEL]);
	assert_int_equal(table.rows[0].t0_ms, 5);
	assert_int_equal(table.rows[0].figures[RUNS_WALL], 9);
	assert_int_equal(table.rows[0].figures[RUNS_PEAK_PSS], 3);
	assert_int_equal(table.rows[0].figures[RUNS_THROTTLED], UNKNOWN);
	assert_true(runs_row_has_failed(&table.rows[0]));
	assert_true(runs_row_is_whole(&table.rows[0]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_are_sorted_and_what_is_not_known_comes_last),
		cmocka_unit_test(a_row_is_moved_and_none_is_lost),
		cmocka_unit_test(groups_have_medians_of_whole_runs),
		cmocka_unit_test(groups_are_sorted_by_what_their_runs_say),
		cmocka_unit_test(a_file_becomes_a_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
