/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "record/record.h"
#include "util/cleanup.h"

static const struct record_style ours = { .compat_denet = false };
static const struct record_style denets = { .compat_denet = true };

static void record_metadata_keeps_empty_and_padded_arguments(void **state)
{
	static const char args[] = "sh\0\0-c\0 a  b \0\0";
	const struct denet_start start = {
		.pid = 7,
		.t0_ms = 1000,
		.command = { .args = args, .args_len = sizeof(args) - 1, .exe = "/bin/sh" },
		.accounting = DENET_ACCOUNTING_BPF,
		.interval_ms = 100,
		.max_interval_ms = 1000,
		.host = "build7",
		.cwd = "/srv",
		.user = "ci",
		.label = "nightly \"x\"",
		.job = "4711.2",
		.has_system_psi = true,
	};
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	record_metadata(&ours, &start, &buf);
	assert_non_null(strstr(
		buf_text(&buf),
		"{\"kind\":\"metadata\",\"pid\":7,\"cmd\":[\"sh\",\"\",\"-c\",\" a  b \",\"\"],"
		"\"executable\":\"/bin/sh\",\"t0_ms\":1000,\"capabilities\":{\"psi\":{"
		"\"system\":true,\"per_process\":false},\"perf_hw\":{\"available\":false,"
		"\"events\":[],\"reason\":\""));
	assert_non_null(strstr(buf_text(&buf),
			       "},\"accounting\":\"bpf\",\"version\":\"" DENET_VERSION
			       "\",\"interval_ms\":100,\"max_interval_ms\":1000,"
			       "\"clk_tck\":"));
	assert_non_null(strstr(buf_text(&buf),
			       ",\"schema\":1,\"host\":\"build7\",\"cwd\":\"/srv\",\"user\":\"ci\","
			       "\"label\":\"nightly \\\"x\\\"\",\"job\":\"4711.2\"}"));
}

static void record_metadata_for_denet_is_never_short_of_a_key(void **state)
{
	const struct denet_start start = { .pid = 7, .t0_ms = 1000 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	record_metadata(&denets, &start, &buf);
	assert_non_null(strstr(buf_text(&buf), "\"cmd\":[],\"executable\":\"\",\"t0_ms\":1000,"));
	assert_null(strstr(buf_text(&buf), "accounting"));
	buf_reset(&buf);
	record_metadata(&ours, &start, &buf);
	assert_null(strstr(buf_text(&buf), "executable"));
	assert_null(strstr(buf_text(&buf), "cmd"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(record_metadata_keeps_empty_and_padded_arguments),
		cmocka_unit_test(record_metadata_for_denet_is_never_short_of_a_key),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
