/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "metrics/publish.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <signal.h>

#define TICK 4000000ull

static struct denet_counters publish(uint64_t cpu_time_ns, uint64_t cpu_user_ns,
				     uint64_t cpu_system_ns)
{
	const struct task_counters counters = {
		.cpu_time_ns = cpu_time_ns,
		.cpu_user_ns = cpu_user_ns,
		.cpu_system_ns = cpu_system_ns,
	};
	struct denet_counters shown;

	publish_counters(&counters, 0, TICK, &shown);
	return shown;
}

static void publish_puts_each_counter_in_its_place(void **state)
{
	const struct task_counters counters = {
		.cpu_time_ns = 1,
		.run_delay_ns = 2,
		.page_faults_cached = 3,
		.page_faults_disk = 4,
		.ctx_switches_voluntary = 5,
		.ctx_switches_involuntary = 6,
		.migrations = 7,
		.syscall_read_bytes = 8,
		.syscall_write_bytes = 9,
		.disk_read_bytes = 10,
		.disk_write_bytes = 11,
		.disk_write_cancelled_bytes = 12,
		.syscall_read_count = 13,
		.syscall_write_count = 14,
		.socket_rx_bytes = 15,
		.socket_tx_bytes = 16,
	};
	struct denet_counters shown;

	(void)state;
	publish_counters(&counters, 0, TICK, &shown);
	assert_int_equal(shown.cpu_time_ns, 1);
	assert_int_equal(shown.run_delay_ns, 2);
	assert_int_equal(shown.page_faults_cached, 3);
	assert_int_equal(shown.page_faults_disk, 4);
	assert_int_equal(shown.ctx_switches_voluntary, 5);
	assert_int_equal(shown.ctx_switches_involuntary, 6);
	assert_int_equal(shown.migrations, 7);
	assert_int_equal(shown.syscall_read_bytes, 8);
	assert_int_equal(shown.syscall_write_bytes, 9);
	assert_int_equal(shown.disk_read_bytes, 10);
	assert_int_equal(shown.disk_write_bytes, 11);
	assert_int_equal(shown.disk_write_cancelled_bytes, 12);
	assert_int_equal(shown.syscall_read_count, 13);
	assert_int_equal(shown.syscall_write_count, 14);
	assert_int_equal(shown.socket_rx_bytes, 15);
	assert_int_equal(shown.socket_tx_bytes, 16);
	publish_counters(&counters, COUNTER_NET, TICK, &shown);
	assert_true(shown.socket_rx_bytes == DENET_UNKNOWN);
	assert_true(shown.socket_tx_bytes == DENET_UNKNOWN);
	assert_int_equal(shown.syscall_write_count, 14);
}

static void publish_hides_what_the_source_does_not_know(void **state)
{
	const struct task_counters counters = {
		.cpu_time_ns = 100 * TICK,
		.cpu_user_ns = 50 * TICK,
		.cpu_system_ns = 50 * TICK,
	};
	struct denet_counters shown;

	(void)state;
	publish_counters(&counters, COUNTER_RUN_DELAY | COUNTER_IO, TICK, &shown);
	assert_true(shown.run_delay_ns == DENET_UNKNOWN);
	assert_true(shown.disk_read_bytes == DENET_UNKNOWN);
	assert_true(shown.disk_write_bytes == DENET_UNKNOWN);
	assert_true(shown.syscall_read_bytes == DENET_UNKNOWN);
	assert_true(shown.syscall_write_bytes == DENET_UNKNOWN);
	assert_true(shown.disk_write_cancelled_bytes == DENET_UNKNOWN);
	assert_true(shown.syscall_read_count == DENET_UNKNOWN);
	assert_true(shown.syscall_write_count == DENET_UNKNOWN);
	assert_int_equal(shown.cpu_user_ns, 50 * TICK);
	assert_int_equal(shown.migrations, 0);
	publish_counters(&counters, COUNTER_ALL, TICK, &shown);
	for (size_t i = 0; i < sizeof(shown) / sizeof(uint64_t); i++)
		assert_true(((const uint64_t *)&shown)[i] == DENET_UNKNOWN);
}

static void publish_leaves_the_split_unknown_below_ten_ticks(void **state)
{
	struct denet_counters shown = publish(39000000, 5 * TICK, 5 * TICK - 1);

	(void)state;
	assert_int_equal(shown.cpu_time_ns, 39000000);
	assert_int_equal(shown.cpu_user_ns, DENET_UNKNOWN);
	assert_int_equal(shown.cpu_system_ns, DENET_UNKNOWN);
	shown = publish(0, 0, 0);
	assert_int_equal(shown.cpu_user_ns, DENET_UNKNOWN);
	assert_int_equal(shown.cpu_system_ns, DENET_UNKNOWN);
}

static void publish_splits_from_the_tenth_tick_on(void **state)
{
	struct denet_counters shown = publish(80000000, 7 * TICK, 3 * TICK);

	(void)state;
	assert_int_equal(shown.cpu_user_ns, 56000000);
	assert_int_equal(shown.cpu_system_ns, 24000000);
	shown = publish(41000000, 10 * TICK, 0);
	assert_int_equal(shown.cpu_user_ns, 41000000);
	assert_int_equal(shown.cpu_system_ns, 0);
	shown = publish(41000000, 0, 10 * TICK);
	assert_int_equal(shown.cpu_user_ns, 0);
	assert_int_equal(shown.cpu_system_ns, 41000000);
}

static void publish_splits_so_that_the_parts_add_up_exactly(void **state)
{
	uint64_t seed = 88172645463325252ull, i;

	(void)state;
	for (i = 0; i < 20000; i++) {
		uint64_t cpu, user, system;
		struct denet_counters shown;

		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		cpu = seed >> (2 + i % 50);
		user = 10 * TICK + (seed >> (2 + i % 37));
		system = seed >> (2 + i % 41);
		shown = publish(cpu, user, system);
		assert_int_equal(shown.cpu_user_ns + shown.cpu_system_ns, cpu);
		assert_true(shown.cpu_user_ns <= cpu);
	}
}

static void publish_splits_a_century_without_overflow(void **state)
{
	const uint64_t century = 100ull * 365 * 86400 * 1000000000;
	struct denet_counters shown = publish(century, century / 2, century / 2);

	(void)state;
	assert_int_equal(shown.cpu_user_ns, century / 2);
	assert_int_equal(shown.cpu_system_ns, century / 2);
}

static void publish_nothing_makes_every_counter_unknown(void **state)
{
	struct denet_counters shown = { 0 };

	(void)state;
	publish_nothing(&shown);
	assert_int_equal(shown.cpu_time_ns, DENET_UNKNOWN);
	assert_int_equal(shown.cpu_user_ns, DENET_UNKNOWN);
	assert_int_equal(shown.cpu_system_ns, DENET_UNKNOWN);
	assert_int_equal(shown.run_delay_ns, DENET_UNKNOWN);
	assert_int_equal(shown.disk_read_bytes, DENET_UNKNOWN);
	assert_int_equal(shown.disk_write_bytes, DENET_UNKNOWN);
	assert_int_equal(shown.syscall_read_bytes, DENET_UNKNOWN);
	assert_int_equal(shown.syscall_write_bytes, DENET_UNKNOWN);
	assert_int_equal(shown.page_faults_cached, DENET_UNKNOWN);
	assert_int_equal(shown.page_faults_disk, DENET_UNKNOWN);
	assert_int_equal(shown.ctx_switches_voluntary, DENET_UNKNOWN);
	assert_int_equal(shown.ctx_switches_involuntary, DENET_UNKNOWN);
	assert_int_equal(shown.migrations, DENET_UNKNOWN);
}

static void check_end(uint32_t wait_status, int exit_code, int signal, bool core_dumped)
{
	struct denet_end end = publish_end(wait_status);

	assert_true(end.known);
	assert_int_equal(end.exit_code, exit_code);
	assert_int_equal(end.signal, signal);
	assert_int_equal(end.core_dumped, core_dumped);
}

static void end_is_an_exit_status_of_any_byte(void **state)
{
	uint32_t code;

	(void)state;
	for (code = 0; code < 256; code++)
		check_end(code << 8, (int)code, 0, false);
}

static void end_is_a_signal_with_or_without_a_core_dump(void **state)
{
	(void)state;
	check_end(SIGKILL, -1, SIGKILL, false);
	check_end(SIGSEGV | 0x80, -1, SIGSEGV, true);
	check_end(SIGSEGV, -1, SIGSEGV, false);
	check_end(64, -1, 64, false);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(publish_puts_each_counter_in_its_place),
		cmocka_unit_test(publish_hides_what_the_source_does_not_know),
		cmocka_unit_test(publish_leaves_the_split_unknown_below_ten_ticks),
		cmocka_unit_test(publish_splits_from_the_tenth_tick_on),
		cmocka_unit_test(publish_splits_so_that_the_parts_add_up_exactly),
		cmocka_unit_test(publish_splits_a_century_without_overflow),
		cmocka_unit_test(publish_nothing_makes_every_counter_unknown),
		cmocka_unit_test(end_is_an_exit_status_of_any_byte),
		cmocka_unit_test(end_is_a_signal_with_or_without_a_core_dump),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
