/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "record/stats.h"
#include "util/cleanup.h"

static int read_fixture(const char *name, struct stats *ret_stats, char *ret_error, size_t size)
{
	char path[512];

	(void)snprintf(path, sizeof(path), "%s/records/%s", FIXTURES, name);
	return stats_read_file(path, NULL, ret_stats, ret_error, size);
}

static struct stats stats_of(const char *name)
{
	struct stats stats;
	char error[256];

	assert_int_equal(read_fixture(name, &stats, error, sizeof(error)), 0);
	return stats;
}

static void assert_failure(const char *name, int expected, const char *text)
{
	struct stats stats;
	char error[256];

	assert_int_equal(read_fixture(name, &stats, error, sizeof(error)), expected);
	assert_string_equal(error, text);
}

static void stats_of_two_plain_samples(void **state)
{
	AUTO(stats) struct stats stats = stats_of("denet-array.json");

	(void)state;
	assert_int_equal(stats.summary.sample_count, 2);
	assert_true(stats.summary.total_time_secs == 1.0);
	assert_true(stats.summary.avg_cpu_usage == 62.5);
	assert_int_equal(stats.summary.peak_mem_rss_kb, 1536);
	assert_int_equal(stats.summary.processes_peak, 1);
	assert_false(stats.has_summary);
}

static void stats_of_denet_0_3_2_samples(void **state)
{
	AUTO(stats) struct stats stats = stats_of("denet-0.3.2.jsonl");

	(void)state;
	assert_int_equal(stats.summary.sample_count, 3);
	assert_int_equal(stats.summary.used.disk_read_bytes, 2500);
	assert_int_equal(stats.summary.used.disk_write_bytes, 3000);
	assert_int_equal(stats.summary.sys_net_rx_bytes, 800);
	assert_int_equal(stats.summary.sys_net_tx_bytes, 900);
	assert_int_equal(stats.summary.processes_peak, 1);
	assert_int_equal(stats.summary.threads_peak, 3);
	assert_true(stats.summary.avg_cpu_usage == 10.0);
	assert_true(stats.summary.used.syscall_read_bytes == DENET_UNKNOWN);
	assert_null(stats.summary.memory_verdict);
	assert_int_equal(stats.summary.command.args_len, 8);
	assert_memory_equal(stats.summary.command.args, "sleep\0005", 8);
}

static void stats_of_denet_0_3_2_trees(void **state)
{
	AUTO(stats) struct stats stats = stats_of("denet-0.3.2-tree.jsonl");

	(void)state;
	assert_int_equal(stats.summary.processes_peak, 3);
	assert_int_equal(stats.summary.sys_net_rx_bytes, 800);
	assert_int_equal(stats.summary.sys_net_tx_bytes, 1500);
	assert_true(stats.summary.avg_cpu_usage == 7.0);
}

static void stats_of_denet_0_6_trees(void **state)
{
	AUTO(stats) struct stats stats = stats_of("denet-0.6.jsonl");

	(void)state;
	assert_int_equal(stats.summary.sample_count, 2);
	assert_true(stats.summary.total_time_secs == 2.0);
	assert_int_equal(stats.summary.used.syscall_read_bytes, 1500);
	assert_int_equal(stats.summary.used.page_faults_cached, 300);
	assert_int_equal(stats.summary.used.page_faults_disk, 2);
	assert_int_equal(stats.lines_skipped, 0);
}

static void stats_of_denet_0_10_trees(void **state)
{
	AUTO(stats) struct stats stats = stats_of("denet-0.10.jsonl");

	(void)state;
	assert_int_equal(stats.summary.sample_count, 3);
	assert_true(stats.summary.avg_cpu_usage == 30.0);
	assert_true(fabs(stats.summary.psi_some_fraction - 2.0 / 3.0) < 1e-9);
	assert_string_equal(stats.summary.memory_verdict, "memory-bound");
	assert_false(stats.summary.end.known);
	assert_int_equal(stats.summary.peak_mem_rss_kb, 70);
}

static void stats_prefer_trees_to_samples(void **state)
{
	AUTO(stats) struct stats stats = stats_of("trees-and-samples.jsonl");

	(void)state;
	assert_true(stats.summary.total_time_secs == 5.0);
	assert_int_equal(stats.summary.sample_count, 2);
	assert_int_equal(stats.summary.peak_mem_rss_kb, 10000);
}

static void stats_do_not_know_the_time_of_a_clock_that_was_set_back(void **state)
{
	AUTO(stats) struct stats stats = stats_of("clock-set-back.jsonl");

	(void)state;
	assert_int_equal(stats.summary.sample_count, 2);
	assert_true(isnan(stats.summary.total_time_secs));
	assert_true(stats.summary.wall_ns == DENET_UNKNOWN);
	assert_true(stats.summary.peak_mem_at_ns == DENET_UNKNOWN);
	assert_string_equal(stats.skipped_text,
			    "its clock was set back: how long it took is not known");
}

static void stats_pass_over_garbage(void **state)
{
	AUTO(stats) struct stats stats = stats_of("mixed.jsonl");

	(void)state;
	assert_int_equal(stats.summary.sample_count, 2);
	assert_int_equal(stats.lines_skipped, 1);
	assert_false(stats.is_truncated);
	assert_string_equal(stats.skipped_text, "line 4: not a JSON object");
}

static void stats_say_that_a_file_is_truncated(void **state)
{
	AUTO(stats) struct stats stats = stats_of("truncated.jsonl");

	(void)state;
	assert_int_equal(stats.summary.sample_count, 2);
	assert_int_equal(stats.lines_skipped, 1);
	assert_true(stats.is_truncated);
}

static void assert_own(const struct stats *stats)
{
	assert_true(stats->has_summary);
	assert_true(stats->summary.total_time_secs == 2.0);
	assert_true(stats->summary.avg_cpu_usage == 150.0);
	assert_true(stats->summary.used.disk_read_bytes == 9007199254740993u);
	assert_true(stats->summary.used.disk_write_bytes == UINT64_MAX - 1);
	assert_true(stats->summary.used.syscall_read_bytes == DENET_UNKNOWN);
	assert_int_equal(stats->summary.processes_peak, 3);
	assert_int_equal(stats->summary.processes_total, 12);
	assert_int_equal(stats->summary.peak_process_pid, 4711);
	assert_string_equal(stats->summary.peak_process_comm, "cc1plus");
	assert_int_equal(stats->summary.accounting, DENET_ACCOUNTING_BPF);
	assert_int_equal(stats->summary.monitor_peak_rss_kb, 2150);
	assert_int_equal(stats->summary.end.exit_code, 2);
	assert_int_equal(stats->summary.command.args_len, 10);
	assert_memory_equal(stats->summary.command.args, "make\0-j8\0", 10);
	assert_true(stats->summary.psi_some_fraction == 0.5);
	assert_string_equal(stats->summary.memory_verdict, "insufficient-data");
}

static void stats_prefer_our_summary(void **state)
{
	AUTO(stats) struct stats lines = stats_of("own.jsonl");
	AUTO(stats) struct stats array = stats_of("own-array.json");

	(void)state;
	assert_own(&lines);
	assert_own(&array);
}

static void stats_of_a_killed_run_know_what_they_do_not_know(void **state)
{
	AUTO(stats) struct stats lines = stats_of("own-killed.jsonl");
	AUTO(stats) struct stats array = stats_of("own-array-cut.json");

	(void)state;
	assert_false(lines.has_summary);
	assert_int_equal(lines.summary.sample_count, 2);
	assert_true(lines.summary.avg_cpu_usage == 2.0);
	assert_true(lines.summary.used.disk_read_bytes == DENET_UNKNOWN);
	assert_int_equal(lines.summary.used.disk_write_bytes, 40);
	assert_int_equal(lines.summary.command.args_len, 10);
	assert_false(lines.is_truncated);
	assert_true(array.is_truncated);
	assert_int_equal(array.summary.sample_count, 2);
}

static void stats_of_a_killed_run_know_what_it_was_bound_by_and_its_peaks(void **state)
{
	AUTO(stats) struct stats stats = stats_of("killed-limits.jsonl");
	const struct denet_summary *summary = &stats.summary;

	(void)state;
	assert_non_null(summary->incomplete);
	assert_true(stats.is_attached);
	assert_int_equal(summary->cpus_usable, 2);
	assert_int_equal(summary->memory_limit_kb, 60000);
	assert_true(summary->cpu_limit_cores == 1.5);
	assert_int_equal(summary->peak_mem_rss_kb, 9000);
	assert_int_equal(summary->peak_mem_at_ns, 2000000000);
	/* That of the rising sum, which is a bound, was the smaller. */
	assert_int_equal(summary->peak_pss_kb, 7000);
	assert_int_equal(summary->peak_pss_at_ns, 2100000000);
	assert_false(summary->pss_is_bound);
	assert_int_equal(summary->used.cpu_time_ns, 3500000000);
	assert_false(summary->is_root_alone);
}

static void stats_without_accounting_have_no_figures(void **state)
{
	AUTO(stats) struct stats stats = stats_of("own-none.jsonl");
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	assert_true(stats.summary.sample_count == DENET_UNKNOWN);
	assert_true(isnan(stats.summary.avg_cpu_usage));
	stats_append_json(&stats, &buf);
	assert_string_equal(buf_text(&buf), "{\n  \"total_time_secs\": 1.5,\n  \"command\": [\n"
					    "    \"true\"\n  ],\n  \"signal\": 9,\n"
					    "  \"wall_ns\": 1500000000,\n"
					    "  \"accounting\": \"none\",\n"
					    "  \"monitor_cpu_ns\": 5\n}");
}

static void stats_json_is_denets(void **state)
{
	AUTO(stats) struct stats stats = stats_of("denet-0.3.2.jsonl");
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	stats_append_json(&stats, &buf);
	assert_string_equal(buf_text(&buf), "{\n  \"total_time_secs\": 2.0,\n"
					    "  \"sample_count\": 3,\n"
					    "  \"max_processes\": 1,\n"
					    "  \"max_threads\": 3,\n"
					    "  \"total_disk_read_bytes\": 2500,\n"
					    "  \"total_disk_write_bytes\": 3000,\n"
					    "  \"total_sys_net_rx_bytes\": 800,\n"
					    "  \"total_sys_net_tx_bytes\": 900,\n"
					    "  \"peak_mem_rss_kb\": 8192,\n"
					    "  \"avg_cpu_usage\": 10.0\n}");
}

static void stats_json_keeps_all_digits(void **state)
{
	AUTO(stats) struct stats stats = stats_of("own.jsonl");
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	stats_append_json(&stats, &buf);
	assert_non_null(strstr(buf_text(&buf), "\"total_disk_read_bytes\": 9007199254740993,"));
	assert_non_null(
		strstr(buf_text(&buf), "\"total_disk_write_bytes\": 18446744073709551614,"));
	assert_non_null(strstr(buf_text(&buf), "\"peak_process_comm\": \"cc1plus\""));
}

static void stats_survive_a_hostile_summary(void **state)
{
	AUTO(stats) struct stats stats = stats_of("hostile.jsonl");
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	assert_true(stats.summary.sample_count == DENET_UNKNOWN);
	assert_true(stats.summary.processes_total == DENET_UNKNOWN);
	assert_true(stats.summary.used.migrations == DENET_UNKNOWN);
	assert_false(stats.summary.end.known);
	assert_int_equal(stats.lines_skipped, 2);
	stats_append_json(&stats, &buf);
	assert_null(memchr(buf.data, '\x1b', buf.len));
	assert_null(memchr(buf.data, '\xff', buf.len));
	assert_null(strstr(buf.data, "</script>"));
	assert_non_null(strstr(buf.data, "\"\\\"\\n\xf0\x9f\x98\x80\xef\xbf\xbd\""));
}

static void stats_refuse_files_without_records(void **state)
{
	(void)state;
	assert_failure("no-such-file", -ENOENT, "cannot open: No such file or directory");
	assert_failure(".", -EISDIR, "cannot read: Is a directory");
	assert_failure("empty.jsonl", -ENODATA, "No valid metrics found in file");
	assert_failure("garbage.txt", -ENODATA,
		       "No valid metrics found in file (line 1: not a JSON object)");
	assert_failure("binary.bin", -EILSEQ, "line 1: binary data");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(stats_of_two_plain_samples),
		cmocka_unit_test(stats_of_denet_0_3_2_samples),
		cmocka_unit_test(stats_of_denet_0_3_2_trees),
		cmocka_unit_test(stats_of_denet_0_6_trees),
		cmocka_unit_test(stats_of_denet_0_10_trees),
		cmocka_unit_test(stats_prefer_trees_to_samples),
		cmocka_unit_test(stats_do_not_know_the_time_of_a_clock_that_was_set_back),
		cmocka_unit_test(stats_pass_over_garbage),
		cmocka_unit_test(stats_say_that_a_file_is_truncated),
		cmocka_unit_test(stats_prefer_our_summary),
		cmocka_unit_test(stats_of_a_killed_run_know_what_they_do_not_know),
		cmocka_unit_test(stats_of_a_killed_run_know_what_it_was_bound_by_and_its_peaks),
		cmocka_unit_test(stats_without_accounting_have_no_figures),
		cmocka_unit_test(stats_json_is_denets),
		cmocka_unit_test(stats_json_keeps_all_digits),
		cmocka_unit_test(stats_survive_a_hostile_summary),
		cmocka_unit_test(stats_refuse_files_without_records),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
