/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tree/counters.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

/* Each field by name, so that the test does not lean on the layout as the module does. */
static const size_t offsets[] = {
	offsetof(struct task_counters, cpu_time_ns),
	offsetof(struct task_counters, cpu_user_ns),
	offsetof(struct task_counters, cpu_system_ns),
	offsetof(struct task_counters, run_delay_ns),
	offsetof(struct task_counters, page_faults_cached),
	offsetof(struct task_counters, page_faults_disk),
	offsetof(struct task_counters, ctx_switches_voluntary),
	offsetof(struct task_counters, ctx_switches_involuntary),
	offsetof(struct task_counters, migrations),
	offsetof(struct task_counters, syscall_read_bytes),
	offsetof(struct task_counters, syscall_write_bytes),
	offsetof(struct task_counters, disk_read_bytes),
	offsetof(struct task_counters, disk_write_bytes),
	offsetof(struct task_counters, disk_write_cancelled_bytes),
	offsetof(struct task_counters, syscall_read_count),
	offsetof(struct task_counters, syscall_write_count),
	offsetof(struct task_counters, socket_rx_bytes),
	offsetof(struct task_counters, socket_tx_bytes),
};

#define FIELDS (sizeof(offsets) / sizeof(*offsets))

_Static_assert(FIELDS * sizeof(__u64) == sizeof(struct task_counters), "no field is left out");

static __u64 get(const struct task_counters *counters, size_t field)
{
	__u64 value;

	memcpy(&value, (const char *)counters + offsets[field], sizeof(value));
	return value;
}

static void set(struct task_counters *counters, size_t field, __u64 value)
{
	memcpy((char *)counters + offsets[field], &value, sizeof(value));
}

/* A different number in each field. */
static struct task_counters counters_of(__u64 base)
{
	struct task_counters counters;
	size_t i;

	for (i = 0; i < FIELDS; i++)
		set(&counters, i, base + i * i);
	return counters;
}

static void counters_add_field_by_field(void **state)
{
	struct task_counters sum = counters_of(1000);
	const struct task_counters more = counters_of(7);
	size_t i;

	(void)state;
	counters_add(&sum, &more);
	for (i = 0; i < FIELDS; i++)
		assert_int_equal(get(&sum, i), 1007 + 2 * i * i);
}

static void counters_subtract_field_by_field(void **state)
{
	struct task_counters sum = counters_of(1000);
	const struct task_counters less = counters_of(7);
	size_t i;

	(void)state;
	counters_subtract(&sum, &less);
	for (i = 0; i < FIELDS; i++)
		assert_int_equal(get(&sum, i), 993);
}

static void counters_come_back_after_a_difference_below_zero(void **state)
{
	struct task_counters sum = counters_of(3);
	const struct task_counters more = counters_of(UINT64_MAX - 500);
	const struct task_counters first = sum;

	(void)state;
	counters_subtract(&sum, &more);
	assert_memory_not_equal(&sum, &first, sizeof(sum));
	counters_add(&sum, &more);
	assert_memory_equal(&sum, &first, sizeof(sum));
}

static void counters_are_raised_each_on_its_own(void **state)
{
	size_t i, other;

	(void)state;
	for (i = 0; i < FIELDS; i++) {
		struct task_counters floor = counters_of(100);
		struct task_counters next = counters_of(90);

		set(&next, i, 5000);
		counters_raise(&floor, &next);
		for (other = 0; other < FIELDS; other++)
			assert_int_equal(get(&floor, other),
					 other == i ? 5000 : 100 + other * other);
	}
}

static void counters_are_not_raised_by_a_sum_below_zero(void **state)
{
	struct task_counters floor = { 0 }, sum = counters_of(0);
	const struct task_counters before = counters_of(1);
	const struct task_counters zero = { 0 };

	(void)state;
	counters_subtract(&sum, &before);
	assert_int_equal(get(&sum, 0), UINT64_MAX);
	counters_raise(&floor, &sum);
	assert_memory_equal(&floor, &zero, sizeof(floor));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counters_add_field_by_field),
		cmocka_unit_test(counters_subtract_field_by_field),
		cmocka_unit_test(counters_come_back_after_a_difference_below_zero),
		cmocka_unit_test(counters_are_raised_each_on_its_own),
		cmocka_unit_test(counters_are_not_raised_by_a_sum_below_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
