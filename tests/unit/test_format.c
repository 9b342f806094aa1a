/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* A run as Prometheus, InfluxDB and readers of CSV take it, with names of all bytes. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "format/influx.h"
#include "format/process_csv.h"
#include "format/prometheus.h"
#include "format/run_programs.h"
#include "told_run.h"
#include "util/cleanup.h"

static const struct denet_group hostile_groups[] = {
	{ "a=b,c \"d\\", 3, 1, 1500000000, 10 },
	{ "x\\u000ay", 1, 0, 7, DENET_UNKNOWN },
	{ "x\ny", 2, 1, 5, 4 },
	{ "\xe2\x80\xae", 1, 0, DENET_UNKNOWN, 2 },
};

static struct denet_summary hostile_summary(void)
{
	struct denet_summary summary = told_summary();

	summary.total_time_secs = 2.5;
	summary.avg_cpu_usage = NAN;
	summary.psi_some_fraction = 0.25;
	summary.groups = hostile_groups;
	summary.groups_count = sizeof(hostile_groups) / sizeof(hostile_groups[0]);
	return summary;
}

static const struct denet_start hostile_start = {
	.size = sizeof(hostile_start),
	.t0_ms = 1700000000123,
	.command = { .args = "/usr/bin/ma ke\0--token=secret", .args_len = 30 },
	.accounting = DENET_ACCOUNTING_BPF,
	.host = "h",
	.label = "a\"b\nc",
};

static bool has_line(const struct buf *buf, const char *line)
{
	char found[512];

	(void)snprintf(found, sizeof(found), "\n%s\n", line);
	return strstr(buf_text(buf), found) != NULL;
}

static void assert_line(const struct buf *buf, const char *line)
{
	assert_int_equal(buf->error, 0);
	if (!has_line(buf, line))
		fail_msg("no line '%s' in\n%s", line, buf_text(buf));
}

static size_t count_of(const struct buf *buf, const char *text)
{
	size_t count = 0;

	for (const char *at = buf_text(buf); (at = strstr(at, text)); at++)
		count++;
	return count;
}

static void prometheus_has_base_units_and_totals(void **state)
{
	const struct denet_summary summary = hostile_summary();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	prometheus_append_run(&buf, NULL, &summary);
	assert_line(&buf, "# TYPE denet_run_cpu_time_seconds_total counter");
	assert_line(&buf, "denet_run_cpu_time_seconds_total 2.0e-6");
	assert_line(&buf, "denet_run_peak_mem_rss_bytes 30720.0");
	assert_line(&buf, "denet_run_disk_read_bytes_total 2004");
	assert_line(&buf, "denet_run_processes_total 23");
	assert_line(&buf, "denet_run_exit_status 2");
	assert_line(&buf, "denet_run_complete 1");
	/* Not known, said twice by denet, or of a file that does not say when it began. */
	assert_int_equal(count_of(&buf, "denet_run_memory_limit_bytes"), 0);
	assert_int_equal(count_of(&buf, "denet_run_avg_cpu"), 0);
	assert_int_equal(count_of(&buf, "denet_run_max_processes"), 0);
	assert_int_equal(count_of(&buf, "denet_run_start_timestamp"), 0);
}

static void prometheus_says_what_is_not_whole(void **state)
{
	struct denet_summary summary = hostile_summary();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	summary.incomplete = "a \"b\"";
	summary.pss_is_bound = true;
	prometheus_append_run(&buf, &hostile_start, &summary);
	assert_line(&buf, "denet_run_complete{run=\"a\\\"b\\\\u000ac\"} 0");
	assert_line(&buf,
		    "denet_run_info{run=\"a\\\"b\\\\u000ac\",accounting=\"bpf\",command=\"make\","
		    "incomplete=\"a \\\"b\\\"\",pss_is_bound=\"true\"} 1");
}

/* A series may be there once only, or the whole file is refused. */
static void names_that_are_written_alike_are_one(void **state)
{
	const struct denet_summary summary = hostile_summary();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	prometheus_append_run(&buf, NULL, &summary);
	assert_line(&buf, "denet_run_program_runs_total{program=\"a=b,c \\\"d\\\\\"} 3");
	assert_line(&buf, "denet_run_program_runs_total{program=\"x\\\\u000ay\"} 3");
	assert_line(&buf,
		    "denet_run_program_cpu_time_seconds_total{program=\"x\\\\u000ay\"} 1.2e-8");
	assert_line(&buf, "denet_run_program_peak_rss_bytes{program=\"x\\\\u000ay\"} 4096.0");
	assert_line(&buf, "denet_run_program_runs_total{program=\"\\\\u202e\"} 1");
	assert_int_equal(count_of(&buf, "denet_run_program_cpu_time_seconds_total{"), 2);
}

static void only_so_many_programs_are_series(void **state)
{
	static struct denet_group groups[RUN_PROGRAMS_MAX + 3];
	static char names[RUN_PROGRAMS_MAX + 3][16];
	struct denet_summary summary = told_summary();
	AUTO(run_programs) struct run_programs programs;

	(void)state;
	for (size_t i = 0; i < RUN_PROGRAMS_MAX + 3; i++) {
		(void)snprintf(names[i], sizeof(names[i]), "p%zu", i);
		groups[i] = (struct denet_group){ .comm = names[i], .count = 1 };
	}
	summary.groups = groups;
	summary.groups_count = RUN_PROGRAMS_MAX + 3;
	assert_int_equal(run_programs_take(&summary, label_append_tag, &programs), 0);
	assert_int_equal(programs.count, RUN_PROGRAMS_MAX);
	assert_int_equal(programs.omitted, 3);
}

static void influx_keeps_types_and_leaves_out_what_is_not_known(void **state)
{
	struct denet_tree tree = { .size = sizeof(tree),
				   .ts_ms = 1700000000001,
				   .aggregated = told_blank(),
				   .process_count = DENET_UNKNOWN,
				   .processes_started = DENET_UNKNOWN,
				   .processes_exited = DENET_UNKNOWN };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	influx_append_sample(&buf, &hostile_start, &tree);
	assert_int_equal(buf.len, 0);
	tree.aggregated.mem_rss_kb = UINT64_MAX - 1;
	tree.aggregated.cpu_usage = 2;
	influx_append_sample(&buf, &hostile_start, &tree);
	assert_string_equal(buf_text(&buf),
			    "denet_sample,accounting=bpf,command=ma\\ ke,host=h,label=a\"b\\u000ac "
			    "cpu_usage=2.0,mem_rss_kb=9223372036854775807i 1700000000001000000\n");
}

static void influx_says_what_is_a_bound(void **state)
{
	struct denet_tree tree = { .size = sizeof(tree), .aggregated = told_blank() };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	tree.aggregated.ts_ms = tree.ts_ms = 1;
	tree.process_count = tree.processes_started = tree.processes_exited = DENET_UNKNOWN;
	tree.pss_is_bound = true;
	influx_append_sample(&buf, NULL, &tree);
	assert_int_equal(buf.len, 0);
	tree.aggregated.pss_kb = 5;
	influx_append_sample(&buf, NULL, &tree);
	assert_string_equal(buf_text(&buf), "denet_sample pss_kb=5i,pss_is_bound=true 1000000\n");
}

static void influx_has_the_run_and_its_programs(void **state)
{
	const struct denet_summary summary = hostile_summary();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	influx_append_run(&buf, NULL, &summary, 5);
	assert_memory_equal(buf_text(&buf), "denet_run,accounting=bpf total_time_secs=2.5,", 45);
	assert_line(&buf, "denet_program,accounting=bpf,program=a\\=b\\,c\\ \"d? "
			  "runs=3i,failed=1i,cpu_time_ns=1500000000i,peak_rss_kb=10i 5000000");
	assert_line(&buf, "denet_program,accounting=bpf,program=x\\u000ay "
			  "runs=3i,failed=1i,cpu_time_ns=12i,peak_rss_kb=4i 5000000");
	assert_int_equal(count_of(&buf, "\n"), 4);
	assert_int_equal(count_of(&buf, "exit_code=2i,complete=true 5000000\n"), 1);
}

static struct denet_process hostile_process(void)
{
	return (struct denet_process){
		.size = sizeof(struct denet_process),
		.pid = 8,
		.ppid = 7,
		.comm = "a,b\"c\nd",
		.command = { .args = "a\0it's\0\0x=\ty", .args_len = 13 },
		.uid = 0,
		.start_ms = DENET_UNKNOWN,
		.used = told_counters(1000),
		.end = { .known = true, .exit_code = 3 },
		.peak_rss_kb = DENET_UNKNOWN,
		.cgroup = "",
		.start_ns = -5,
		.end_ns = 9,
		.told_ns = DENET_UNKNOWN,
	};
}

static void csv_quotes_what_needs_it(void **state)
{
	struct denet_process process = hostile_process();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	process_csv_append_row(&buf, &process);
	assert_memory_equal(buf_text(&buf),
			    "8,7,\"a,b\"\"c\nd\",\"a 'it'\\''s' '' 'x=\ty'\",0,,0,,0,1000,1001,"
			    "1002,1003,3,,0,0,0,,0,1004,",
			    strlen("8,7,\"a,b\"\"c\nd\",\"a 'it'\\''s' '' 'x=\ty'\",0,,0,,0,1000,"
				   "1001,1002,1003,3,,0,0,0,,0,1004,"));
	assert_non_null(strstr(buf_text(&buf), ",\"\",0,0,0,,,-5,9,0,,,,,\r\n"));
}

static void csv_of_an_old_record_has_no_times(void **state)
{
	struct denet_process process = hostile_process();
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	process.end_ns = DENET_UNKNOWN;
	process.start_ns = 0;
	process_csv_append_row(&buf, &process);
	assert_non_null(strstr(buf_text(&buf), ",\"\",0,0,0,,,,,0,,,,,\r\n"));
}

static void csv_rows_have_the_columns_of_their_header(void **state)
{
	const struct denet_process process = { .size = sizeof(process),
					       .comm = "x",
					       .command = { .exe = "\xff" } };
	AUTO(buf) struct buf header = { 0 };
	AUTO(buf) struct buf row = { 0 };

	(void)state;
	process_csv_append_header(&header);
	process_csv_append_row(&row, &process);
	assert_int_equal(count_of(&header, ","), count_of(&row, ","));
	assert_int_equal(count_of(&row, "\xef\xbf\xbd"), 1);
}

struct all_rows {
	struct buf samples;
	struct buf processes;
};

static void add_sample(void *context, const struct denet_tree *tree)
{
	influx_append_sample(&((struct all_rows *)context)->samples, NULL, tree);
}

static void add_process(void *context, const struct denet_process *process)
{
	process_csv_append_row(&((struct all_rows *)context)->processes, process);
}

static void ignore_start(void *context, const struct denet_start *start)
{
	(void)context;
	(void)start;
}

static void ignore_arrival(void *context, const struct denet_arrival *arrival)
{
	(void)context;
	(void)arrival;
}

static void ignore_exit(void *context, const struct denet_exit *end)
{
	(void)context;
	(void)end;
}

/* What still runs has no end, and of its user nothing is known. */
static void a_whole_run_has_a_row_for_each(void **state)
{
	struct all_rows rows = { { 0 }, { 0 } };
	const struct denet_observer observer = {
		.size = sizeof(observer),
		.context = &rows,
		.on_start = ignore_start,
		.on_arrival = ignore_arrival,
		.on_sample = add_sample,
		.on_process = add_process,
		.on_exit = ignore_exit,
	};

	(void)state;
	told_run(&observer);
	assert_int_equal(count_of(&rows.samples, "denet_sample "), 2);
	assert_int_equal(count_of(&rows.samples, "psi_mem_some_avg10=0.25"), 1);
	assert_int_equal(count_of(&rows.processes, "8,7,cc1,\"make -j8 '' ' x '\","), 2);
	assert_int_equal(count_of(&rows.processes, ",0,/usr/bin/make,1000,"), 1);
	assert_int_equal(count_of(&rows.processes, ",1,,,1700000000002,12,"), 1);
	buf_done(&rows.samples);
	buf_done(&rows.processes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(prometheus_has_base_units_and_totals),
		cmocka_unit_test(prometheus_says_what_is_not_whole),
		cmocka_unit_test(names_that_are_written_alike_are_one),
		cmocka_unit_test(only_so_many_programs_are_series),
		cmocka_unit_test(influx_keeps_types_and_leaves_out_what_is_not_known),
		cmocka_unit_test(influx_says_what_is_a_bound),
		cmocka_unit_test(influx_has_the_run_and_its_programs),
		cmocka_unit_test(csv_quotes_what_needs_it),
		cmocka_unit_test(csv_of_an_old_record_has_no_times),
		cmocka_unit_test(a_whole_run_has_a_row_for_each),
		cmocka_unit_test(csv_rows_have_the_columns_of_their_header),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
