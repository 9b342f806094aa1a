/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/stats_view.h"

#include <math.h>
#include <signal.h>
#include <string.h>

#include "golden.h"
#include "metrics/derive.h"

static const struct term_style plain = { .columns = 80, .is_unicode = true };

static void check(const char *name, const struct denet_summary *summary, bool has_summary)
{
	const struct denet_stats stats = { .summary = summary, .has_summary = has_summary };
	AUTO(buf) struct buf buf = { 0 };

	stats_view_append(&buf, &plain, "run\033.jsonl", &stats, NULL, false);
	golden_check(name, &buf);
}

static void a_file_of_denet_shows_denet_s_rows(void **state)
{
	const struct denet_summary summary = {
		.total_time_secs = 12.3,
		.sample_count = 40,
		.processes_peak = 3,
		.threads_peak = 1200,
		.used.disk_read_bytes = 1258291,
		.used.disk_write_bytes = 0,
		.used.syscall_read_bytes = DENET_UNKNOWN,
		.used.syscall_write_bytes = DENET_UNKNOWN,
		.used.page_faults_cached = DENET_UNKNOWN,
		.used.page_faults_disk = DENET_UNKNOWN,
		.sys_net_rx_bytes = 5000,
		.sys_net_tx_bytes = 600,
		.peak_mem_rss_kb = 831488,
		.avg_cpu_usage = 62.5,
		.psi_some_fraction = NAN,
	};

	(void)state;
	check("stats_denet", &summary, false);
}

static void our_files_show_our_totals_as_well(void **state)
{
	static const char args[] = "make\0-j8\0\033[2J";
	struct denet_summary summary;

	(void)state;
	memset(&summary, 0, sizeof(summary));
	summary.accounting = DENET_ACCOUNTING_BPF;
	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	summary.end = (struct denet_end){ .known = true, .exit_code = -1, .signal = SIGTERM };
	summary.wall_ns = 12310000000;
	summary.sample_count = 40;
	summary.used.cpu_time_ns = 41920000000;
	summary.used.cpu_user_ns = DENET_UNKNOWN;
	summary.used.cpu_system_ns = DENET_UNKNOWN;
	summary.used.socket_rx_bytes = summary.used.socket_tx_bytes = DENET_UNKNOWN;
	summary.processes_total = summary.processes_exact = 1204;
	summary.processes_peak = 19;
	summary.threads_total = 1377;
	summary.threads_peak = 23;
	summary.peak_mem_rss_kb = 831488;
	summary.peak_process_rss_kb = 318464;
	summary.peak_pss_kb = 524288;
	summary.peak_process_pid = 4711;
	summary.peak_process_comm = "a\nb";
	derive_summary(&summary);
	check("stats_ours", &summary, true);
}

static void whether_a_run_goes_on_is_not_known_of_records_that_are_cut(void **state)
{
	static const char args[] = "make";
	struct denet_summary summary = { 0 };
	const struct denet_stats stats = { .summary = &summary, .is_ours = true };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	derive_forget(DENET_RECORD_SUMMARY, &summary);
	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	stats_view_append(&buf, &plain, NULL, &stats, NULL, false);
	assert_non_null(strstr(buf_text(&buf), "make · end not recorded\n"));
	summary.end = (struct denet_end){ .known = true, .exit_code = 3 };
	buf_reset(&buf);
	stats_view_append(&buf, &plain, NULL, &stats, NULL, false);
	assert_non_null(strstr(buf_text(&buf), "make · exit 3\n"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_denet_shows_denet_s_rows),
		cmocka_unit_test(our_files_show_our_totals_as_well),
		cmocka_unit_test(whether_a_run_goes_on_is_not_known_of_records_that_are_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
