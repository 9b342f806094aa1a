/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/stats_view.h"

#include <math.h>
#include <signal.h>

#include "golden.h"

static const struct term_style plain = { .columns = 80, .is_unicode = true };

static void check(const char *name, const struct stats *stats)
{
	AUTO(buf) struct buf buf = { 0 };

	stats_view_append(&buf, &plain, "run\033.jsonl", stats);
	golden_check(name, &buf);
}

static void a_file_of_denet_shows_denet_s_rows(void **state)
{
	const struct stats stats = {
		.total_time_secs = 12.3,
		.sample_count = 40,
		.max_processes = 3,
		.max_threads = 1200,
		.total_disk_read_bytes = 1258291,
		.total_disk_write_bytes = 0,
		.total_syscall_read_bytes = DENET_UNKNOWN,
		.total_syscall_write_bytes = DENET_UNKNOWN,
		.peak_page_faults_cached = DENET_UNKNOWN,
		.peak_page_faults_disk = DENET_UNKNOWN,
		.total_sys_net_rx_bytes = 5000,
		.total_sys_net_tx_bytes = 600,
		.peak_mem_rss_kb = 831488,
		.avg_cpu_usage = 62.5,
		.psi_some_fraction = NAN,
	};

	(void)state;
	check("stats_denet", &stats);
}

static void our_files_show_our_totals_as_well(void **state)
{
	static const char args[] = "make\0-j8\0\033[2J";
	struct denet_summary summary;
	struct stats stats;

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
	summary.processes_total = summary.processes_exact = 1204;
	summary.processes_peak = 19;
	summary.threads_total = 1377;
	summary.threads_peak = 23;
	summary.peak_mem_rss_kb = 831488;
	summary.peak_process_rss_kb = 318464;
	summary.peak_process_pid = 4711;
	summary.peak_process_comm = "a\nb";
	stats_from_summary(&summary, &stats);
	stats.has_summary = true;
	stats.summary = summary;
	stats.command = summary.command;
	stats.end = summary.end;
	check("stats_ours", &stats);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_file_of_denet_shows_denet_s_rows),
		cmocka_unit_test(our_files_show_our_totals_as_well),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
