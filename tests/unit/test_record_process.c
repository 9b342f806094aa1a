/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* The record of one process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>
#include <string.h>

#include "metrics/publish.h"
#include "record/record.h"
#include "util/cleanup.h"

static const struct record_style ours = { 0 };

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
	.socket_rx_bytes = 17,
	.socket_tx_bytes = 18,
};

static void record_process_has_every_figure(void **state)
{
	const struct denet_process process = {
		.pid = 8,
		.ppid = 7,
		.comm = "cc1",
		.command = { .args = "cc1", .args_len = 4, .exe = "/lib/cc1" },
		.uid = 1000,
		.start_ms = 100,
		.wall_ns = 200,
		.used = counters,
		.end = { .known = true, .exit_code = 1 },
		.threads_total = 2,
		.peak_rss_kb = 300,
		.cgroup = "/user.slice",
		.is_exact = true,
		.id = 281474976710658,
		.parent_id = 281474976710657,
		.start_ns = -5,
		.end_ns = 195,
		.cwd = "/src",
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	assert_true(record_process(&ours, &process, &buf));
	assert_string_equal(
		buf_text(&buf),
		"{\"kind\":\"process\",\"pid\":8,\"ppid\":7,\"comm\":\"cc1\",\"cmd\":[\"cc1\"],"
		"\"exe\":\"/lib/cc1\",\"uid\":1000,\"start_ms\":100,\"wall_ns\":200,"
		"\"cpu_time_ns\":9007199254740993,\"cpu_user_ns\":2,\"cpu_system_ns\":3,"
		"\"run_delay_ns\":4,\"exit_code\":1,\"core_dumped\":false,\"oom_killed\":false,"
		"\"threads_total\":2,\"peak_rss_kb\":300,\"disk_read_bytes\":5,"
		"\"disk_write_bytes\":6,\"syscall_read_bytes\":7,\"syscall_write_bytes\":8,"
		"\"page_faults_cached\":9,\"page_faults_disk\":10,\"ctx_switches_voluntary\":11,"
		"\"ctx_switches_involuntary\":12,\"migrations\":13,\"disk_write_cancelled_bytes\":"
		"14,\"syscall_read_count\":15,\"syscall_write_count\":16,\"socket_rx_bytes\":17,"
		"\"socket_tx_bytes\":18,\"cgroup\":\"/user.slice\","
		"\"exact\":true,\"id\":281474976710658,\"parent_id\":281474976710657,"
		"\"start_ns\":-5,\"end_ns\":195,\"cwd\":\"/src\"}");
}

static void record_process_leaves_out_what_is_not_known(void **state)
{
	struct denet_process process = {
		.pid = 8,
		.comm = "x",
		.uid = DENET_UNKNOWN,
		.start_ms = DENET_UNKNOWN,
		.wall_ns = DENET_UNKNOWN,
		.threads_total = DENET_UNKNOWN,
		.peak_rss_kb = 5,
		.peak_is_bound = true,
		.is_partial = true,
		.is_running = true,
		.end_ns = DENET_UNKNOWN,
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	publish_nothing(&process.used);
	record_process(&ours, &process, &buf);
	assert_string_equal(buf_text(&buf),
			    "{\"kind\":\"process\",\"pid\":8,\"ppid\":0,\"comm\":\"x\","
			    "\"peak_rss_kb\":5,\"peak_rss_is_bound\":true,\"exact\":false,"
			    "\"partial\":true,\"running\":true,\"start_ns\":0}");
}

static void record_process_tells_no_want_of_memory_that_it_does_not_know(void **state)
{
	struct denet_process process = {
		.comm = "x",
		.end = { .known = true, .exit_code = -1, .signal = SIGKILL },
		.oom_unknown = true,
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	record_process(&ours, &process, &buf);
	assert_non_null(
		strstr(buf_text(&buf), "\"signal\":9,\"core_dumped\":false,\"threads_total"));
}

#define NOTHING_BUT(cpu_ns)                                                \
	{                                                                  \
		.cpu_time_ns = (cpu_ns), .socket_rx_bytes = DENET_UNKNOWN, \
		.socket_tx_bytes = DENET_UNKNOWN                           \
	}

static void record_process_has_each_program_that_it_ran(void **state)
{
	const struct denet_process_program programs[] = {
		{ .comm = "make",
		  .start_ns = 5,
		  .used = NOTHING_BUT(1),
		  .peak_rss_kb = DENET_UNKNOWN,
		  .is_forked = true },
		{ .comm = "sh",
		  .command = { .args = "sh\0-c", .args_len = 6 },
		  .start_ns = -9,
		  .used = NOTHING_BUT(2),
		  .peak_rss_kb = 30,
		  .peak_is_bound = true },
		{ .comm = "cc",
		  .command = { .args = "cc", .args_len = 3 },
		  .start_ns = 70,
		  .used = { .cpu_time_ns = DENET_UNKNOWN,
			    .socket_rx_bytes = 51,
			    .socket_tx_bytes = 52 },
		  .peak_rss_kb = 50 },
	};
	const struct denet_process process = {
		.comm = "cc",
		.programs = programs,
		.programs_count = 3,
		.programs_omitted = 4,
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	record_process(&ours, &process, &buf);
	assert_non_null(strstr(
		buf_text(&buf),
		",\"programs\":[{\"comm\":\"make\",\"start_ns\":5,\"cpu_time_ns\":1},"
		"{\"comm\":\"sh\",\"cmd\":[\"sh\",\"-c\"],\"start_ns\":-9,\"cpu_time_ns\":2,\"peak_"
		"rss_kb\":30,"
		"\"peak_rss_is_bound\":true},"
		"{\"comm\":\"cc\",\"start_ns\":70,\"peak_rss_kb\":50,\"socket_rx_"
		"bytes\":51,"
		"\"socket_tx_bytes\":52}],\"programs_omitted\":4}"));
}

static void record_process_says_who_told_it_to_end(void **state)
{
	struct denet_process process = {
		.comm = "server",
		.told_signal = 15,
		.told_by_pid = 7,
		.told_by_id = 281474976710658,
		.told_ns = 3489000000,
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	record_process(&ours, &process, &buf);
	assert_non_null(strstr(buf_text(&buf), ",\"told_by_pid\":7,\"told_by_id\":281474976710658,"
					       "\"told_signal\":15,\"told_ns\":3489000000}"));
	buf_reset(&buf);
	process.told_by_pid = 0;
	process.told_by_id = 0;
	process.told_ns = DENET_UNKNOWN;
	record_process(&ours, &process, &buf);
	assert_non_null(strstr(buf_text(&buf), ",\"told_signal\":15}"));
	assert_null(strstr(buf_text(&buf), "told_by"));
	assert_null(strstr(buf_text(&buf), "told_ns"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_process_has_every_figure),
		cmocka_unit_test(record_process_leaves_out_what_is_not_known),
		cmocka_unit_test(record_process_tells_no_want_of_memory_that_it_does_not_know),
		cmocka_unit_test(record_process_has_each_program_that_it_ran),
		cmocka_unit_test(record_process_says_who_told_it_to_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
