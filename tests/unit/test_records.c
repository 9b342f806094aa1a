/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "record/records.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "util/cleanup.h"

static void records_freep(struct records **records)
{
	records_free(*records);
}

struct seen {
	int exits;
	int warnings;
};

static void count_exit(void *context, const struct denet_exit *end)
{
	struct seen *seen = context;

	(void)end;
	seen->exits++;
}

static void count_warning(void *context, const char *text)
{
	struct seen *seen = context;

	(void)text;
	seen->warnings++;
}

static struct records *new_records(const struct denet_options *options, struct seen *seen)
{
	const struct denet_observer observer = {
		.size = sizeof(observer),
		.context = seen,
		.on_exit = count_exit,
		.on_warning = count_warning,
	};
	struct records *records = NULL;

	assert_int_equal(records_new(options, &observer, &records), 0);
	return records;
}

static void show_exit(struct records *records, uint64_t ts_ms)
{
	const struct denet_observer *front = records_observer(records);
	const struct denet_exit end = { .size = sizeof(end),
					.ts_ms = ts_ms,
					.last_sample_to_exit_ms = DENET_UNKNOWN };

	front->on_exit(front->context, &end);
}

static void take(struct records *records, const char *expected)
{
	AUTO_FREE char *text = NULL;
	size_t len = 0;

	assert_int_equal(records_take(records, &text, &len), 0);
	assert_string_equal(text, expected);
	assert_int_equal(len, strlen(expected));
}

static void taking_empties_and_passing_on_goes_on(void **state)
{
	const struct denet_options options = { .keep_records = true };
	struct seen seen = { 0 };
	AUTO(records) struct records *records = new_records(&options, &seen);

	(void)state;
	take(records, "");
	show_exit(records, 1);
	show_exit(records, 2);
	take(records, "{\"kind\":\"exit\",\"ts_ms\":1}\n{\"kind\":\"exit\",\"ts_ms\":2}\n");
	take(records, "");
	records_observer(records)->on_warning(records_observer(records)->context, "text");
	assert_int_equal(seen.exits, 2);
	assert_int_equal(seen.warnings, 1);
}

static void nothing_is_kept_unless_it_is_asked_for(void **state)
{
	const struct denet_options options = { 0 };
	struct seen seen = { 0 };
	AUTO(records) struct records *records = new_records(&options, &seen);

	(void)state;
	show_exit(records, 1);
	take(records, "");
	assert_int_equal(seen.exits, 1);
}

/* A line is 26 bytes with its newline. */
static void oldest_go_when_the_bound_is_reached(void **state)
{
	const struct denet_options options = { .keep_records = true, .records_max_bytes = 60 };
	struct seen seen = { 0 };
	AUTO(records) struct records *records = new_records(&options, &seen);

	(void)state;
	for (uint64_t i = 1; i <= 5; i++)
		show_exit(records, i);
	assert_int_equal(records_dropped(records), 3);
	take(records, "{\"kind\":\"exit\",\"ts_ms\":4}\n{\"kind\":\"exit\",\"ts_ms\":5}\n");
	show_exit(records, 6);
	take(records, "{\"kind\":\"exit\",\"ts_ms\":6}\n");
	assert_int_equal(records_dropped(records), 3);
}

static void record_larger_than_the_bound_is_not_kept(void **state)
{
	const struct denet_options options = { .keep_records = true, .records_max_bytes = 5 };
	struct seen seen = { 0 };
	AUTO(records) struct records *records = new_records(&options, &seen);

	(void)state;
	show_exit(records, 1);
	take(records, "");
	assert_int_equal(records_dropped(records), 1);
}

static void metadata_is_known_from_the_start_on(void **state)
{
	const struct denet_options options = { 0 };
	const struct denet_start start = { .size = sizeof(start), .pid = 42 };
	struct seen seen = { 0 };
	AUTO(records) struct records *records = new_records(&options, &seen);
	AUTO_FREE char *text = NULL;

	(void)state;
	assert_int_equal(records_metadata(records, &text), -EAGAIN);
	records_observer(records)->on_start(records_observer(records)->context, &start);
	assert_int_equal(records_metadata(records, &text), 0);
	assert_non_null(strstr(text, "{\"kind\":\"metadata\",\"pid\":42"));
	take(records, "");
}

/* With denet's kinds alone a process has no record: no empty line stands for it. */
static void kinds_that_denet_lacks_leave_no_line(void **state)
{
	const struct denet_options options = { .keep_records = true, .records_compat_denet = true };
	const struct denet_process process = { .size = sizeof(process), .comm = "x" };
	struct seen seen = { 0 };
	AUTO(records) struct records *records = new_records(&options, &seen);

	(void)state;
	records_observer(records)->on_process(records_observer(records)->context, &process);
	take(records, "");
	assert_int_equal(records_dropped(records), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(taking_empties_and_passing_on_goes_on),
		cmocka_unit_test(nothing_is_kept_unless_it_is_asked_for),
		cmocka_unit_test(oldest_go_when_the_bound_is_reached),
		cmocka_unit_test(record_larger_than_the_bound_is_not_kept),
		cmocka_unit_test(metadata_is_known_from_the_start_on),
		cmocka_unit_test(kinds_that_denet_lacks_leave_no_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
