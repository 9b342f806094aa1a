/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <string.h>

#include "record/csv.h"
#include "util/cleanup.h"

static size_t count_commas(const char *text)
{
	size_t count = 0;

	for (; *text; text++)
		count += *text == ',';
	return count;
}

static struct denet_sample sample_from(uint64_t first)
{
	return (struct denet_sample){
		.ts_ms = first,
		.cpu_usage = 12.5,
		.mem_rss_kb = first + 1,
		.mem_vms_kb = first + 2,
		.pss_kb = DENET_UNKNOWN,
		.used = {
			.cpu_time_ns = UINT64_MAX - 1,
			.run_delay_ns = 20,
			.disk_read_bytes = DENET_UNKNOWN,
			.disk_write_bytes = 4,
			.syscall_read_bytes = 5,
			.syscall_write_bytes = 6,
			.page_faults_cached = 7,
			.page_faults_disk = 8,
			.ctx_switches_voluntary = 18,
			.ctx_switches_involuntary = 19,
			.disk_write_cancelled_bytes = 23,
			.syscall_read_count = 24,
			.syscall_write_count = DENET_UNKNOWN,
			.socket_rx_bytes = 25,
			.socket_tx_bytes = DENET_UNKNOWN,
		},
		.sys_net_rx_bytes = 9,
		.sys_net_tx_bytes = 10,
		.thread_count = 11,
		.uptime_secs = 13,
		.cpu_core = 1,
		.psi_some_avg10 = 0.5,
		.psi_full_avg10 = NAN,
	};
}

static void csv_header_names_each_column(void **state)
{
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	csv_append_header(&buf);
	assert_string_equal(
		buf_text(&buf),
		"ts_ms,cpu_usage,mem_rss_kb,mem_vms_kb,disk_read_bytes,disk_write_bytes,"
		"syscall_read_bytes,syscall_write_bytes,page_faults_cached,page_faults_disk,"
		"sys_net_rx_bytes,sys_net_tx_bytes,thread_count,process_count,uptime_secs,"
		"psi_mem_some_avg10,psi_mem_full_avg10,cpu_time_ns,ctx_switches_voluntary,"
		"ctx_switches_involuntary,run_delay_ns,processes_started,processes_exited,"
		"pss_kb,disk_write_cancelled_bytes,syscall_read_count,syscall_write_count,"
		"pss_is_bound,pss_is_rough,socket_rx_bytes,socket_tx_bytes\r\n");
}

static void csv_row_is_the_aggregate_with_unknown_fields_empty(void **state)
{
	struct denet_tree tree = {
		.ts_ms = 1000,
		.parent = sample_from(500),
		.aggregated = sample_from(1),
		.process_count = 12,
		.processes_started = 21,
		.processes_exited = 22,
	};
	AUTO(buf) struct buf header = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	csv_append_header(&header);
	csv_append_row(&buf, &tree, false);
	assert_string_equal(buf_text(&buf),
			    "1000,12.5,2,3,,4,5,6,7,8,9,10,11,12,13,,,"
			    "18446744073709551614,18,19,20,21,22,,23,24,,,,25,\r\n");
	assert_int_equal(count_commas(buf_text(&buf)), count_commas(buf_text(&header)));
	/* What it held once is no figure of a column. */
	tree.aggregated_is_over = true;
	buf_reset(&buf);
	csv_append_row(&buf, &tree, false);
	assert_string_equal(buf_text(&buf),
			    "1000,12.5,,,,4,5,6,7,8,9,10,,,13,,,"
			    "18446744073709551614,18,19,20,21,22,,23,24,,,,25,\r\n");
}

static void csv_says_of_pss_alone_whether_it_is_a_bound(void **state)
{
	struct denet_tree tree = { .aggregated = sample_from(1) };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	tree.aggregated.pss_kb = 77;
	csv_append_row(&buf, &tree, false);
	assert_non_null(strstr(buf_text(&buf), ",77,23,24,,0,0,25,\r\n"));
	buf_reset(&buf);
	tree.pss_is_bound = true;
	csv_append_row(&buf, &tree, false);
	assert_non_null(strstr(buf_text(&buf), ",77,23,24,,1,0,25,\r\n"));
}

static void csv_row_of_the_root_alone_has_no_process_count(void **state)
{
	struct denet_tree tree = {
		.ts_ms = 1000,
		.parent = sample_from(500),
		.aggregated = sample_from(1),
		.process_count = 12,
		.processes_started = DENET_UNKNOWN,
		.processes_exited = DENET_UNKNOWN,
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	tree.parent.psi_full_avg10 = 0.25;
	tree.parent.pss_kb = 77;
	csv_append_row(&buf, &tree, true);
	assert_string_equal(buf_text(&buf), "500,12.5,501,502,,4,5,6,7,8,9,10,11,,13,0.5,0.25,"
					    "18446744073709551614,18,19,20,,,77,23,24,,,,25,\r\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(csv_header_names_each_column),
		cmocka_unit_test(csv_row_is_the_aggregate_with_unknown_fields_empty),
		cmocka_unit_test(csv_says_of_pss_alone_whether_it_is_a_bound),
		cmocka_unit_test(csv_row_of_the_root_alone_has_no_process_count),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
