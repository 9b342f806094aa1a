/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What processes hold, read from a /proc that the test makes. */
#include "engine/memory.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>
#include <cmocka.h>

#include "engine/shares.h"
#include "procfs/procfs.h"
#include "tree/tree.h"
#include "util/units.h"

#define PATH_BYTES 96
#define PAGES_A_MIB 256
#define MIB_KB 1024
#define SPACE 77

static char folder[] = "/tmp/denet-memory-XXXXXX";
static const struct procfs made = { .proc = folder, .sys = folder };

static void path_of(unsigned int pid, const char *name, char path[PATH_BYTES])
{
	assert_true(snprintf(path, PATH_BYTES, "%s/%u/%s", folder, pid, name) < PATH_BYTES);
}

static void put(unsigned int pid, const char *name, const char *text)
{
	char path[PATH_BYTES];
	FILE *file;

	path_of(pid, "", path);
	(void)mkdir(path, 0700);
	path_of(pid, name, path);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fclose(file), 0);
}

static void hold_mib(unsigned int pid, unsigned int mib)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "%u %u 0 0 0 0 0\n", 2 * mib * PAGES_A_MIB,
		       mib * PAGES_A_MIB);
	put(pid, "statm", text);
}

static struct process process_of(unsigned int pid, uint64_t space)
{
	return (struct process){
		.id = pid, .slot = pid, .pid = pid, .mm = space, .mm_tid = pid, .is_running = true
	};
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	static const char *const names[] = { "statm", "smaps_rollup", "" };
	char path[PATH_BYTES];

	(void)state;
	for (unsigned int pid = 1; pid < 8; pid++)
		for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
			path_of(pid, names[i], path);
			(void)remove(path);
		}
	return rmdir(folder);
}

static void one_who_left_a_shared_space_does_not_stand_for_it(void **state)
{
	struct memory memory;
	struct process small = process_of(1, SPACE), large = process_of(2, SPACE),
		       smaller = process_of(3, SPACE);
	const struct holding *instead;

	(void)state;
	hold_mib(1, 1);
	hold_mib(2, 200);
	hold_mib(3, 2);
	memory_init(&memory, &made, false);
	memory_begin(&memory);
	assert_int_equal(memory_read(&memory, &small, 1)->rss_kb, 1 * MIB_KB);
	assert_true(memory_counts_for_space(&memory, &small, &instead));
	assert_null(instead);
	assert_int_equal(memory_read(&memory, &large, 1)->rss_kb, 200 * MIB_KB);
	assert_true(memory_counts_for_space(&memory, &large, &instead));
	assert_non_null(instead);
	assert_int_equal(instead->rss_kb, 1 * MIB_KB);
	assert_int_equal(memory_read(&memory, &smaller, 1)->rss_kb, 2 * MIB_KB);
	assert_false(memory_counts_for_space(&memory, &smaller, &instead));
	memory_done(&memory);
}

static void space_of_its_own_counts_and_none_does_not(void **state)
{
	struct memory memory;
	struct process one = process_of(1, SPACE), other = process_of(2, SPACE + 1),
		       none = process_of(3, 0);
	const struct holding *instead;

	(void)state;
	hold_mib(1, 2);
	hold_mib(2, 1);
	memory_init(&memory, &made, false);
	memory_begin(&memory);
	(void)memory_read(&memory, &one, 1);
	(void)memory_read(&memory, &other, 1);
	(void)memory_read(&memory, &none, 1);
	assert_true(memory_counts_for_space(&memory, &one, &instead));
	assert_true(memory_counts_for_space(&memory, &other, &instead));
	assert_null(instead);
	assert_false(memory_counts_for_space(&memory, &none, &instead));
	/* The next sample knows nothing of this one. */
	memory_begin(&memory);
	assert_true(memory_counts_for_space(&memory, &other, &instead));
	assert_null(instead);
	memory_done(&memory);
}

static void share_mib(unsigned int pid, unsigned int mib)
{
	char text[64];

	(void)snprintf(text, sizeof(text), "00-ff ---p 0 00:00 0 [rollup]\nPss: %u kB\n",
		       mib * MIB_KB);
	put(pid, "smaps_rollup", text);
}

/* A tree of three, each with a memory of its own. */
struct world {
	struct tree tree;
	struct memory memory;
	struct shares shares;
	struct process *processes[3];
};

static void init_world(struct world *world, enum shares_mode mode)
{
	*world = (struct world){ 0 };
	memory_init(&world->memory, &made, mode == SHARES_ALWAYS);
	shares_init(&world->shares, mode);
	for (unsigned int i = 0; i < 3; i++) {
		struct process *process = tree_enter(&world->tree, i + 1, i + 1);

		assert_non_null(process);
		process->mm = SPACE + i;
		process->mm_tid = process->pid;
		process->is_running = true;
		world->processes[i] = process;
	}
}

static void done_world(struct world *world)
{
	shares_done(&world->shares);
	memory_done(&world->memory);
	tree_done(&world->tree);
}

static struct shares_sum sample(struct world *world, uint64_t now_ns)
{
	const struct holding *instead;
	uint64_t sum_kb = 0;

	memory_begin(&world->memory);
	for (size_t i = 0; i < 3; i++) {
		sum_kb += memory_read(&world->memory, world->processes[i], now_ns)->rss_kb;
		(void)memory_counts_for_space(&world->memory, world->processes[i], &instead);
	}
	return shares_take(&world->shares, &world->memory, &world->tree, sum_kb, now_ns);
}

/* At the second of two alike, as what rises is not read. */
static struct shares_sum settled(struct world *world, uint64_t now_ns)
{
	(void)sample(world, now_ns - 1);
	return sample(world, now_ns);
}

static void hold(unsigned int a, unsigned int b, unsigned int c)
{
	hold_mib(1, a);
	hold_mib(2, b);
	hold_mib(3, c);
}

static void share(unsigned int a, unsigned int b, unsigned int c)
{
	share_mib(1, a);
	share_mib(2, b);
	share_mib(3, c);
}

static void pss_is_read_near_the_peak_and_seldom(void **state)
{
	struct world world;
	struct shares_sum sum;

	(void)state;
	init_world(&world, SHARES_NEAR_PEAKS);
	hold(30, 30, 30);
	share(10, 10, 10);
	/* Large enough to be read at once, when it rises no more. */
	assert_int_equal(sample(&world, 1).kb, UINT64_MAX);
	sum = sample(&world, 1 * NS_PER_S);
	assert_int_equal(sum.kb, 30 * MIB_KB);
	assert_false(sum.is_bound);
	hold(40, 40, 40);
	share(20, 20, 20);
	assert_int_equal(sample(&world, 1 * NS_PER_S + 800 * NS_PER_MS).kb, UINT64_MAX);
	assert_int_equal(sample(&world, 1 * NS_PER_S + 900 * NS_PER_MS).kb, UINT64_MAX);
	/* Readings of this machine may take what makes the pause longer, but not so long. */
	assert_int_equal(sample(&world, 100 * NS_PER_S).kb, 60 * MIB_KB);
	hold(10, 10, 10);
	assert_int_equal(sample(&world, 200 * NS_PER_S).kb, UINT64_MAX);
	/* Written to after a fork, it is shared no more, and the sum is as it was. */
	hold(39, 39, 39);
	share(39, 39, 39);
	assert_int_equal(settled(&world, 300 * NS_PER_S).kb, 117 * MIB_KB);
	done_world(&world);
}

/* What is as it was is read again, but seldom; a higher sum is not kept waiting. */
static void pss_near_the_same_sum_is_read_less_and_less_often(void **state)
{
	struct world world;

	(void)state;
	init_world(&world, SHARES_NEAR_PEAKS);
	hold(2, 2, 2);
	share(1, 1, 1);
	assert_int_equal(settled(&world, 1 * NS_PER_S).kb, UINT64_MAX);
	assert_int_equal(sample(&world, 100 * NS_PER_S).kb, 3 * MIB_KB);
	/* Whatever the reading has cost on this machine. */
	assert_int_equal(world.shares.calm_due_ns - 100 * NS_PER_S,
			 2 * (world.shares.due_ns - 100 * NS_PER_S));
	assert_int_equal(sample(&world, world.shares.due_ns).kb, UINT64_MAX);
	hold(3, 3, 3);
	assert_int_equal(sample(&world, world.shares.due_ns).kb, UINT64_MAX); /* it rises */
	assert_int_equal(sample(&world, world.shares.due_ns).kb, 3 * MIB_KB);
	for (unsigned int times = 4; times <= 128; times *= 2) {
		uint64_t now_ns = world.shares.calm_due_ns;

		assert_int_equal(sample(&world, now_ns - 1).kb, UINT64_MAX);
		assert_int_equal(sample(&world, now_ns).kb, 3 * MIB_KB);
		assert_int_equal(world.shares.calm_due_ns - now_ns,
				 (times < 16 ? times : 16) * (world.shares.due_ns - now_ns));
	}
	done_world(&world);
}

static void little_memory_is_not_read_in_the_first_second(void **state)
{
	struct world world;

	(void)state;
	init_world(&world, SHARES_NEAR_PEAKS);
	hold(2, 2, 2);
	share(1, 1, 1);
	assert_int_equal(sample(&world, 5 * NS_PER_S).kb, UINT64_MAX);
	assert_int_equal(sample(&world, 5 * NS_PER_S + 900 * NS_PER_MS).kb, UINT64_MAX);
	assert_int_equal(sample(&world, 6 * NS_PER_S).kb, 3 * MIB_KB);
	done_world(&world);
}

static void who_did_not_run_keeps_what_was_read(void **state)
{
	struct world world;

	(void)state;
	init_world(&world, SHARES_NEAR_PEAKS);
	hold(30, 30, 30);
	share(10, 10, 10);
	world.processes[0]->is_running = false;
	assert_int_equal(settled(&world, 1 * NS_PER_S).kb, 30 * MIB_KB);
	share(20, 20, 20);
	assert_int_equal(sample(&world, 100 * NS_PER_S).kb, 50 * MIB_KB);
	world.processes[0]->used.cpu_time_ns++;
	assert_int_equal(sample(&world, 200 * NS_PER_S).kb, 60 * MIB_KB);
	done_world(&world);
}

static void whom_it_would_hold_up_or_who_is_refused_counts_by_rss(void **state)
{
	struct world world;
	struct shares_sum sum;
	char path[PATH_BYTES];

	(void)state;
	init_world(&world, SHARES_NEAR_PEAKS);
	/* 40 us a MiB until it is measured: more than 500 MiB are too much. */
	hold(30, 800, 30);
	share(10, 10, 10);
	sum = settled(&world, 1 * NS_PER_S);
	assert_int_equal(sum.kb, 820 * MIB_KB);
	assert_true(sum.is_bound);
	hold(400, 400, 400);
	path_of(3, "smaps_rollup", path);
	assert_int_equal(unlink(path), 0);
	sum = settled(&world, 100 * NS_PER_S);
	assert_int_equal(sum.kb, 420 * MIB_KB);
	assert_true(sum.is_bound);
	path_of(1, "smaps_rollup", path);
	assert_int_equal(unlink(path), 0);
	path_of(2, "smaps_rollup", path);
	assert_int_equal(unlink(path), 0);
	/* A sum of RSS alone is no PSS at all. */
	assert_int_equal(settled(&world, 200 * NS_PER_S).kb, UINT64_MAX);
	done_world(&world);
}

static void always_is_at_every_sample_whatever_it_costs(void **state)
{
	struct world world;

	(void)state;
	init_world(&world, SHARES_ALWAYS);
	hold(30, 800, 30);
	share(10, 10, 10);
	assert_int_equal(sample(&world, 1).kb, 30 * MIB_KB);
	hold(1, 1, 1);
	share(1, 1, 1);
	assert_int_equal(sample(&world, 2).kb, 3 * MIB_KB);
	done_world(&world);
	init_world(&world, SHARES_NEVER);
	hold(300, 300, 300);
	assert_int_equal(sample(&world, 100 * NS_PER_S).kb, UINT64_MAX);
	done_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_who_left_a_shared_space_does_not_stand_for_it),
		cmocka_unit_test(space_of_its_own_counts_and_none_does_not),
		cmocka_unit_test(pss_is_read_near_the_peak_and_seldom),
		cmocka_unit_test(pss_near_the_same_sum_is_read_less_and_less_often),
		cmocka_unit_test(little_memory_is_not_read_in_the_first_second),
		cmocka_unit_test(who_did_not_run_keeps_what_was_read),
		cmocka_unit_test(whom_it_would_hold_up_or_who_is_refused_counts_by_rss),
		cmocka_unit_test(always_is_at_every_sample_whatever_it_costs),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
