/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/tally.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#include <signal.h>
#include <stdio.h>
#include <string.h>

static const struct denet_end success = { .known = true };

static struct denet_end exit_of(int code)
{
	return (struct denet_end){ .known = true, .exit_code = code };
}

static struct denet_end signal_of(int number)
{
	return (struct denet_end){ .known = true, .exit_code = -1, .signal = number };
}

static struct denet_process process_of(const char *comm, uint64_t cpu_time_ns, struct denet_end end)
{
	return (struct denet_process){
		.comm = comm,
		.used.cpu_time_ns = cpu_time_ns,
		.end = end,
		.peak_rss_kb = DENET_UNKNOWN,
	};
}

static void add(struct tally *tally, const char *comm, uint64_t cpu_time_ns, struct denet_end end)
{
	const struct denet_process process = process_of(comm, cpu_time_ns, end);

	assert_int_equal(tally_add(tally, &process, false), 0);
}

static void add_peak(struct tally *tally, const char *comm, uint32_t pid, uint64_t peak_kb)
{
	struct denet_process process = process_of(comm, 0, success);

	process.pid = pid;
	process.peak_rss_kb = peak_kb;
	assert_int_equal(tally_add(tally, &process, false), 0);
}

static void check_group(const struct denet_group *group, const char *comm, uint64_t count,
			uint64_t cpu_time_ns)
{
	assert_string_equal(group->comm, comm);
	assert_int_equal(group->count, count);
	assert_int_equal(group->cpu_time_ns, cpu_time_ns);
}

static void cpu_that_is_not_known_adds_nothing(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };

	(void)state;
	add(&tally, "sh", 5, success);
	add(&tally, "sh", DENET_UNKNOWN, success);
	add(&tally, "cc", DENET_UNKNOWN, success);
	add(&tally, "zero", 0, success);
	tally_view(&tally, &summary);
	assert_int_equal(summary.groups[0].count, 2);
	assert_int_equal(summary.groups[0].cpu_time_ns, 5);
	assert_int_equal(summary.groups[1].cpu_time_ns, 0);
	/* Of none known is not 0, and comes last. */
	assert_string_equal(summary.groups[2].comm, "cc");
	assert_true(summary.groups[2].cpu_time_ns == DENET_UNKNOWN);
	tally_done(&tally);
}

static void none_failed_only_where_every_end_is_known(void **state)
{
	struct denet_process running = process_of("daemon", 0, (struct denet_end){ 0 });
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };

	(void)state;
	running.is_running = true;
	assert_int_equal(tally_add(&tally, &running, false), 0);
	add(&tally, "sh", 1, success);
	tally_view(&tally, &summary);
	assert_int_equal(summary.processes_failed, 0);
	assert_int_equal(summary.ends_unknown, 0);
	add(&tally, "sh", 1, (struct denet_end){ 0 });
	tally_view(&tally, &summary);
	assert_true(summary.processes_failed == DENET_UNKNOWN);
	assert_int_equal(summary.ends_unknown, 1);
	add(&tally, "sh", 1, exit_of(1));
	tally_view(&tally, &summary);
	assert_int_equal(summary.processes_failed, 1);
	assert_int_equal(summary.ends_unknown, 1);
	tally_done(&tally);
}

static void tally_that_is_empty_has_nothing_to_show(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { .groups_count = 9, .failures_count = 9 };

	(void)state;
	tally_view(&tally, &summary);
	assert_int_equal(summary.groups_count, 0);
	assert_int_equal(summary.failures_count, 0);
	assert_int_equal(summary.processes_failed, 0);
	assert_int_equal(summary.processes_exact, 0);
	assert_int_equal(summary.peak_process_rss_kb, DENET_UNKNOWN);
	tally_done(&tally);
	tally_done(&tally);
}

static void tally_folds_by_name_and_shows_most_cpu_first(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };

	(void)state;
	add(&tally, "ld", 5, success);
	add(&tally, "cc1", 10, success);
	add(&tally, "as", 5, success);
	add(&tally, "cc1", 30, success);
	add(&tally, "", 41, success);
	tally_view(&tally, &summary);
	assert_int_equal(summary.groups_count, 4);
	check_group(&summary.groups[0], "", 1, 41);
	check_group(&summary.groups[1], "cc1", 2, 40);
	check_group(&summary.groups[2], "as", 1, 5);
	check_group(&summary.groups[3], "ld", 1, 5);
	tally_done(&tally);
}

static void tally_keeps_a_thousand_names_apart(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	char name[TALLY_NAME_LEN];
	unsigned int round, i;

	(void)state;
	for (round = 0; round < 3; round++)
		for (i = 0; i < 1500; i++) {
			(void)snprintf(name, sizeof(name), "task-%u", i);
			add(&tally, name, 10000 - i, success);
		}
	tally_view(&tally, &summary);
	assert_int_equal(summary.groups_count, 1500);
	for (i = 0; i < 1500; i++) {
		(void)snprintf(name, sizeof(name), "task-%u", i);
		check_group(&summary.groups[i], name, 3, 3 * (10000 - i));
	}
	tally_done(&tally);
}

static void tally_may_be_viewed_again_after_more_has_come(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	char name[TALLY_NAME_LEN];
	unsigned int i;

	(void)state;
	for (i = 0; i < 100; i++) {
		(void)snprintf(name, sizeof(name), "t%u", i);
		add(&tally, name, i, exit_of(1));
		tally_view(&tally, &summary);
		assert_int_equal(summary.groups_count, i + 1);
		check_group(&summary.groups[0], name, 1, i);
		check_group(&summary.groups[i], "t0", 1, 0);
		assert_int_equal(summary.processes_failed, i + 1);
	}
	tally_done(&tally);
}

static void tally_cuts_names_at_fifteen_bytes(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	/* Sixteen bytes, and whatever stands behind them. */
	const char sixteen[] = "0123456789abcdefGARBAGE";

	(void)state;
	add(&tally, sixteen, 1, success);
	add(&tally, "0123456789abcde", 2, success);
	add(&tally, "0123456789abcdX", 4, success);
	add(&tally, "01234567", 8, success);
	tally_view(&tally, &summary);
	assert_int_equal(summary.groups_count, 3);
	check_group(&summary.groups[0], "01234567", 1, 8);
	check_group(&summary.groups[1], "0123456789abcdX", 1, 4);
	check_group(&summary.groups[2], "0123456789abcde", 2, 3);
	tally_done(&tally);
}

static void tally_does_not_read_behind_the_end_of_a_name(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	const char first[16] = "sh\0one", second[16] = "sh\0other";

	(void)state;
	add(&tally, first, 1, success);
	add(&tally, second, 1, success);
	tally_view(&tally, &summary);
	assert_int_equal(summary.groups_count, 1);
	check_group(&summary.groups[0], "sh", 2, 2);
	tally_done(&tally);
}

static void failure_is_a_status_or_a_signal_but_not_a_broken_pipe(void **state)
{
	const struct denet_end running = { .known = false, .exit_code = 1, .signal = SIGKILL };
	struct denet_end end = exit_of(0);

	(void)state;
	assert_false(tally_is_failure(&end));
	assert_false(tally_is_failure(&running));
	end = exit_of(1);
	assert_true(tally_is_failure(&end));
	end = exit_of(255);
	assert_true(tally_is_failure(&end));
	end = signal_of(SIGKILL);
	assert_true(tally_is_failure(&end));
	end = signal_of(SIGPIPE);
	assert_false(tally_is_failure(&end));
}

static void tally_folds_failures_by_name_and_way_most_frequent_first(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	struct denet_process killed = process_of("grep", 0, signal_of(SIGKILL));

	(void)state;
	killed.oom_killed = true;
	add(&tally, "test", 0, exit_of(2));
	add(&tally, "grep", 0, signal_of(SIGKILL));
	assert_int_equal(tally_add(&tally, &killed, false), 0);
	assert_int_equal(tally_add(&tally, &killed, false), 0);
	add(&tally, "test", 0, exit_of(1));
	add(&tally, "test", 0, exit_of(1));
	add(&tally, "test", 0, exit_of(1));
	add(&tally, "head", 0, signal_of(SIGPIPE));
	tally_view(&tally, &summary);
	assert_int_equal(summary.processes_failed, 7);
	assert_int_equal(summary.failures_count, 4);
	assert_string_equal(summary.failures[0].comm, "test");
	assert_int_equal(summary.failures[0].end.exit_code, 1);
	assert_int_equal(summary.failures[0].count, 3);
	assert_string_equal(summary.failures[1].comm, "grep");
	assert_int_equal(summary.failures[1].end.signal, SIGKILL);
	assert_true(summary.failures[1].oom_killed);
	assert_int_equal(summary.failures[1].count, 2);
	assert_string_equal(summary.failures[2].comm, "grep");
	assert_false(summary.failures[2].oom_killed);
	assert_string_equal(summary.failures[3].comm, "test");
	assert_int_equal(summary.failures[3].end.exit_code, 2);
	tally_done(&tally);
}

static void tally_keeps_failures_by_different_signals_apart(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };

	(void)state;
	add(&tally, "a", 0, signal_of(SIGTERM));
	add(&tally, "a", 0, signal_of(SIGKILL));
	add(&tally, "a", 0, signal_of(SIGKILL));
	tally_view(&tally, &summary);
	assert_int_equal(summary.failures_count, 2);
	assert_int_equal(summary.failures[0].end.signal, SIGKILL);
	assert_int_equal(summary.failures[0].count, 2);
	assert_int_equal(summary.failures[1].end.signal, SIGTERM);
	tally_done(&tally);
}

static void tally_tells_which_failures_have_the_root_among_them(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	const struct denet_process root = process_of("make", 0, exit_of(2));

	(void)state;
	add(&tally, "make", 0, exit_of(1));
	add(&tally, "make", 0, exit_of(2));
	assert_int_equal(tally_add(&tally, &root, true), 0);
	add(&tally, "make", 0, exit_of(2));
	tally_view(&tally, &summary);
	assert_int_equal(summary.processes_failed, 4);
	assert_int_equal(summary.groups[0].failed, 4);
	assert_int_equal(summary.failures_count, 2);
	assert_int_equal(summary.failures[0].end.exit_code, 2);
	assert_int_equal(summary.failures[0].count, 3);
	assert_true(summary.failures[0].has_root);
	assert_false(summary.failures[1].has_root);
	tally_done(&tally);
}

static void tally_names_a_root_that_failed_alone(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	struct denet_process root = process_of("make", 0, exit_of(2));

	(void)state;
	assert_int_equal(tally_add(&tally, &root, true), 0);
	root.end = success;
	assert_int_equal(tally_add(&tally, &root, true), 0);
	tally_view(&tally, &summary);
	assert_int_equal(summary.failures_count, 1);
	assert_int_equal(summary.failures[0].count, 1);
	assert_true(summary.failures[0].has_root);
	tally_done(&tally);
}

/* Each name ends in each way that there is. */
static void tally_drops_no_way_of_failing(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	uint64_t sum = 0;
	size_t i;
	int code;

	(void)state;
	for (code = 1; code <= 255; code++) {
		add(&tally, "x", 0, exit_of(code));
		add(&tally, "y", 0, exit_of(code));
	}
	add(&tally, "x", 0, exit_of(200));
	tally_view(&tally, &summary);
	assert_int_equal(summary.failures_count, 510);
	assert_int_equal(summary.failures[0].end.exit_code, 200);
	assert_int_equal(summary.failures[0].count, 2);
	for (i = 0; i < summary.failures_count; i++)
		sum += summary.failures[i].count;
	assert_int_equal(sum, 511);
	assert_int_equal(summary.processes_failed, 511);
	tally_done(&tally);
}

/* Who holds a summary while another asks for it sees nothing written. */
static void view_is_made_once(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary first = { 0 }, second = { 0 };

	(void)state;
	add(&tally, "a", 1, exit_of(1));
	add(&tally, "b", 2, exit_of(1));
	tally_view(&tally, &first);
	((struct denet_group *)tally.groups.view)[0].count = 77;
	((struct denet_failure *)tally.failures.view)[0].count = 78;
	tally_view(&tally, &second);
	assert_ptr_equal(second.groups, first.groups);
	assert_int_equal(second.groups[0].count, 77);
	assert_int_equal(second.failures[0].count, 78);
	tally_done(&tally);
}

static void tally_knows_the_largest_and_whose_it_was(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };

	(void)state;
	add_peak(&tally, "cc1", 10, 500);
	add_peak(&tally, "cc1", 11, 300);
	add_peak(&tally, "ld", 12, 900);
	add_peak(&tally, "as", 13, DENET_UNKNOWN);
	add_peak(&tally, "ar", 14, 900);
	tally_view(&tally, &summary);
	assert_int_equal(summary.peak_process_rss_kb, 900);
	assert_int_equal(summary.peak_process_pid, 12);
	assert_string_equal(summary.peak_process_comm, "ld");
	assert_int_equal(summary.groups_count, 4);
	assert_string_equal(summary.groups[0].comm, "ar");
	assert_int_equal(summary.groups[0].peak_rss_kb, 900);
	assert_string_equal(summary.groups[1].comm, "as");
	assert_int_equal(summary.groups[1].peak_rss_kb, DENET_UNKNOWN);
	assert_string_equal(summary.groups[2].comm, "cc1");
	assert_int_equal(summary.groups[2].peak_rss_kb, 500);
	tally_done(&tally);
}

static void tally_counts_exact_accounts(void **state)
{
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };
	struct denet_process process = process_of("a", 0, success);
	int i;

	(void)state;
	for (i = 0; i < 5; i++) {
		process.is_exact = i != 2;
		assert_int_equal(tally_add(&tally, &process, false), 0);
	}
	tally_view(&tally, &summary);
	assert_int_equal(summary.processes_exact, 4);
	assert_int_equal(summary.groups[0].count, 5);
	tally_done(&tally);
}

static void a_process_has_a_share_in_the_group_of_each_program(void **state)
{
	const struct denet_process_program programs[] = {
		{ .comm = "sh", .used.cpu_time_ns = 1, .peak_rss_kb = 9, .is_forked = true },
		{ .comm = "env", .used.cpu_time_ns = 20, .peak_rss_kb = DENET_UNKNOWN },
		{ .comm = "cc", .used.cpu_time_ns = 300, .peak_rss_kb = 7 },
	};
	struct denet_process process = process_of("cc", 321, exit_of(1));
	struct tally tally = { 0 };
	struct denet_summary summary = { 0 };

	(void)state;
	process.pid = 5;
	process.peak_rss_kb = 9;
	process.programs = programs;
	process.programs_count = 3;
	add(&tally, "sh", 40, success);
	assert_int_equal(tally_add(&tally, &process, false), 0);
	tally_view(&tally, &summary);
	assert_int_equal(summary.groups_count, 3);
	check_group(&summary.groups[0], "cc", 1, 300);
	check_group(&summary.groups[1], "sh", 1, 41);
	check_group(&summary.groups[2], "env", 1, 20);
	assert_int_equal(summary.groups[0].failed, 1);
	assert_int_equal(summary.groups[1].failed, 0);
	assert_int_equal(summary.groups[0].peak_rss_kb, 7);
	assert_int_equal(summary.groups[1].peak_rss_kb, 9);
	assert_int_equal(summary.processes_failed, 1);
	assert_string_equal(summary.failures[0].comm, "cc");
	assert_int_equal(summary.peak_process_pid, 5);
	assert_string_equal(summary.peak_process_comm, "sh");
	tally_done(&tally);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(cpu_that_is_not_known_adds_nothing),
		cmocka_unit_test(none_failed_only_where_every_end_is_known),
		cmocka_unit_test(tally_that_is_empty_has_nothing_to_show),
		cmocka_unit_test(tally_folds_by_name_and_shows_most_cpu_first),
		cmocka_unit_test(tally_keeps_a_thousand_names_apart),
		cmocka_unit_test(tally_may_be_viewed_again_after_more_has_come),
		cmocka_unit_test(tally_cuts_names_at_fifteen_bytes),
		cmocka_unit_test(tally_does_not_read_behind_the_end_of_a_name),
		cmocka_unit_test(failure_is_a_status_or_a_signal_but_not_a_broken_pipe),
		cmocka_unit_test(tally_folds_failures_by_name_and_way_most_frequent_first),
		cmocka_unit_test(tally_keeps_failures_by_different_signals_apart),
		cmocka_unit_test(tally_tells_which_failures_have_the_root_among_them),
		cmocka_unit_test(tally_names_a_root_that_failed_alone),
		cmocka_unit_test(tally_drops_no_way_of_failing),
		cmocka_unit_test(view_is_made_once),
		cmocka_unit_test(tally_knows_the_largest_and_whose_it_was),
		cmocka_unit_test(tally_counts_exact_accounts),
		cmocka_unit_test(a_process_has_a_share_in_the_group_of_each_program),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
