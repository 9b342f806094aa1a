/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "record/record.h"
#include "util/cleanup.h"

static const struct record_style ours = { .compat_denet = false };
static const struct record_style denets = { .compat_denet = true };

static const struct denet_counters no_counters = {
	DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN,
	DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN,
	DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN, DENET_UNKNOWN,
};

static const struct denet_counters counters = {
	.cpu_time_ns = 9007199254740993,
	.cpu_user_ns = 2,
	.cpu_system_ns = 3,
	.run_delay_ns = 4,
	.disk_read_bytes = 5,
	.disk_write_bytes = 6,
	.syscall_read_bytes = 7,
	.syscall_write_bytes = 8,
	.page_faults_cached = 9,
	.page_faults_disk = 10,
	.ctx_switches_voluntary = 11,
	.ctx_switches_involuntary = 12,
	.migrations = 13,
	.disk_write_cancelled_bytes = 14,
	.syscall_read_count = 15,
	.syscall_write_count = 16,
	.socket_rx_bytes = 19,
	.socket_tx_bytes = 20,
};

static struct denet_sample full_sample(void)
{
	return (struct denet_sample){
		.ts_ms = 1700000000123,
		.cpu_usage = 12.5,
		.mem_rss_kb = 100,
		.mem_vms_kb = 200,
		.pss_kb = 90,
		.used = counters,
		.sys_net_rx_bytes = 14,
		.sys_net_tx_bytes = 15,
		.thread_count = 16,
		.uptime_secs = 17,
		.cpu_core = 3,
		.psi_some_avg10 = 1.5,
		.psi_full_avg10 = 0,
	};
}

static struct denet_sample blank_sample(void)
{
	return (struct denet_sample){
		.ts_ms = 1,
		.cpu_usage = NAN,
		.mem_rss_kb = DENET_UNKNOWN,
		.mem_vms_kb = DENET_UNKNOWN,
		.pss_kb = DENET_UNKNOWN,
		.used = no_counters,
		.sys_net_rx_bytes = DENET_UNKNOWN,
		.sys_net_tx_bytes = DENET_UNKNOWN,
		.thread_count = DENET_UNKNOWN,
		.uptime_secs = DENET_UNKNOWN,
		.cpu_core = DENET_UNKNOWN,
		.psi_some_avg10 = NAN,
		.psi_full_avg10 = NAN,
	};
}

#define COMMON_JSON                                                                       \
	"\"cpu_usage\":12.5,\"mem_rss_kb\":100,\"mem_vms_kb\":200,\"disk_read_bytes\":5," \
	"\"disk_write_bytes\":6,\"syscall_read_bytes\":7,\"syscall_write_bytes\":8,"      \
	"\"page_faults_cached\":9,\"page_faults_disk\":10,\"sys_net_rx_bytes\":14,"       \
	"\"sys_net_tx_bytes\":15,\"thread_count\":16,"
#define PSI_JSON "\"psi_mem\":{\"some_avg10\":1.5,\"full_avg10\":0.0}"
#define OURS_JSON                                                          \
	",\"cpu_time_ns\":9007199254740993,\"ctx_switches_voluntary\":11," \
	"\"ctx_switches_involuntary\":12,\"run_delay_ns\":4"
#define SOCKETS_JSON ",\"socket_rx_bytes\":19,\"socket_tx_bytes\":20"
#define RUN_JSON                                                                                \
	",\"processes_started\":21,\"processes_exited\":20,\"pss_kb\":90"                       \
	",\"disk_write_cancelled_bytes\":14,\"syscall_read_count\":15,\"syscall_write_count\":" \
	"16" SOCKETS_JSON
#define PROCESS_JSON \
	"\"ts_ms\":1700000000123," COMMON_JSON "\"uptime_secs\":17,\"cpu_core\":3," PSI_JSON

static struct denet_tree full_tree(const struct denet_child *children, size_t count)
{
	return (struct denet_tree){
		.ts_ms = 1700000000124,
		.parent = full_sample(),
		.children = children,
		.children_count = count,
		.aggregated = full_sample(),
		.process_count = 2,
		.processes_started = 21,
		.processes_exited = 20,
	};
}

static void record_tree_has_denets_keys_first_and_in_order(void **state)
{
	const struct denet_child child = { .pid = 42, .comm = "sh", .sample = full_sample() };
	const struct denet_tree tree = full_tree(&child, 1);
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	assert_true(record_tree(&ours, &tree, &buf));
	assert_string_equal(
		buf_text(&buf),
		"{\"kind\":\"tree\",\"ts_ms\":1700000000124,\"parent\":{" PROCESS_JSON OURS_JSON
		",\"pss_kb\":90" SOCKETS_JSON
		"},\"children\":[{\"pid\":42,\"command\":\"sh\",\"metrics\":"
		"{" PROCESS_JSON OURS_JSON ",\"pss_kb\":90" SOCKETS_JSON
		"}}],\"aggregated\":{\"ts_ms\":1700000000124," COMMON_JSON
		"\"process_count\":2,\"uptime_secs\":17," PSI_JSON OURS_JSON RUN_JSON "}}");
}

static void record_tree_counts_children_left_out(void **state)
{
	struct denet_tree tree = full_tree(NULL, 0);
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	tree.children_omitted = 744;
	record_tree(&ours, &tree, &buf);
	assert_non_null(strstr(buf_text(&buf), "},\"children_omitted\":744}"));
	buf_reset(&buf);
	record_tree(&denets, &tree, &buf);
	assert_null(strstr(buf_text(&buf), "children_omitted"));
}

static void record_tree_names_what_it_does_not_know(void **state)
{
	const struct denet_child child = { .pid = 42, .comm = "sh", .sample = blank_sample() };
	AUTO(buf) struct buf buf = { 0 };
	const struct denet_tree tree = {
		.ts_ms = 5,
		.parent = blank_sample(),
		.children = &child,
		.children_count = 1,
		.aggregated = blank_sample(),
		.process_count = 1,
		.processes_started = DENET_UNKNOWN,
		.processes_exited = DENET_UNKNOWN,
	};

	(void)state;
	record_tree(&ours, &tree, &buf);
	assert_string_equal(
		buf_text(&buf),
		"{\"kind\":\"tree\",\"ts_ms\":5,\"parent\":{\"ts_ms\":1},\"children\":[{\"pid\":42,"
		"\"command\":\"sh\",\"metrics\":{\"ts_ms\":1}}],\"aggregated\":{\"ts_ms\":5,"
		"\"cpu_usage\":0.0,\"mem_rss_kb\":0,\"mem_vms_kb\":0,\"disk_read_bytes\":0,"
		"\"disk_write_bytes\":0,\"sys_net_rx_bytes\":0,\"sys_net_tx_bytes\":0,"
		"\"thread_count\":0,\"process_count\":1,\"uptime_secs\":0,\"unknown\":[\"cpu_"
		"usage\","
		"\"mem_rss_kb\",\"mem_vms_kb\",\"disk_read_bytes\",\"disk_write_bytes\","
		"\"sys_net_rx_bytes\",\"sys_net_tx_bytes\",\"thread_count\",\"uptime_secs\"]}}");
}

/* denet's functions take each number as it is: what was known last changes no average. */
static void record_of_what_has_ended_keeps_its_gauges_and_names_them(void **state)
{
	static const char root_names[] =
		"\"unknown\":[\"mem_rss_kb\",\"mem_vms_kb\",\"thread_count\"]";
	static const char names[] =
		"\"unknown\":[\"mem_rss_kb\",\"mem_vms_kb\",\"thread_count\",\"process_count\"]";
	struct denet_tree tree = full_tree(NULL, 0);
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	tree.parent_is_over = tree.aggregated_is_over = true;
	record_tree(&ours, &tree, &buf);
	assert_non_null(strstr(buf_text(&buf), COMMON_JSON "\"process_count\":2,"));
	assert_non_null(strstr(buf_text(&buf), names));
	assert_non_null(strstr(buf_text(&buf), root_names));
	buf_reset(&buf);
	record_sample(&ours, &tree, &buf);
	assert_non_null(strstr(buf_text(&buf), COMMON_JSON));
	assert_non_null(strstr(buf_text(&buf), root_names));
	buf_reset(&buf);
	record_tree(&denets, &tree, &buf);
	assert_non_null(strstr(buf_text(&buf), COMMON_JSON "\"process_count\":2,"));
	assert_null(strstr(buf_text(&buf), "unknown"));
}

static void record_tree_for_denet_has_its_keys_alone(void **state)
{
	const struct denet_child child = { .pid = 42, .comm = "sh", .sample = blank_sample() };
	const struct denet_tree tree = full_tree(&child, 1);
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	record_tree(&denets, &tree, &buf);
	assert_string_equal(
		buf_text(&buf),
		"{\"kind\":\"tree\",\"ts_ms\":1700000000124,\"parent\":{" PROCESS_JSON
		"},\"children\":[{\"pid\":42,\"command\":\"sh\",\"metrics\":{\"ts_ms\":1,"
		"\"cpu_usage\":0.0,\"mem_rss_kb\":0,\"mem_vms_kb\":0,\"disk_read_bytes\":0,"
		"\"disk_write_bytes\":0,\"sys_net_rx_bytes\":0,\"sys_net_tx_bytes\":0,"
		"\"thread_count\":0,\"uptime_secs\":0,\"cpu_core\":null}}],\"aggregated\":{"
		"\"ts_ms\":1700000000124," COMMON_JSON
		"\"process_count\":2,\"uptime_secs\":17," PSI_JSON "}}");
}

static void record_psi_comes_whole_or_not_at_all(void **state)
{
	struct denet_tree tree = full_tree(NULL, 0);
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	tree.parent.psi_full_avg10 = NAN;
	tree.aggregated.psi_some_avg10 = NAN;
	record_tree(&ours, &tree, &buf);
	assert_null(strstr(buf_text(&buf), "psi_mem"));
}

static void record_sample_is_the_root_alone(void **state)
{
	struct denet_tree tree = full_tree(NULL, 0);
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	tree.parent.mem_vms_kb = DENET_UNKNOWN;
	record_sample(&ours, &tree, &buf);
	assert_non_null(strstr(buf_text(&buf), "{\"kind\":\"sample\",\"ts_ms\":1700000000123,"));
	assert_non_null(strstr(buf_text(&buf), "\"mem_vms_kb\":0,"));
	assert_non_null(strstr(buf_text(&buf), "\"cpu_core\":3," PSI_JSON OURS_JSON RUN_JSON
					       ",\"unknown\":[\"mem_vms_kb\"]}"));
}

static void record_child_says_when_arguments_were_cut(void **state)
{
	const struct denet_arrival arrival = {
		.ts_ms = 5,
		.pid = 8,
		.ppid = 7,
		.command = { .args = "cc\0lon", .args_len = 6, .truncated = true },
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	record_child(&ours, &arrival, &buf);
	assert_string_equal(buf_text(&buf), "{\"kind\":\"child\",\"ts_ms\":5,\"pid\":8,\"ppid\":7,"
					    "\"cmd\":[\"cc\",\"lon\"],\"cmd_truncated\":true}");
}

static void record_exit_has_a_code_or_a_signal(void **state)
{
	struct denet_exit exit = {
		.ts_ms = 9,
		.end = { .known = true, .exit_code = -1, .signal = 11, .core_dumped = true },
		.last_sample_to_exit_ms = 3,
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	record_exit(&ours, &exit, &buf);
	assert_string_equal(
		buf_text(&buf),
		"{\"kind\":\"exit\",\"ts_ms\":9,\"last_sample_to_exit_ms\":3,\"signal\":11}");
	buf_reset(&buf);
	exit.end = (struct denet_end){ .known = true, .exit_code = 0 };
	exit.last_sample_to_exit_ms = DENET_UNKNOWN;
	record_exit(&ours, &exit, &buf);
	assert_string_equal(buf_text(&buf), "{\"kind\":\"exit\",\"ts_ms\":9,\"exit_code\":0}");
	buf_reset(&buf);
	record_exit(&denets, &exit, &buf);
	assert_string_equal(buf_text(&buf), "{\"kind\":\"exit\",\"ts_ms\":9}");
}

static struct denet_summary full_summary(void)
{
	return (struct denet_summary){
		.accounting = DENET_ACCOUNTING_BPF,
		.command = { .args = "make\0-j8", .args_len = 9 },
		.end = { .known = true, .exit_code = 2 },
		.wall_ns = 2000000000,
		.sample_count = 4,
		.used = counters,
		.sys_net_rx_bytes = 14,
		.sys_net_tx_bytes = 15,
		.processes_total = 30,
		.processes_peak = 5,
		.processes_failed = 1,
		.processes_exact = 29,
		.processes_running = 1,
		.threads_total = 33,
		.threads_peak = 6,
		.peak_mem_rss_kb = 4096,
		.peak_mem_at_ns = DENET_UNKNOWN,
		.peak_process_rss_kb = 2048,
		.peak_pss_kb = 3072,
		.peak_pss_at_ns = 17,
		.pss_is_bound = true,
		.memory_stall_ns = 18,
		.memory_stall_of_cgroup = true,
		.memory_limit_kb = 5000,
		.cpu_limit_cores = 0.5,
		.throttled_ns = 77,
		.cpus_usable = 2,
		.is_root_alone = true,
		.memory_limit_hit = true,
		.peak_process_pid = 4711,
		.peak_process_comm = "cc1plus",
		.psi_samples = 4,
		.psi_stalled_samples = 3,
		.monitor_cpu_ns = 31,
		.monitor_peak_rss_kb = 2150,
	};
}

static void record_summary_adds_ours_to_denets(void **state)
{
	struct denet_summary summary = full_summary();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	summary.used.cpu_time_ns = 3000000000;
	assert_true(record_summary(&ours, &summary, &buf));
	assert_string_equal(
		buf_text(&buf),
		"{\"kind\":\"summary\",\"total_time_secs\":2.0,\"sample_count\":4,"
		"\"max_processes\":5,\"max_threads\":6,\"total_disk_read_bytes\":5,"
		"\"total_disk_write_bytes\":6,\"total_syscall_read_bytes\":7,"
		"\"total_syscall_write_bytes\":8,\"peak_page_faults_cached\":9,"
		"\"peak_page_faults_disk\":10,\"total_sys_net_rx_bytes\":14,"
		"\"total_sys_net_tx_bytes\":15,\"peak_mem_rss_kb\":4096,\"avg_cpu_usage\":150.0,"
		"\"memory_characterization\":{\"psi_some_fraction\":0.75,"
		"\"verdict\":\"memory-bound\"},\"command\":[\"make\",\"-j8\"],\"exit_code\":2,"
		"\"wall_ns\":2000000000,\"cpu_time_ns\":3000000000,\"cpu_user_ns\":2,"
		"\"cpu_system_ns\":3,\"run_delay_ns\":4,\"processes_total\":30,"
		"\"processes_failed\":1,\"processes_exact\":29,\"processes_running\":1,"
		"\"threads_total\":33,\"peak_process_rss_kb\":2048,\"peak_process_pid\":4711,"
		"\"peak_process_comm\":\"cc1plus\",\"page_faults_cached\":9,"
		"\"page_faults_disk\":10,\"ctx_switches_voluntary\":11,"
		"\"ctx_switches_involuntary\":12,\"migrations\":13,\"processes_peak\":5,"
		"\"threads_peak\":6,\"disk_write_cancelled_bytes\":14,"
		"\"syscall_read_count\":15,\"syscall_write_count\":16,\"peak_pss_kb\":3072,"
		"\"peak_pss_at_ns\":17,\"pss_is_bound\":true,\"memory_stall_ns\":18,"
		"\"memory_stall_of_cgroup\":true,\"memory_limit_kb\":5000,"
		"\"memory_limit_hit\":true,\"accounting\":\"bpf\","
		"\"events_lost\":0,\"records_lost\":0,\"tasks_lost\":0,\"monitor_cpu_ns\":31,"
		"\"monitor_peak_rss_kb\":2150,\"cpu_limit_cores\":0.5,\"throttled_ns\":77,"
		"\"cpus_usable\":2,\"root_alone\":true,\"ends_unknown\":0,\"oom_kills\":"
		"0" SOCKETS_JSON "}");
}

static void record_summary_without_accounting_has_no_figures(void **state)
{
	struct denet_summary summary = full_summary();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	summary.accounting = DENET_ACCOUNTING_NONE;
	summary.monitor_peak_rss_kb = DENET_UNKNOWN;
	record_summary(&ours, &summary, &buf);
	assert_string_equal(buf_text(&buf),
			    "{\"kind\":\"summary\",\"total_time_secs\":2.0,"
			    "\"command\":[\"make\",\"-j8\"],\"exit_code\":2,\"wall_ns\":2000000000,"
			    "\"accounting\":\"none\",\"monitor_cpu_ns\":31}");
}

static void record_says_nothing_of_figures_that_it_has_not(void **state)
{
	static const char *const said[] = { "pss_is_bound", "memory_stall_of_cgroup",
					    "memory_limit_hit", "peak_process_pid",
					    "peak_process_comm" };
	struct denet_summary summary = full_summary();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	summary.peak_pss_kb = DENET_UNKNOWN;
	summary.memory_stall_ns = DENET_UNKNOWN;
	summary.memory_limit_kb = DENET_UNKNOWN;
	summary.peak_process_rss_kb = DENET_UNKNOWN;
	record_summary(&ours, &summary, &buf);
	for (size_t i = 0; i < sizeof(said) / sizeof(said[0]); i++)
		assert_null(strstr(buf_text(&buf), said[i]));
	assert_non_null(strstr(buf_text(&buf), "\"root_alone\":true"));
}

static void record_for_denet_has_no_process_and_no_summary(void **state)
{
	const struct denet_process process = { .comm = "x" };
	const struct denet_summary summary = full_summary();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	assert_false(record_process(&denets, &process, &buf));
	assert_false(record_summary(&denets, &summary, &buf));
	assert_string_equal(buf_text(&buf), "");
}

static void record_is_valid_json_whatever_the_names(void **state)
{
	static const char hostile[] = "\xff\"\n\x1b[2J</script>\xed\xa0\x80\\";
	const struct denet_child child = { .pid = 1, .comm = hostile, .sample = full_sample() };
	const struct denet_tree tree = full_tree(&child, 1);
	AUTO(buf) struct buf buf = { 0 };
	cJSON *value;

	(void)state;
	record_tree(&ours, &tree, &buf);
	value = cJSON_Parse(buf_text(&buf));
	assert_non_null(value);
	cJSON_Delete(value);
	assert_null(memchr(buf_text(&buf), '\x1b', buf.len));
	assert_null(memchr(buf_text(&buf), '\n', buf.len));
	assert_null(strstr(buf_text(&buf), "</script>"));
}

static void record_allocates_nothing_once_the_size_is_known(void **state)
{
	struct denet_child children[256] = { 0 };
	const struct denet_tree tree = full_tree(children, 256);
	AUTO(buf) struct buf buf = { 0 };
	const char *data;

	(void)state;
	for (uint32_t i = 0; i < 256; i++)
		children[i] = (struct denet_child){ i, "child", full_sample() };
	record_tree(&ours, &tree, &buf);
	data = buf.data;
	for (int i = 0; i < 5; i++) {
		buf_reset(&buf);
		record_tree(&ours, &tree, &buf);
	}
	assert_ptr_equal(buf.data, data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_tree_has_denets_keys_first_and_in_order),
		cmocka_unit_test(record_tree_counts_children_left_out),
		cmocka_unit_test(record_tree_names_what_it_does_not_know),
		cmocka_unit_test(record_of_what_has_ended_keeps_its_gauges_and_names_them),
		cmocka_unit_test(record_tree_for_denet_has_its_keys_alone),
		cmocka_unit_test(record_psi_comes_whole_or_not_at_all),
		cmocka_unit_test(record_sample_is_the_root_alone),
		cmocka_unit_test(record_child_says_when_arguments_were_cut),
		cmocka_unit_test(record_exit_has_a_code_or_a_signal),
		cmocka_unit_test(record_summary_adds_ours_to_denets),
		cmocka_unit_test(record_summary_without_accounting_has_no_figures),
		cmocka_unit_test(record_says_nothing_of_figures_that_it_has_not),
		cmocka_unit_test(record_for_denet_has_no_process_and_no_summary),
		cmocka_unit_test(record_is_valid_json_whatever_the_names),
		cmocka_unit_test(record_allocates_nothing_once_the_size_is_known),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
