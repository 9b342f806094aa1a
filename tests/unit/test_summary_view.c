/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "output/summary_view.h"

#include <math.h>
#include <signal.h>

#include "golden.h"

#define MS UINT64_C(1000000)
#define KIB_PER_MIB 1024
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct term_style screen = {
	.columns = 80,
	.is_terminal = true,
	.is_unicode = true,
	.has_color = true,
	.has_erase = true,
};

static const struct denet_end success = { .known = true };

static struct term_style plain(size_t columns)
{
	return (struct term_style){ .columns = columns, .is_unicode = true };
}

static struct term_style wide(size_t columns)
{
	struct term_style style = screen;

	style.columns = columns;
	return style;
}

/* Everything unknown but what the caller then sets. */
static struct denet_summary nothing_known(void)
{
	struct denet_summary summary;

	memset(&summary, 0xff, sizeof(summary));
	summary.command = (struct denet_command){ 0 };
	summary.end = success;
	summary.peak_process_comm = NULL;
	summary.incomplete = NULL;
	summary.pss_is_rough = summary.memory_limit_changed = summary.cpu_limit_changed = false;
	summary.pss_is_bound = summary.memory_limit_hit = summary.memory_stall_of_cgroup = false;
	summary.is_root_alone = false;
	summary.cpus_usable = 8;
	summary.groups_count = summary.failures_count = summary.survivors_count = 0;
	return summary;
}

static const struct denet_group build_groups[] = {
	{ "cc1plus", 312, 1, 33100 * MS, 311 * KIB_PER_MIB },
	{ "as", 312, 0, 4020 * MS, 38 * KIB_PER_MIB },
	{ "ld", 4, 0, 2110 * MS, 290 * KIB_PER_MIB },
	{ "make", 9, 0, 1210 * MS, 11 * KIB_PER_MIB },
	{ "sh", 340, 0, 800 * MS, 4 * KIB_PER_MIB },
	{ "g++", 200, 0, 400 * MS, 7 * KIB_PER_MIB },
	{ "python3", 1, 0, 200 * MS, 31 * KIB_PER_MIB },
	{ "grep", 11, 2, 40 * MS, 3 * KIB_PER_MIB },
	{ "test", 10, 1, 20 * MS, 2 * KIB_PER_MIB },
	{ "sed", 4, 0, 15 * MS, 3 * KIB_PER_MIB },
	{ "mkdir", 1, 0, 5 * MS, DENET_UNKNOWN },
};

static const struct denet_failure build_failures[] = {
	{ "grep", { true, 1, 0, false, false }, false, 2, false },
	{ "test", { true, 1, 0, false, false }, false, 1, false },
	{ "cc1plus", { true, -1, SIGKILL, false, false }, true, 1, false },
};

static const struct denet_survivor build_survivors[] = { { "gpg-agent", 4802 } };

static struct denet_summary build(void)
{
	static const char args[] = "make\0-j8";
	struct denet_summary summary = {
		.accounting = DENET_ACCOUNTING_BPF,
		.command = { .args = args, .args_len = sizeof(args) },
		.end = success,
		.wall_ns = 12310 * MS,
		.sample_count = 40,
		.used = {
			.cpu_time_ns = 41920 * MS,
			.cpu_user_ns = 35100 * MS,
			.cpu_system_ns = 6820 * MS,
			.run_delay_ns = 3210 * MS,
			.disk_read_bytes = 1258291,
			.disk_write_bytes = 92694118,
			.syscall_read_bytes = 812345678,
			.syscall_write_bytes = 98765432,
			.page_faults_cached = 4812345,
			.page_faults_disk = 12,
			.ctx_switches_voluntary = 14021,
			.ctx_switches_involuntary = 3377,
			.migrations = 901,
			.syscall_read_count = 123456,
			.syscall_write_count = 7890,
			.socket_rx_bytes = DENET_UNKNOWN,
			.socket_tx_bytes = DENET_UNKNOWN,
		},
		.sys_net_rx_bytes = 2345,
		.sys_net_tx_bytes = 1234,
		.processes_total = 1204,
		.processes_peak = 19,
		.processes_failed = 4,
		.processes_exact = 1204,
		.processes_running = 1,
		.threads_total = 1377,
		.threads_peak = 23,
		.peak_mem_rss_kb = 812 * KIB_PER_MIB,
		.peak_mem_at_ns = 7400 * MS,
		.memory_stall_ns = 123 * MS,
		.memory_limit_kb = DENET_UNKNOWN,
		.cpu_limit_cores = NAN,
		.throttled_ns = DENET_UNKNOWN,
		.cpus_usable = 8,
		.peak_pss_kb = DENET_UNKNOWN,
		.peak_pss_at_ns = DENET_UNKNOWN,
		.peak_process_rss_kb = 311 * KIB_PER_MIB,
		.peak_process_pid = 4711,
		.peak_process_comm = "cc1plus",
		.psi_samples = 40,
		.monitor_cpu_ns = 31 * MS,
		.monitor_peak_rss_kb = 2150,
		.groups = build_groups,
		.groups_count = COUNT(build_groups),
		.failures = build_failures,
		.failures_count = COUNT(build_failures),
		.survivors = build_survivors,
		.survivors_count = COUNT(build_survivors),
	};

	return summary;
}

static void check(const char *name, const struct term_style *style,
		  const struct denet_summary *summary)
{
	const struct summary_context context = { 0 };
	AUTO(buf) struct buf buf = { 0 };

	summary_view_append(&buf, style, summary, &context);
	golden_check(name, &buf);
}

static void a_build_on_screens_of_all_widths(void **state)
{
	const struct denet_summary summary = build();
	const struct term_style narrow = wide(40), usual = wide(80), broad = wide(200);

	(void)state;
	check("summary_build_40", &narrow, &summary);
	check("summary_build_80", &usual, &summary);
	check("summary_build_200", &broad, &summary);
}

static void a_pipe_has_neither_bars_nor_colours(void **state)
{
	const struct denet_summary summary = build();
	const struct term_style narrow = plain(40), usual = plain(80);

	(void)state;
	check("summary_build_pipe_40", &narrow, &summary);
	check("summary_build_pipe_80", &usual, &summary);
}

static void no_color_leaves_the_bars(void **state)
{
	const struct denet_summary summary = build();
	struct term_style style = screen;

	(void)state;
	style.has_color = false;
	check("summary_build_no_color", &style, &summary);
}

static void without_utf8_all_is_ascii(void **state)
{
	const struct denet_summary summary = build();
	struct term_style style = screen;

	(void)state;
	style.has_color = false;
	style.is_unicode = false;
	check("summary_build_ascii", &style, &summary);
}

static void verbose_shows_every_figure_and_the_records(void **state)
{
	const struct summary_context context = {
		.is_verbose = true,
		.records_path = "a\033[31mb.jsonl",
	};
	struct denet_summary summary = build();
	const struct term_style style = plain(80);
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	summary.used.disk_write_cancelled_bytes = 12 << 20;
	summary.used.socket_rx_bytes = 3 << 20;
	summary.used.socket_tx_bytes = 4567;
	summary.cpus_usable = 1;
	summary_view_append(&buf, &style, &summary, &context);
	golden_check("summary_verbose", &buf);
}

static struct denet_summary single(void)
{
	static const char args[] = "true";
	static const struct denet_group groups[] = { { "true", 1, 0, 412345, 1820 } };
	struct denet_summary summary = nothing_known();

	summary.accounting = DENET_ACCOUNTING_BPF;
	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	summary.wall_ns = 912345;
	summary.used.cpu_time_ns = 412345;
	summary.used.run_delay_ns = 1000;
	summary.used.disk_read_bytes = 0;
	summary.used.disk_write_bytes = 0;
	summary.processes_total = summary.processes_exact = summary.processes_peak = 1;
	summary.processes_failed = summary.processes_running = 0;
	summary.threads_total = 1;
	summary.peak_mem_rss_kb = summary.peak_process_rss_kb = 1820;
	summary.events_lost = summary.records_lost = summary.tasks_lost = 0;
	summary.monitor_cpu_ns = 4 * MS;
	summary.monitor_peak_rss_kb = 2150;
	summary.groups = groups;
	summary.groups_count = 1;
	return summary;
}

static void a_single_process_needs_no_table(void **state)
{
	const struct denet_summary summary = single();

	(void)state;
	check("summary_true", &screen, &summary);
}

static void unknown_values_leave_no_trace(void **state)
{
	static const char args[] = "true";
	struct denet_summary summary = nothing_known();

	(void)state;
	summary.accounting = DENET_ACCOUNTING_NONE;
	summary.wall_ns = 12 * MS;
	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	check("summary_none", &screen, &summary);
}

static void figures_of_proc_are_called_lower_bounds(void **state)
{
	struct denet_summary summary = build();
	const struct term_style style = plain(80);

	(void)state;
	summary.accounting = DENET_ACCOUNTING_PROC;
	summary.processes_exact = DENET_UNKNOWN;
	summary.ends_unknown = 1100;
	check("summary_proc", &style, &summary);
}

static void the_root_s_own_failure_is_the_headline_alone(void **state)
{
	static const char args[] = "/usr/bin/python3\0train.py\0--data\0my files";
	static const struct denet_failure failures[] = {
		{ "python3", { true, -1, SIGKILL, false, false }, true, 3, true },
		{ "worker", { true, -1, SIGSEGV, true, false }, false, 1, false },
		{ "helper", { true, -1, 64, false, false }, false, 1, false },
	};
	struct denet_summary summary = build();

	(void)state;
	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	summary.end = (struct denet_end){ true, -1, SIGKILL, false, false };
	summary.processes_failed = 5;
	summary.failures = failures;
	summary.failures_count = COUNT(failures);
	summary.memory_stall_ns = 1500 * MS;
	check("summary_root_killed", &screen, &summary);
}

static void a_lone_failure_is_told_once(void **state)
{
	static const char args[] = "false";
	static const struct denet_failure failures[] = {
		{ "false", { true, 1, 0, false, false }, false, 1, true }
	};
	struct denet_summary summary = single();
	const struct term_style style = plain(80);

	(void)state;
	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	summary.end.exit_code = 1;
	summary.processes_failed = 1;
	summary.failures = failures;
	summary.failures_count = 1;
	check("summary_false", &style, &summary);
}

static void losses_say_what_they_mean(void **state)
{
	static const char args[] = "postgres\0-D\0/var/lib/postgresql/15/main\0-c\0"
				   "config_file=/etc/postgresql/15/main/postgresql.conf";
	static const struct denet_survivor survivors[] = {
		{ "postgres", 811 }, { "postgres", 812 }, { "postgres", 813 },
		{ "postgres", 814 }, { "postgres", 815 }, { "postgres", 816 },
		{ "postgres", 817 }, { "postgres", 818 }, { "postgres", 819 },
	};
	const struct summary_context context = { .attached_pid = 810 };
	struct denet_summary summary = build();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	summary.end = (struct denet_end){ 0 };
	summary.processes_exact = 1190;
	summary.processes_running = 14;
	summary.survivors = survivors;
	summary.survivors_count = COUNT(survivors);
	summary.events_lost = 7;
	summary.records_lost = 1;
	summary.tasks_lost = 12345;
	summary.samples_failed = 2;
	summary.incomplete = "measuring broke off after 1.4 s: \033[31mBad file descriptor";
	summary.peak_mem_at_ns = DENET_UNKNOWN;
	summary_view_append(&buf, &screen, &summary, &context);
	golden_check("summary_losses", &buf);
}

/* Who has no record was not "last seen": the map of accounts was full. */
static void whoever_has_no_record_is_not_said_to_be_seen(void **state)
{
	const struct term_style style = plain(200);
	struct denet_summary summary = build();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	summary.processes_total = 45001;
	summary.processes_exact = 34815;
	summary.records_lost = 10186;
	summary.processes_running = 0;
	summary_view_append(&buf, &style, &summary, &(struct summary_context){ 0 });
	assert_non_null(strstr(buf_text(&buf), "34,815 of 45,001 processes, by eBPF"));
	assert_non_null(strstr(buf_text(&buf), "10,186 records lost: what they tell is in"));
	assert_null(strstr(buf_text(&buf), "as last seen"));
}

/* Fifteen bytes each, as the kernel keeps them. */
static const struct denet_group hostile_groups[] = {
	{ "\033[31mred\033[0m", 1, 1, 900 * MS, 1000 },
	{ "a\nb\tc\r", 1, 0, 800 * MS, 1000 },
	{ "\xff\xfe\x80\xc3(\xe2\x82", 1, 0, 700 * MS, 1000 },
	{ "</script>", 1, 0, 600 * MS, 1000 },
	{ "fifteen_bytes_x", 1, 0, 500 * MS, 1000 },
	{ "日本語日本", 1, 0, 400 * MS, 1000 },
	{ "\xe2\x80\xae"
	  "cod.exe",
	  1, 0, 300 * MS, 1000 },
	{ "", 1, 0, 200 * MS, 1000 },
};

static struct denet_summary hostile(void)
{
	static const char args[] =
		"sh\0-c\0printf '\\033[2J'\n\033]0;owned\007\0\0\xff\xfe\0</script>";
	static const struct denet_failure failures[] = {
		{ "\033[31mred\033[0m", { true, 3, 0, false, false }, false, 1, false },
		{ "%s%n%s%n", { true, -1, 99, false, false }, false, 1, false },
	};
	static const struct denet_survivor survivors[] = { { "\xc2\x9b"
							     "2J\177",
							     7 } };
	struct denet_summary summary = build();

	summary.command = (struct denet_command){ .args = args, .args_len = sizeof(args) };
	summary.peak_process_comm = "a\033[2Jb";
	summary.groups = hostile_groups;
	summary.groups_count = COUNT(hostile_groups);
	summary.failures = failures;
	summary.failures_count = COUNT(failures);
	summary.survivors = survivors;
	return summary;
}

static void hostile_names_are_harmless(void **state)
{
	const struct denet_summary summary = hostile();
	struct term_style style = wide(100);

	(void)state;
	style.has_color = false;
	check("summary_hostile", &style, &summary);
	style.is_unicode = false;
	check("summary_hostile_ascii", &style, &summary);
}

static void no_control_byte_but_newline_without_colour(void **state)
{
	const struct denet_summary summary = hostile();
	const struct summary_context context = { .records_path = "x\ny\x80" };
	struct term_style style = wide(80);

	(void)state;
	style.has_color = false;
	style.is_unicode = false;
	for (style.columns = 0; style.columns < 260; style.columns++) {
		AUTO(buf) struct buf buf = { 0 };

		summary_view_append(&buf, &style, &summary, &context);
		assert_int_equal(buf.error, 0);
		for (size_t i = 0; i < buf.len; i++)
			assert_true(buf.data[i] == '\n' ||
				    (buf.data[i] >= ' ' && buf.data[i] <= '~'));
	}
}

/* Names and paths may be wider than any terminal; all else fits. */
static void lines_fit_the_width(void **state)
{
	const struct denet_summary summary = build();
	const struct summary_context context = { .is_verbose = true };
	struct term_style style = wide(80);

	(void)state;
	style.has_color = false;
	style.is_unicode = false;
	for (style.columns = 40; style.columns < 260; style.columns++) {
		AUTO(buf) struct buf buf = { 0 };
		size_t column = 0;

		summary_view_append(&buf, &style, &summary, &context);
		for (size_t i = 0; i < buf.len; i++) {
			column = buf.data[i] == '\n' ? 0 : column + 1;
			assert_in_range(column, 0, style.columns);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_build_on_screens_of_all_widths),
		cmocka_unit_test(a_pipe_has_neither_bars_nor_colours),
		cmocka_unit_test(no_color_leaves_the_bars),
		cmocka_unit_test(without_utf8_all_is_ascii),
		cmocka_unit_test(verbose_shows_every_figure_and_the_records),
		cmocka_unit_test(a_single_process_needs_no_table),
		cmocka_unit_test(unknown_values_leave_no_trace),
		cmocka_unit_test(figures_of_proc_are_called_lower_bounds),
		cmocka_unit_test(the_root_s_own_failure_is_the_headline_alone),
		cmocka_unit_test(a_lone_failure_is_told_once),
		cmocka_unit_test(losses_say_what_they_mean),
		cmocka_unit_test(whoever_has_no_record_is_not_said_to_be_seen),
		cmocka_unit_test(hostile_names_are_harmless),
		cmocka_unit_test(no_control_byte_but_newline_without_colour),
		cmocka_unit_test(lines_fit_the_width),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
