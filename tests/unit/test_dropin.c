/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A run as other tools would have measured it, with names of all bytes, and with nothing known. */
#include "report/dropin.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "metrics/derive.h"
#include "util/cleanup.h"
#include "util/units.h"

static const char hostile_args[] = "/bin/a\tb\nc\0\"x=,y\"\0\xe2\x80\xae\xff";

static struct denet_summary whole_summary(void)
{
	struct denet_summary summary = {
		.size = sizeof(summary),
		.command = { .args = hostile_args, .args_len = sizeof(hostile_args) },
		.end = { .known = true, .exit_code = 3 },
		.total_time_secs = 3661.25,
		.avg_cpu_usage = 150.5,
		.peak_mem_rss_kb = 2048,
		.peak_process_rss_kb = 1024,
		.peak_pss_kb = 1536,
	};

	summary.used = (struct denet_counters){
		.cpu_time_ns = 5 * NS_PER_S,
		.cpu_user_ns = 4 * NS_PER_S,
		.cpu_system_ns = NS_PER_S,
		.disk_read_bytes = 1048576,
		.disk_write_bytes = 1023,
		.syscall_read_bytes = 11,
		.syscall_write_bytes = 12,
		.page_faults_cached = 13,
		.page_faults_disk = 14,
		.ctx_switches_voluntary = 15,
		.ctx_switches_involuntary = 16,
		.syscall_read_count = 17,
		.syscall_write_count = 18,
	};
	return summary;
}

static struct denet_summary blank_summary(void)
{
	struct denet_summary summary = { .size = sizeof(summary) };

	derive_forget(DENET_RECORD_SUMMARY, &summary);
	return summary;
}

static void assert_whole(const struct buf *buf, const char *expected)
{
	assert_int_equal(buf->error, 0);
	assert_string_equal(buf_text(buf), expected);
}

#define SNAKEMAKE_HEADER                                                                   \
	"s\th:m:s\tmax_rss\tmax_vms\tmax_uss\tmax_pss\tio_in\tio_out\tmean_load\tcpu_time" \
	"\n"

static void snakemake_has_one_row(void **state)
{
	struct denet_summary summary = whole_summary();
	const struct dropin_run run = { .summary = &summary, .peak_vms_kb = 4096 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	dropin_append_snakemake(&buf, &run);
	assert_whole(&buf, SNAKEMAKE_HEADER
		     "3661.25\t1:01:01\t2.00\t4.00\tNA\t1.50\t1.00\t0.00\t150.50\t5.00\n");
	buf_reset(&buf);
	summary.total_time_secs = 2 * 86400 + 59.9;
	dropin_append_snakemake(&buf, &run);
	assert_non_null(strstr(buf_text(&buf), "\n172859.90\t2 days, 0:00:59\t"));
}

#define NEXTFLOW_HEADER                                                                        \
	"task_id\thash\tnative_id\tname\tstatus\texit\tsubmit\tduration\trealtime\t%cpu\t"     \
	"peak_rss\tpeak_vmem\trchar\twchar\tread_bytes\twrite_bytes\tsyscr\tsyscw\tvol_ctxt\t" \
	"inv_ctxt\n"

static void nextflow_has_milliseconds_and_bytes(void **state)
{
	struct denet_summary summary = whole_summary();
	struct denet_start start = { .size = sizeof(start), .pid = 7, .t0_ms = 1700000000123 };
	const struct dropin_run run = { &start, &summary, 4096, NULL };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	dropin_append_nextflow(&buf, &run);
	assert_whole(&buf, NEXTFLOW_HEADER
		     "1\t-\t7\ta?b?c\tFAILED\t3\t1700000000123\t3661250\t3661250\t150.5\t2097152\t"
		     "4194304\t11\t12\t1048576\t1023\t17\t18\t15\t16\n");
	buf_reset(&buf);
	start.label = "a\tb";
	summary.end = (struct denet_end){ .known = true, .exit_code = -1, .signal = 9 };
	dropin_append_nextflow(&buf, &run);
	assert_non_null(strstr(buf_text(&buf), "\n1\t-\t7\ta?b\tFAILED\t137\t"));
}

static void time_has_its_lines(void **state)
{
	struct denet_summary summary = whole_summary();
	const struct dropin_run run = { .summary = &summary, .peak_vms_kb = DENET_UNKNOWN };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	dropin_append_time(&buf, &run);
	assert_whole(&buf, "Command exited with non-zero status 3\n"
			   "\tCommand being timed: \"/bin/a?b?c \"x=,y\" ?\xef\xbf\xbd\"\n"
			   "\tUser time (seconds): 4.00\n"
			   "\tSystem time (seconds): 1.00\n"
			   "\tPercent of CPU this job got: 150%\n"
			   "\tElapsed (wall clock) time (h:mm:ss or m:ss): 1:01:01\n"
			   "\tMaximum resident set size (kbytes): 1024\n"
			   "\tMajor (requiring I/O) page faults: 14\n"
			   "\tMinor (reclaiming a frame) page faults: 13\n"
			   "\tVoluntary context switches: 15\n"
			   "\tInvoluntary context switches: 16\n"
			   "\tFile system inputs: 2048\n"
			   "\tFile system outputs: 1\n"
			   "\tExit status: 3\n");
	buf_reset(&buf);
	summary.total_time_secs = 61.239;
	summary.end = (struct denet_end){ .known = true, .exit_code = -1, .signal = 15 };
	dropin_append_time(&buf, &run);
	assert_memory_equal(buf_text(&buf), "Command terminated by signal 15\n", 32);
	assert_non_null(strstr(buf_text(&buf), " 1:01.23\n"));
	assert_null(strstr(buf_text(&buf), "Exit status"));
}

static void nothing_known_is_never_0(void **state)
{
	struct denet_summary summary = blank_summary();
	const struct dropin_run run = { .summary = &summary, .peak_vms_kb = DENET_UNKNOWN };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	dropin_append_snakemake(&buf, &run);
	assert_whole(&buf, SNAKEMAKE_HEADER "NA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\tNA\n");
	buf_reset(&buf);
	dropin_append_nextflow(&buf, &run);
	assert_whole(&buf, NEXTFLOW_HEADER
		     "1\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\t-\n");
	buf_reset(&buf);
	dropin_append_time(&buf, &run);
	assert_whole(&buf, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(snakemake_has_one_row),
		cmocka_unit_test(nextflow_has_milliseconds_and_bytes),
		cmocka_unit_test(time_has_its_lines),
		cmocka_unit_test(nothing_known_is_never_0),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
