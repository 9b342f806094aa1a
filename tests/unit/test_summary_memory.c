/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What the summary says of memory, and what it does not. */
#include "output/summary_view.h"

#include <math.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <string.h>
#include <cmocka.h>

#include "summary_text.h"

#define KIB_PER_MIB 1024

static struct denet_summary many(void)
{
	static const struct denet_failure failures[] = {
		{ "cc1plus", { true, -1, SIGKILL, false, false }, true, 1, false },
	};

	return (struct denet_summary){
		.accounting = DENET_ACCOUNTING_BPF,
		.end = { .known = true },
		.wall_ns = 12310 * MS,
		.processes_total = 1204,
		.processes_failed = 1,
		.peak_mem_rss_kb = 812 * KIB_PER_MIB,
		.peak_mem_at_ns = 7400 * MS,
		.peak_process_rss_kb = 311 * KIB_PER_MIB,
		.peak_process_pid = 4711,
		.peak_process_comm = "cc1plus",
		.memory_stall_ns = DENET_UNKNOWN,
		.memory_limit_kb = DENET_UNKNOWN,
		.cpu_limit_cores = NAN,
		.throttled_ns = DENET_UNKNOWN,
		.peak_pss_kb = DENET_UNKNOWN,
		.peak_pss_at_ns = DENET_UNKNOWN,
		.psi_samples = 40,
		.failures = failures,
		.failures_count = 1,
	};
}

static struct denet_summary one(void)
{
	struct denet_summary summary = many();

	summary.processes_total = 1;
	summary.processes_failed = 0;
	summary.failures_count = 0;
	summary.peak_mem_rss_kb = summary.peak_process_rss_kb = 1820;
	summary.peak_mem_at_ns = DENET_UNKNOWN;
	return summary;
}

static void only_what_is_a_bound_is_called_one(void **state)
{
	struct denet_summary single = one(), tree = many();

	(void)state;
	check_text(&single, " 1.8 MiB", "at least");
	/* What it will have been at most is not known before its end. */
	single.end.known = false;
	check_text(&single, "at least 1.8 MiB", NULL);
	single.end.known = true;
	single.accounting = DENET_ACCOUNTING_PROC;
	check_text(&single, "at least 1.8 MiB", NULL);
	check_text(&tree, "sum of RSS 812 MiB, at 7.40 s", "at least");
	tree.accounting = DENET_ACCOUNTING_PROC;
	check_text(&tree, "sum of RSS 812 MiB, at 7.40 s", "at least 812 MiB");
	tree.peak_mem_at_ns = DENET_UNKNOWN;
	check_text(&tree, "812 MiB in one process   all together not known", "sum");
	/* Who was seen with less is not the largest. */
	check_text(&tree, "812 MiB in one process", "largest");
	tree.accounting = DENET_ACCOUNTING_BPF;
	tree.peak_process_rss_kb = tree.peak_mem_rss_kb;
	check_text(&tree, "812 MiB in one process   all together not known   largest", "sum");
	tree.processes_peak = 1;
	check_text(&tree, "812 MiB in one process   largest", "not known");
}

/* The time of the largest sum is in the summary that is missing. */
static void sum_in_a_file_that_is_cut_is_no_single_process(void **state)
{
	struct denet_summary tree = many();

	(void)state;
	tree.peak_mem_at_ns = DENET_UNKNOWN;
	tree.incomplete = "the records end before the run did";
	for (int i = 0; i < 2; i++) {
		tree.accounting = i ? DENET_ACCOUNTING_PROC : DENET_ACCOUNTING_BPF;
		check_text(&tree, "sum of RSS 812 MiB", "in one process");
		check_text(&tree, "largest", NULL);
	}
	tree.peak_process_rss_kb = tree.peak_mem_rss_kb;
	check_text(&tree, "812 MiB in one process", "sum");
}

static void memory_has_shared_pages_once_where_pss_was_read(void **state)
{
	struct denet_summary summary = many();

	(void)state;
	summary.peak_pss_kb = 512 * KIB_PER_MIB;
	summary.peak_pss_at_ns = 7100 * MS;
	check_text(&summary, "memory     512 MiB, at 7.10 s   sum of RSS 812 MiB   largest",
		   "at most");
	summary.pss_is_bound = true;
	check_text(&summary, "memory     at most 512 MiB, at 7.10 s   sum of RSS 812 MiB", NULL);
	summary.pss_is_rough = true;
	check_text(&summary, "memory     roughly 512 MiB, at 7.10 s   sum of RSS 812 MiB", NULL);
	summary.peak_process_rss_kb = 600 * KIB_PER_MIB;
	check_text(&summary, "memory     600 MiB in one process   sum of RSS 812 MiB", "512");
}

static void want_of_memory_is_told_when_it_is_worth_a_word(void **state)
{
	struct denet_summary summary = many();

	(void)state;
	/* A hundredth of 12.31 s. */
	summary.memory_stall_ns = 123 * MS;
	check_text(&summary, NULL, "short of memory");
	/* What the samples' average of ten seconds says may be older than the run. */
	summary.psi_stalled_samples = 40;
	check_text(&summary, NULL, "short of memory");
	summary.memory_stall_ns = 124 * MS;
	check_text(&summary, "this machine was short of memory for 124 ms", NULL);
	summary.memory_stall_of_cgroup = true;
	check_text(&summary, "its cgroup was short of memory for 124 ms", "machine was");
}

static void limit_stands_beside_the_peak_and_the_end_it_caused(void **state)
{
	struct denet_summary summary = many();

	(void)state;
	check_text(&summary, "killed by SIGKILL (out of memory)", "limit");
	summary.memory_limit_kb = 60 * KIB_PER_MIB;
	check_text(&summary, "limit 60.0 MiB", "at the limit");
	summary.memory_limit_hit = true;
	check_text(&summary, "killed by SIGKILL (out of memory at the limit of 60.0 MiB)", NULL);
	summary.oom_kills = 1;
	check_text(&summary, NULL, "its cgroup killed");
	summary.accounting = DENET_ACCOUNTING_PROC;
	check_text(&summary, "1 process of its cgroup killed for want of it", NULL);
	summary.memory_limit_changed = true;
	check_text(&summary, "limit 60.0 MiB, none at the start", NULL);
	summary.memory_limit_before_kb = 30 * KIB_PER_MIB;
	check_text(&summary, "limit 60.0 MiB, 30.0 MiB at the start", NULL);
}

/* As one that was made for the command has counted. */
static void cgroup_tells_its_peak_and_an_exact_total(void **state)
{
	struct denet_summary summary = many();

	(void)state;
	check_text(&summary, "sum of RSS", "its cgroup");
	summary.accounting = DENET_ACCOUNTING_PROC;
	summary.used.cpu_time_ns = 5000 * MS;
	summary.cgroup_peak_kb = 900 * KIB_PER_MIB;
	summary.cgroup_cpu_ns = 5001 * MS;
	check_text(&summary, "its cgroup 900 MiB, with page cache", "by its cgroup");
	check_text(&summary, "at least 5.00 s", NULL);
	/* As v2 counts. */
	summary.cgroup_cpu_ns = 5000 * MS - 999;
	check_text(&summary, "cpu in all exact, by its cgroup", "at least 5.00 s");
	/* Somebody has left it. */
	summary.cgroup_cpu_ns = 5000 * MS - 1000;
	check_text(&summary, "at least 5.00 s", "by its cgroup");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_a_bound_is_called_one),
		cmocka_unit_test(sum_in_a_file_that_is_cut_is_no_single_process),
		cmocka_unit_test(memory_has_shared_pages_once_where_pss_was_read),
		cmocka_unit_test(want_of_memory_is_told_when_it_is_worth_a_word),
		cmocka_unit_test(limit_stands_beside_the_peak_and_the_end_it_caused),
		cmocka_unit_test(cgroup_tells_its_peak_and_an_exact_total),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
