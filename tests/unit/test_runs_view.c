/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/runs_view.h"

#include <math.h>
#include <time.h>

#include "golden.h"
#include "output/runs_data.h"

#define MS UINT64_C(1000000)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HOSTILE "a,\"b\"=\tc\nd\xe2\x80\xae\xff"

static struct runs_row row_of(const char *label, const char *file)
{
	struct runs_row row = {
		.texts = { [RUNS_LABEL] = label, [RUNS_FILE] = file, [RUNS_HOST] = "build7" },
		.t0_ms = UINT64_C(1795716060000),
		.end = { .known = true },
		.accounting = DENET_ACCOUNTING_BPF,
	};

	memset(row.figures, 0xff, sizeof(row.figures));
	row.figures[RUNS_WALL] = 12310 * MS;
	row.figures[RUNS_CPU] = 41920 * MS;
	row.figures[RUNS_PEAK_PSS] = 812 * 1024;
	return row;
}

/* One as it should be, one that says other things, one that broke off, and one of denet's. */
static void make_rows(struct runs_row rows[4])
{
	rows[0] = row_of("nightly", "runs/a.jsonl");
	rows[1] = row_of(HOSTILE, "runs/a file that has a long name.jsonl");
	rows[1].texts[RUNS_JOB] = "4711.0";
	rows[1].texts[RUNS_COMMAND] = "make -j8 'a b'";
	rows[1].texts[RUNS_USER] = "nobody";
	rows[1].end = (struct denet_end){ .known = true, .exit_code = -1, .signal = 9 };
	rows[1].figures[RUNS_PEAK_PSS] = DENET_UNKNOWN;
	rows[1].figures[RUNS_PEAK_RSS] = 99;
	rows[1].accounting = DENET_ACCOUNTING_PROC;
	rows[1].is_incomplete = true;
	rows[2] = row_of("a label that is much longer than its column", "c");
	rows[2].end = (struct denet_end){ 0 };
	rows[2].is_cut = rows[2].has_skipped = true;
	rows[2].figures[RUNS_WALL] = DENET_UNKNOWN;
	rows[3] = row_of(NULL, "denet.jsonl");
	memset(rows[3].figures, 0xff, sizeof(rows[3].figures));
	rows[3].t0_ms = DENET_UNKNOWN;
	rows[3].texts[RUNS_HOST] = NULL;
	rows[3].accounting = DENET_ACCOUNTING_AUTO;
}

static void check_rows(const char *name, bool is_long, bool is_unicode)
{
	const struct term_style style = { .columns = 80, .is_unicode = is_unicode };
	AUTO(runs_view) struct runs_view *view = NULL;
	AUTO(buf) struct buf buf = { 0 };
	struct runs_row rows[4];

	make_rows(rows);
	assert_int_equal(runs_view_new(&style, is_long, &view), 0);
	for (size_t i = 0; i < COUNT(rows); i++)
		runs_view_measure(view, &rows[i]);
	runs_view_append_heading(view, &buf);
	for (size_t i = 0; i < COUNT(rows); i++)
		runs_view_append(view, &buf, &rows[i]);
	runs_view_append_notes(view, &buf, 1234);
	golden_check(name, &buf);
}

static void rows_stand_below_each_other(void **state)
{
	(void)state;
	check_rows("runs", false, true);
	check_rows("runs-long", true, false);
}

/* What nobody has takes no room, and what needs no words has none. */
static void little_is_told_in_few_columns(void **state)
{
	const struct term_style style = { .columns = 80, .is_unicode = true };
	AUTO(runs_view) struct runs_view *view = NULL;
	struct runs_row row = row_of(NULL, "a");
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	row.t0_ms = DENET_UNKNOWN;
	row.texts[RUNS_HOST] = NULL;
	assert_int_equal(runs_view_new(&style, false, &view), 0);
	runs_view_measure(view, &row);
	runs_view_append_heading(view, &buf);
	runs_view_append(view, &buf, &row);
	runs_view_append_notes(view, &buf, 0);
	assert_string_equal(buf_text(&buf), "   wall      cpu     peak   status  file\n"
					    "12.31 s  41.92 s  812 MiB   exit 0  a\n");
}

static struct denet_spread spread(size_t count, double median)
{
	return (struct denet_spread){ .count = count,
				      .median = median,
				      .lower = median * 0.9,
				      .upper = median * 1.1,
				      .min = median / 2,
				      .max = median * 2 };
}

static void make_groups(struct runs_group groups[2])
{
	const struct denet_spread none = { 0, NAN, NAN, NAN, NAN, NAN };

	groups[0] = (struct runs_group){
		.name = HOSTILE, .runs = 12, .failed = 1, .whole = 10, .sampled = 2
	};
	groups[1] = (struct runs_group){ .runs = 1, .whole = 1, .peak_is_sum = true };
	for (size_t i = 0; i < RUNS_FIGURES; i++)
		groups[0].figures[i] = groups[1].figures[i] = none;
	groups[0].figures[RUNS_WALL] = spread(10, 1e10);
	groups[0].figures[RUNS_CPU] = spread(9, 4.5e9);
	groups[0].peak = groups[0].figures[RUNS_PEAK_PSS] = spread(10, 2048);
	groups[1].figures[RUNS_WALL] = spread(1, 1e9);
	groups[1].peak = groups[1].figures[RUNS_PEAK_RSS] = spread(1, 512);
}

static void groups_have_medians(void **state)
{
	const struct term_style style = { .columns = 80, .is_unicode = true };
	AUTO(runs_view) struct runs_view *view = NULL;
	AUTO(buf) struct buf buf = { 0 };
	struct runs_group groups[2];

	(void)state;
	make_groups(groups);
	assert_int_equal(runs_view_new(&style, false, &view), 0);
	for (size_t i = 0; i < COUNT(groups); i++)
		runs_view_measure_group(view, RUNS_LABEL, &groups[i]);
	runs_view_append_heading(view, &buf);
	for (size_t i = 0; i < COUNT(groups); i++)
		runs_view_append_group(view, &buf, &groups[i]);
	runs_view_append_notes(view, &buf, 0);
	golden_check("runs-groups", &buf);
}

static void machines_get_what_is_known_and_no_more(void **state)
{
	AUTO(buf) struct buf buf = { 0 };
	struct runs_group groups[2];
	struct runs_row rows[4];

	(void)state;
	make_rows(rows);
	make_groups(groups);
	for (size_t i = 0; i < COUNT(rows); i++) {
		runs_data_append_json(&buf, &rows[i]);
		buf_append_char(&buf, '\n');
	}
	for (size_t i = 0; i < COUNT(groups); i++) {
		runs_data_append_group_json(&buf, RUNS_LABEL, &groups[i]);
		buf_append_char(&buf, '\n');
	}
	runs_data_append_csv_header(&buf);
	for (size_t i = 0; i < COUNT(rows); i++)
		runs_data_append_csv(&buf, &rows[i]);
	runs_data_append_group_csv_header(&buf, RUNS_LABEL);
	for (size_t i = 0; i < COUNT(groups); i++)
		runs_data_append_group_csv(&buf, &groups[i]);
	golden_check("runs-data", &buf);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rows_stand_below_each_other),
		cmocka_unit_test(little_is_told_in_few_columns),
		cmocka_unit_test(groups_have_medians),
		cmocka_unit_test(machines_get_what_is_known_and_no_more),
	};

	/* The start is told in the time of the place. */
	if (setenv("TZ", "UTC", 1))
		return 1;
	tzset();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
