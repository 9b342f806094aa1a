/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "record/reader.h"
#include "record/split.h"
#include "util/buf.h"
#include "util/cleanup.h"

#include "reader_outcome.h"

static void reader_reads_a_plain_sample(void **state)
{
	struct outcome outcome = read_text(SAMPLE_LINE);

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_int_equal(outcome.last.kind, ROW_SAMPLE);
	assert_true(outcome.last.tree.aggregated.cpu_usage == 2.5);
	assert_int_equal(outcome.last.tree.aggregated.uptime_secs, 10);
	assert_true(outcome.last.tree.aggregated.pss_kb == DENET_UNKNOWN);
	assert_true(outcome.last.tree.aggregated.used.cpu_time_ns == DENET_UNKNOWN);
	assert_string_equal(outcome.state.text, "");
}

static void reader_reads_counts_above_two_to_the_53(void **state)
{
	struct outcome outcome = read_text(SAMPLE ",\"cpu_time_ns\":18446744073709551614,"
						  "\"page_faults_disk\":9007199254740993}");

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_true(outcome.last.tree.aggregated.used.cpu_time_ns == UINT64_MAX - 1);
	assert_true(outcome.last.tree.aggregated.used.page_faults_disk == 9007199254740993u);
}

static void reader_takes_a_lone_aggregate_for_a_sample(void **state)
{
	struct outcome outcome = read_text(SAMPLE ",\"process_count\":7}");

	(void)state;
	assert_int_equal(outcome.last.kind, ROW_SAMPLE);
}

static void reader_takes_the_aggregate_of_a_tree(void **state)
{
	struct outcome outcome = read_text("{\"parent\":null,\"children\":[],\"aggregated\":" SAMPLE
					   ",\"process_count\":7,\"ebpf\":null}}\n");

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_int_equal(outcome.last.kind, ROW_TREE);
	assert_int_equal(outcome.last.tree.process_count, 7);
}

static void reader_takes_a_sample_with_an_upper_bound(void **state)
{
	struct outcome outcome =
		read_text("{\"kind\":\"tree\",\"aggregated\":" SAMPLE
			  ",\"process_count\":7,\"pss_kb\":5,\"pss_is_bound\":true}}\n");

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_int_equal(outcome.last.tree.aggregated.pss_kb, 5);
	assert_true(outcome.last.tree.pss_is_bound);
	assert_string_equal(outcome.state.text, "");
}

static void reader_drops_what_lacks_a_figure_or_has_a_wrong_one(void **state)
{
	static const char *const bad[] = {
		"{\"kind\":\"sample\",\"ts_ms\":1}",
		"{\"kind\":\"sample\",\"ts_ms\":1,\"cpu_usage\":1}",
		"{\"kind\":\"tree\",\"aggregated\":" SAMPLE "}}",
		"{\"kind\":\"tree\",\"aggregated\":[]}",
		"{\"kind\":\"tree\",\"aggregated\":" SAMPLE ",\"process_count\":1.0}}",
		"{\"kind\":\"sample\"," SAMPLE ",\"thread_count\":-1}",
		"{\"aggregated\":" SAMPLE ",\"process_count\":1,\"uptime_secs\":null}}",
		"{\"aggregated\":" SAMPLE ",\"process_count\":1,\"cpu_usage\":1e999}}",
		"{\"aggregated\":" SAMPLE ",\"process_count\":18446744073709551616}}",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct outcome outcome = read_text(bad[i]);

		assert_int_equal(outcome.rows, 0);
		assert_int_equal(outcome.state.lines_skipped, 1);
	}
}

static void reader_lets_optional_figures_be_null(void **state)
{
	struct outcome outcome = read_text(SAMPLE ",\"cpu_core\":null,\"page_faults_disk\":null,"
						  "\"psi_mem\":null,\"gpu\":null}");

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_true(outcome.last.tree.aggregated.cpu_core == DENET_UNKNOWN);
}

static void reader_forgets_zeros_listed_as_unknown(void **state)
{
	struct outcome outcome =
		read_text("{\"unknown\":[\"disk_read_bytes\",5,\"no such\"],"
			  "\"aggregated\":" SAMPLE ",\"process_count\":1,\"unknown\":[\"ts_ms\","
			  "\"cpu_usage\"]}}");

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_true(outcome.last.tree.ts_ms == DENET_UNKNOWN);
	assert_true(outcome.last.tree.aggregated.cpu_usage !=
		    outcome.last.tree.aggregated.cpu_usage);
	assert_int_equal(outcome.last.tree.aggregated.used.disk_read_bytes, 5);
}

static void reader_passes_over_other_records_in_silence(void **state)
{
	struct outcome outcome = read_text("{\"kind\":\"env\",\"ts_ms\":1}\n"
					   "{\"kind\":\"child\",\"pid\":1,\"cmd\":[]}\n"
					   "{\"kind\":\"process\",\"cpu_time_ns\":1}\n"
					   "\n   \n\r\n"
					   "{\"kind\":\"tree\",\"aggregated\":null}\n"
					   "{\"unknown\":42}\n");

	(void)state;
	assert_int_equal(outcome.rows, 0);
	assert_int_equal(outcome.state.lines_skipped, 0);
}

static void reader_skips_garbage_and_says_where(void **state)
{
	struct outcome outcome = read_text(SAMPLE_LINE "\nTimeout reached\n" SAMPLE_LINE "42\n");

	(void)state;
	assert_int_equal(outcome.result, 0);
	assert_int_equal(outcome.rows, 2);
	assert_int_equal(outcome.state.lines_skipped, 2);
	assert_false(outcome.state.is_truncated);
	assert_string_equal(outcome.state.text, "line 3: not a JSON object");
}

static void reader_skips_a_truncated_line(void **state)
{
	struct outcome outcome = read_text(SAMPLE_LINE SAMPLE);

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_int_equal(outcome.state.lines_skipped, 1);
	assert_true(outcome.state.is_truncated);
	assert_string_equal(outcome.state.text, "line 2: cut off");
}

static void reader_takes_a_last_line_without_newline(void **state)
{
	struct outcome outcome = read_text(SAMPLE_LINE SAMPLE "}");

	(void)state;
	assert_int_equal(outcome.rows, 2);
	assert_false(outcome.state.is_truncated);
	assert_int_equal(outcome.state.lines_skipped, 0);
}

static void reader_reads_an_array(void **state)
{
	struct outcome outcome =
		read_text("\n [\n" SAMPLE "},\n{\"kind\":\"env\",\"x\":\"],}\\\"\"},\n"
			  "\n  " SAMPLE ",\n\"gpu\":[{}]}\n]\n");

	(void)state;
	assert_int_equal(outcome.rows, 2);
	assert_false(outcome.state.is_truncated);
	assert_int_equal(outcome.state.lines_skipped, 0);
	assert_int_equal(read_text("[]").rows, 0);
	assert_false(read_text("[]").state.is_truncated);
}

static void reader_reads_a_cut_array(void **state)
{
	struct outcome within = read_text("[\n" SAMPLE "},\n" SAMPLE "},\n{\"kind\":\"tr");
	struct outcome between = read_text("[" SAMPLE "}," SAMPLE "}");

	(void)state;
	assert_int_equal(within.rows, 2);
	assert_true(within.state.is_truncated);
	assert_int_equal(within.state.lines_skipped, 1);
	assert_string_equal(within.state.text, "line 4: cut off");
	assert_int_equal(between.rows, 2);
	assert_true(between.state.is_truncated);
	assert_int_equal(between.state.lines_skipped, 0);
}

static void reader_reads_on_behind_an_array(void **state)
{
	struct outcome outcome = read_text("[" SAMPLE "}]\n" SAMPLE_LINE "[" SAMPLE "}]\n");

	(void)state;
	assert_int_equal(outcome.rows, 2);
	assert_int_equal(outcome.state.lines_skipped, 1);
	assert_int_equal(read_text("[" SAMPLE "}][" SAMPLE "}]").rows, 2);
}

static void reader_takes_a_bracket_in_a_log_line_for_no_array(void **state)
{
	struct outcome outcome = read_text("[1/7] compiling\n" SAMPLE_LINE);

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_int_equal(outcome.state.lines_skipped, 1);
}

static void reader_reports_what_cannot_be_read(void **state)
{
	struct outcome outcome = read_all(-1);

	(void)state;
	assert_int_equal(outcome.result, -EBADF);
	assert_string_equal(outcome.state.text, "cannot read: Bad file descriptor");
}

static void reader_reads_our_metadata_exit_and_summary(void **state)
{
	struct outcome metadata =
		read_text("{\"kind\":\"metadata\",\"pid\":1,\"cmd\":[\"a\",\"\",7,"
			  "\" b\\u0000\"],\"cmd_truncated\":true}\n");
	struct outcome exit = read_text("{\"kind\":\"exit\",\"ts_ms\":5,\"signal\":9}\n");
	struct outcome code = read_text("{\"kind\":\"exit\",\"ts_ms\":5,\"exit_code\":0,"
					"\"last_sample_to_exit_ms\":4}\n");

	(void)state;
	assert_int_equal(metadata.last.kind, ROW_METADATA);
	assert_int_equal(metadata.last.start.command.args_len, 10);
	assert_true(metadata.last.start.command.truncated);
	assert_int_equal(exit.last.kind, ROW_EXIT);
	assert_true(exit.last.exit.end.known);
	assert_int_equal(exit.last.exit.end.signal, 9);
	assert_true(exit.last.exit.last_sample_to_exit_ms == DENET_UNKNOWN);
	assert_int_equal(code.last.exit.end.exit_code, 0);
	assert_true(code.last.exit.end.known);
	assert_int_equal(code.last.exit.last_sample_to_exit_ms, 4);
}

static void reader_knows_denets_metadata_without_kind(void **state)
{
	struct outcome outcome = read_text("{\"pid\":1,\"cmd\":[\"x y\",\"z\"],\"executable\":\"\","
					   "\"t0_ms\":3}\n");

	(void)state;
	assert_int_equal(outcome.rows, 1);
	assert_int_equal(outcome.last.kind, ROW_METADATA);
	assert_int_equal(outcome.last.start.command.args_len, 6);
}

static void reader_takes_a_program_without_a_name_for_none(void **state)
{
	AUTO_FD int fd = -1;
	AUTO(reader) struct reader *reader = NULL;
	const char *text = "{\"kind\":\"process\",\"pid\":7,\"comm\":\"b\",\"programs\":"
			   "[{\"comm\":true,\"start_ns\":1},{\"start_ns\":2},{\"comm\":\"b\"}]}\n";
	struct row row;

	(void)state;
	fd = file_with(text, strlen(text));
	assert_int_equal(reader_new(fd, &reader), 0);
	assert_int_equal(reader_next(reader, &row), 1);
	assert_int_equal(row.process.programs_count, 1);
	assert_string_equal(row.process.programs[0].comm, "b");
}

/* What lived before the start of the run began below 0. */
static void reader_reads_when_a_process_and_its_programs_began(void **state)
{
	AUTO_FD int fd = -1;
	AUTO(reader) struct reader *reader = NULL;
	const char *text = "{\"kind\":\"process\",\"pid\":7,\"comm\":\"b\",\"start_ns\":-5,"
			   "\"end_ns\":95,\"programs\":[{\"comm\":\"a\",\"start_ns\":-5},"
			   "{\"comm\":\"b\",\"start_ns\":9007199254740993}]}\n"
			   "{\"kind\":\"process\",\"pid\":8,\"comm\":\"c\",\"start_ns\":\"-5\"}\n";
	struct row row;

	(void)state;
	fd = file_with(text, strlen(text));
	assert_int_equal(reader_new(fd, &reader), 0);
	assert_int_equal(reader_next(reader, &row), 1);
	assert_true(row.process.start_ns == -5);
	assert_int_equal(row.process.programs_count, 2);
	assert_true(row.process.programs[0].start_ns == -5);
	assert_true(row.process.programs[0].is_forked);
	assert_true(row.process.programs[1].start_ns == 9007199254740993);
	assert_int_equal(reader_next(reader, &row), 1);
	assert_true(row.process.start_ns == 0);
}

static void reader_survives_deep_nesting(void **state)
{
	size_t len = 3u << 20;
	AUTO_FREE char *text = malloc(len);
	struct outcome outcome;

	(void)state;
	assert_non_null(text);
	for (size_t i = 0; i < len; i++)
		text[i] = i < 5 || i % 2 ? '[' : '{';
	memcpy(text, "{\"a\":", 5);
	{
		AUTO_FD int fd = file_with(text, len);

		outcome = read_all(fd);
	}
	assert_int_equal(outcome.result, 0);
	assert_int_equal(outcome.rows, 0);
	assert_int_equal(outcome.state.lines_skipped, 1);
}

static void reader_skips_a_record_that_is_too_long(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO_FD int fd = -1;
	struct outcome outcome;

	(void)state;
	buf_append_text(&text, "{\"x\":\"");
	buf_append_repeated(&text, 'x', SPLIT_PART_MAX_BYTES);
	buf_append_text(&text, "\"}\n" SAMPLE_LINE);
	fd = file_with(text.data, text.len);
	outcome = read_all(fd);
	assert_int_equal(outcome.rows, 1);
	assert_int_equal(outcome.state.lines_skipped, 1);
	assert_string_equal(outcome.state.text, "line 1: longer than 64 MiB");
}

static void reader_needs_no_memory_for_the_length_of_a_file(void **state)
{
	AUTO(buf) struct buf text = { 0 };
	AUTO_FD int fd = memfd_create("records", MFD_CLOEXEC);
	struct split_part part;
	struct split split;
	size_t capacity = 0;
	uint64_t parts = 0;

	(void)state;
	for (int i = 0; i < 1000; i++)
		buf_append_text(&text, SAMPLE_LINE);
	for (int i = 0; i < 100; i++)
		assert_int_equal(write(fd, text.data, text.len), text.len);
	assert_int_equal(lseek(fd, 0, SEEK_SET), 0);
	assert_int_equal(split_init(&split, fd), 0);
	for (; split_next(&split, &part) > 0; parts++) {
		capacity = capacity ? capacity : split.part.capacity;
		assert_int_equal(split.part.capacity, capacity);
	}
	assert_int_equal(parts, 100000);
	assert_true(capacity < 4096);
	split_done(&split);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reader_reads_a_plain_sample),
		cmocka_unit_test(reader_reads_counts_above_two_to_the_53),
		cmocka_unit_test(reader_takes_a_lone_aggregate_for_a_sample),
		cmocka_unit_test(reader_takes_the_aggregate_of_a_tree),
		cmocka_unit_test(reader_takes_a_sample_with_an_upper_bound),
		cmocka_unit_test(reader_drops_what_lacks_a_figure_or_has_a_wrong_one),
		cmocka_unit_test(reader_lets_optional_figures_be_null),
		cmocka_unit_test(reader_forgets_zeros_listed_as_unknown),
		cmocka_unit_test(reader_passes_over_other_records_in_silence),
		cmocka_unit_test(reader_skips_garbage_and_says_where),
		cmocka_unit_test(reader_skips_a_truncated_line),
		cmocka_unit_test(reader_takes_a_last_line_without_newline),
		cmocka_unit_test(reader_reads_an_array),
		cmocka_unit_test(reader_reads_a_cut_array),
		cmocka_unit_test(reader_reads_on_behind_an_array),
		cmocka_unit_test(reader_takes_a_bracket_in_a_log_line_for_no_array),
		cmocka_unit_test(reader_reports_what_cannot_be_read),
		cmocka_unit_test(reader_reads_our_metadata_exit_and_summary),
		cmocka_unit_test(reader_knows_denets_metadata_without_kind),
		cmocka_unit_test(reader_takes_a_program_without_a_name_for_none),
		cmocka_unit_test(reader_reads_when_a_process_and_its_programs_began),
		cmocka_unit_test(reader_survives_deep_nesting),
		cmocka_unit_test(reader_skips_a_record_that_is_too_long),
		cmocka_unit_test(reader_needs_no_memory_for_the_length_of_a_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
