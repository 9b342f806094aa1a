/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/privacy.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "engine/identity.h"
#include "procfs/procfs.h"
#include "tree/counters.h"

#define MS 1000000ull

static struct identity identity_of(bool own_programs_only, bool is_told_by_kernel)
{
	struct identity identity;

	identity_init(&identity, procfs_host(), own_programs_only);
	if (is_told_by_kernel)
		identity_trust_kernel(&identity);
	return identity;
}

static void rule_covers_what_is_private_or_unknown_and_told_by_the_kernel(void **state)
{
	const struct identity guest = identity_of(true, true);
	const struct identity of_proc = identity_of(true, false), root = identity_of(false, true);
	const struct command open = { .id = 1 }, closed = { .id = 2, .is_private = true };

	(void)state;
	assert_true(privacy_covers(&guest, &closed));
	assert_true(privacy_covers(&guest, NULL));
	assert_false(privacy_covers(&guest, &open));
	/* What /proc refuses it does not tell us either. */
	assert_false(privacy_covers(&of_proc, &closed));
	assert_false(privacy_covers(&root, &closed));
	assert_false(privacy_covers(&root, NULL));
}

static void what_is_cut_and_what_is_withheld_add_up(void **state)
{
	const struct task_counters whole = {
		.cpu_time_ns = 25 * MS + 7,
		.cpu_user_ns = 12 * MS,
		.cpu_system_ns = 8 * MS,
		.run_delay_ns = 31 * MS,
		.page_faults_cached = 11,
		.page_faults_disk = 2,
		.ctx_switches_voluntary = 3,
		.ctx_switches_involuntary = 4,
		.migrations = 5,
		.syscall_read_bytes = 100,
		.syscall_write_bytes = 200,
		.disk_read_bytes = 300,
		.disk_write_bytes = 400,
		.socket_rx_bytes = 500,
		.socket_tx_bytes = 600,
	};
	const struct task_counters told = {
		.cpu_time_ns = 20 * MS,
		.cpu_user_ns = 10 * MS,
		.run_delay_ns = 30 * MS,
		.page_faults_cached = 11,
		.page_faults_disk = 2,
		.ctx_switches_voluntary = 3,
		.ctx_switches_involuntary = 4,
		.migrations = 5,
	};
	struct task_counters used = whole, withheld;
	uint32_t unknown = COUNTER_MIGRATIONS;

	(void)state;
	privacy_cut(&used, &unknown, &withheld);
	assert_memory_equal(&used, &told, sizeof(told));
	assert_int_equal(unknown, COUNTER_MIGRATIONS | COUNTER_IO | COUNTER_NET);
	counters_add(&used, &withheld);
	assert_memory_equal(&used, &whole, sizeof(whole));
}

static void find_at(struct tree *tree, uint64_t id, uint64_t cpu_time_ns, uint64_t disk_read_bytes)
{
	const struct task_sample task = {
		.id = id,
		.tgid = (uint32_t)id,
		.tid = (uint32_t)id,
		.flags = SAMPLE_LEADER | SAMPLE_RUNNING,
		.slice_ns = MS,
		.used = { .cpu_time_ns = cpu_time_ns, .disk_read_bytes = disk_read_bytes },
	};

	assert_int_equal(tree_add_task(tree, &task), 0);
}

static void give_command(struct tree *tree, uint64_t id, bool is_private)
{
	struct process *process = tree_find(tree, id);
	struct command *command = command_add(&tree->commands, 100 + id, "x", 2, false, NULL, 0);

	assert_non_null(command);
	command->is_private = is_private;
	tree_set_command(tree, process, command);
}

/* One walk of two, the second of which is another's. */
static void walk(struct tree *tree, const struct identity *identity, uint64_t cpu_time_ns)
{
	tree_begin_walk(tree);
	find_at(tree, 1, cpu_time_ns, 1000);
	find_at(tree, 2, cpu_time_ns, 5000);
	tree_end_walk(tree);
	privacy_cut_living(identity, tree);
}

static void living_are_cut_and_so_is_their_sum(void **state)
{
	const struct identity guest = identity_of(true, true);
	struct tree tree = { 0 };

	(void)state;
	tree_begin_walk(&tree);
	find_at(&tree, 1, 0, 0);
	find_at(&tree, 2, 0, 0);
	tree_end_walk(&tree);
	give_command(&tree, 1, false);
	give_command(&tree, 2, true);
	for (uint64_t ms = 15; ms < 60; ms += 7) {
		walk(&tree, &guest, ms * MS);
		assert_int_equal(tree_find(&tree, 1)->used.cpu_time_ns, ms * MS);
		assert_int_equal(tree_find(&tree, 1)->used.disk_read_bytes, 1000);
		assert_int_equal(tree_find(&tree, 1)->unknown, 0);
		assert_int_equal(tree_find(&tree, 2)->used.cpu_time_ns, ms / 10 * 10 * MS);
		assert_int_equal(tree_find(&tree, 2)->used.disk_read_bytes, 0);
		assert_int_equal(tree_find(&tree, 2)->unknown, COUNTER_IO | COUNTER_NET);
		assert_int_equal(tree_find(&tree, 2)->slice_ns, 0);
		assert_int_equal(tree.live.cpu_time_ns, (ms + ms / 10 * 10) * MS);
		assert_int_equal(tree.live.disk_read_bytes, 1000);
		assert_int_equal(tree.slice_ns, MS);
	}
	tree_done(&tree);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rule_covers_what_is_private_or_unknown_and_told_by_the_kernel),
		cmocka_unit_test(what_is_cut_and_what_is_withheld_add_up),
		cmocka_unit_test(living_are_cut_and_so_is_their_sum),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
