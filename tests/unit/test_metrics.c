/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <math.h>
#include <stdbool.h>
#include <string.h>

#include "metrics/derive.h"
#include "metrics/host_records.h"
#include "metrics/table.h"

static const size_t struct_sizes[DENET_RECORD_COUNT] = {
	[DENET_RECORD_METADATA] = sizeof(struct denet_start),
	[DENET_RECORD_CHILD] = sizeof(struct denet_arrival),
	[DENET_RECORD_TREE] = sizeof(struct denet_tree),
	[DENET_RECORD_MEMBER] = sizeof(struct denet_sample),
	[DENET_RECORD_AGGREGATED] = sizeof(struct denet_tree),
	[DENET_RECORD_SAMPLE] = sizeof(struct denet_tree),
	[DENET_RECORD_PROCESS] = sizeof(struct denet_process),
	[DENET_RECORD_EXIT] = sizeof(struct denet_exit),
	[DENET_RECORD_SUMMARY] = sizeof(struct denet_summary),
	[DENET_RECORD_PROGRAM] = sizeof(struct denet_process_program),
	[DENET_RECORD_MACHINE] = sizeof(struct host_machine),
	[DENET_RECORD_GROUP] = sizeof(struct host_group),
	[DENET_RECORD_CONTAINER] = sizeof(struct host_group),
	[DENET_RECORD_CLASS] = sizeof(struct host_class),
	[DENET_RECORD_COMMAND] = sizeof(struct host_command),
	[DENET_RECORD_HEAVY] = sizeof(struct host_heavy),
	[DENET_RECORD_HISTORY] = sizeof(struct host_history),
	[DENET_RECORD_DISK] = sizeof(struct host_disk),
	[DENET_RECORD_INTERFACE] = sizeof(struct host_interface),
	[DENET_RECORD_FILESYSTEM] = sizeof(struct host_filesystem),
	[DENET_RECORD_CONNECTIONS] = sizeof(struct host_connections),
	[DENET_RECORD_PROCESSES] = sizeof(struct host_processes),
};

static const struct denet_metric *find(enum denet_record record, const char *group, const char *key)
{
	const struct metric_use *use = metric_find(record, group, key, strlen(key));

	return use ? &use->metric->shown : NULL;
}

static void each_row_says_what_it_is(void **state)
{
	(void)state;
	for (size_t i = 0; i < denet_metric_count(); i++) {
		const struct denet_metric *metric = denet_metric_get(i);
		size_t len = strlen(metric->help);

		assert_true(len > 3 && metric->help[len - 1] == '.');
		assert_non_null(metric->unit);
		assert_non_null(metric->source);
		assert_true(metric->uses[0].place > 0);
		assert_int_equal(metric->uses[DENET_METRIC_USES - 1].place, 0);
		assert_true(metric->is_denets || !metric->is_demanded);
	}
	assert_null(denet_metric_get(denet_metric_count()));
}

static bool is_told_apart(const struct denet_metric *metric)
{
	return metric->form == DENET_FORM_EXIT_CODE || metric->form == DENET_FORM_SIGNAL;
}

static void no_record_has_a_key_or_a_place_twice(void **state)
{
	(void)state;
	for (enum denet_record record = 0; record < DENET_RECORD_COUNT; record++) {
		struct metric_list list = metric_list(record);

		assert_true(list.count > 0);
		for (size_t i = 0; i < list.count; i++) {
			const struct denet_metric *metric = &list.uses[i].metric->shown;

			assert_true(metric->form == DENET_FORM_OTHER ||
				    list.uses[i].offset < struct_sizes[record]);
			assert_ptr_equal(find(record, metric->group, metric->key), metric);
			assert_int_equal(list.uses[i].quoted_len, strlen(metric->key) + 4);
			assert_int_equal(strlen(list.uses[i].quoted), list.uses[i].quoted_len);
			if (i && !is_told_apart(metric))
				assert_true(list.uses[i].metric != list.uses[i - 1].metric);
		}
	}
	for (size_t i = 0; i < denet_metric_count(); i++)
		for (size_t j = 0; j < i; j++)
			for (const struct denet_metric_use *a = denet_metric_get(i)->uses; a->place;
			     a++)
				for (const struct denet_metric_use *b = denet_metric_get(j)->uses;
				     b->place; b++)
					assert_false(a->record == b->record &&
						     a->place == b->place);
}

static const char *help_of(enum denet_record record, const char *key)
{
	const struct denet_metric *metric = find(record, NULL, key);

	return metric ? metric->help : "";
}

static void a_program_tells_of_its_own_peak(void **state)
{
	const char *of_program = help_of(DENET_RECORD_PROGRAM, "peak_rss_kb");
	const char *of_process = help_of(DENET_RECORD_PROCESS, "peak_rss_kb");

	(void)state;
	assert_non_null(strstr(of_process, "all its programs"));
	assert_non_null(strstr(of_program, "this program"));
}

/* A counter in the struct without a row would be in no record, and nobody would miss it. */
static void each_counter_of_the_struct_has_its_rows(void **state)
{
	static const struct {
		enum denet_record record;
		size_t base;
	} records[] = {
		{ DENET_RECORD_PROCESS, offsetof(struct denet_process, used) },
		{ DENET_RECORD_SUMMARY, offsetof(struct denet_summary, used) },
	};

	(void)state;
	for (size_t r = 0; r < sizeof(records) / sizeof(records[0]); r++) {
		struct metric_list list = metric_list(records[r].record);

		for (size_t at = 0; at < sizeof(struct denet_counters); at += sizeof(uint64_t)) {
			bool is_there = false;

			for (size_t i = 0; i < list.count; i++)
				is_there |= list.uses[i].offset == records[r].base + at;
			assert_true(is_there);
		}
	}
}

static void keys_come_in_denets_order_with_ours_behind(void **state)
{
	static const char *const keys[] = { "ts_ms", "cpu_usage", "mem_rss_kb", "mem_vms_kb" };
	bool has_ours = false;
	size_t offset, count = 0;

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(denet_record_metric(DENET_RECORD_AGGREGATED, i, &offset)->key,
				    keys[i]);
	assert_int_equal(offset, offsetof(struct denet_tree, aggregated.mem_vms_kb));
	for (; denet_record_metric(DENET_RECORD_AGGREGATED, count, NULL); count++) {
		bool is_ours =
			!denet_record_metric(DENET_RECORD_AGGREGATED, count, NULL)->is_denets;

		assert_true(is_ours || !has_ours);
		has_ours |= is_ours;
	}
	assert_true(has_ours);
	assert_null(denet_record_metric(DENET_RECORD_COUNT, 0, NULL));
}

static void denets_reader_demands_eleven(void **state)
{
	size_t demanded = 0;

	(void)state;
	for (size_t i = 0; denet_record_metric(DENET_RECORD_AGGREGATED, i, NULL); i++)
		demanded += denet_record_metric(DENET_RECORD_AGGREGATED, i, NULL)->is_demanded;
	assert_int_equal(demanded, 11);
}

static void a_key_is_found_by_its_old_name_and_in_its_group(void **state)
{
	(void)state;
	assert_non_null(find(DENET_RECORD_AGGREGATED, NULL, "sys_net_rx_bytes"));
	assert_ptr_equal(find(DENET_RECORD_AGGREGATED, NULL, "net_rx_bytes"),
			 find(DENET_RECORD_AGGREGATED, NULL, "sys_net_rx_bytes"));
	assert_non_null(find(DENET_RECORD_AGGREGATED, "psi_mem", "some_avg10"));
	assert_null(find(DENET_RECORD_AGGREGATED, NULL, "some_avg10"));
	assert_null(find(DENET_RECORD_AGGREGATED, "psi_mem", "cpu_usage"));
	assert_null(find(DENET_RECORD_AGGREGATED, NULL, "cpu_core"));
	assert_null(find(DENET_RECORD_AGGREGATED, NULL, ""));
}

static void derived_figures_are_made_of_the_others(void **state)
{
	struct denet_summary summary = {
		.accounting = DENET_ACCOUNTING_BPF,
		.wall_ns = 2000000000,
		.used.cpu_time_ns = 4000000000,
		.cpu_time_before_ns = 1000000000,
		.psi_samples = 4,
		.psi_stalled_samples = 3,
	};

	(void)state;
	derive_summary(&summary);
	assert_true(summary.total_time_secs == 2.0);
	assert_true(summary.avg_cpu_usage == 150.0);
	assert_true(summary.psi_some_fraction == 0.75);
	assert_string_equal(summary.memory_verdict, "memory-bound");
	summary.accounting = DENET_ACCOUNTING_NONE;
	derive_summary(&summary);
	assert_true(summary.total_time_secs == 2.0);
	assert_true(isnan(summary.avg_cpu_usage));
	assert_true(summary.used.cpu_time_ns == DENET_UNKNOWN);
	assert_null(summary.memory_verdict);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_row_says_what_it_is),
		cmocka_unit_test(no_record_has_a_key_or_a_place_twice),
		cmocka_unit_test(a_program_tells_of_its_own_peak),
		cmocka_unit_test(each_counter_of_the_struct_has_its_rows),
		cmocka_unit_test(keys_come_in_denets_order_with_ours_behind),
		cmocka_unit_test(denets_reader_demands_eleven),
		cmocka_unit_test(a_key_is_found_by_its_old_name_and_in_its_group),
		cmocka_unit_test(derived_figures_are_made_of_the_others),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
