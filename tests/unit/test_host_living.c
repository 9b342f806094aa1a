/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* Living threads that are told of when they have run: sums of their accounts stay those of all of them. */
#include "hostprobe/living.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#define STEPS 20000
#define THREADS 300

static struct host_key key_of(uint64_t cgroup_id)
{
	return (struct host_key){ .cgroup_id = cgroup_id, .comm = "c" };
}

static void take(struct living *living, uint64_t address, uint32_t tid, uint32_t tgid,
		 uint64_t cgroup_id, uint64_t cpu_ns)
{
	const struct host_living told = {
		.key = key_of(cgroup_id),
		.used.cpu_time_ns = cpu_ns,
		.used.disk_write_bytes = 2 * cpu_ns,
		.address = address,
		.tid = tid,
		.tgid = tgid,
	};

	assert_int_equal(living_take(living, &told), 0);
}

static void end(struct living *living, uint64_t address, uint32_t tid)
{
	const struct host_change change = { .address = address, .tid = tid };

	assert_int_equal(living_change(living, &change), 0);
}

static void move(struct living *living, uint64_t address, uint32_t tid, uint64_t cgroup_id)
{
	const struct host_change change = {
		.address = address, .tid = tid, .is_moved = 1, .key = key_of(cgroup_id)
	};

	assert_int_equal(living_change(living, &change), 0);
}

struct wanted {
	uint64_t cgroup_id;
	struct living_row found;
};

static int note(void *context, const struct living_row *row)
{
	struct wanted *wanted = context;

	if (row->key.cgroup_id == wanted->cgroup_id)
		wanted->found = *row;
	return 0;
}

static struct living_row row_of(const struct living *living, uint64_t cgroup_id)
{
	struct wanted wanted = { .cgroup_id = cgroup_id };

	assert_int_equal(living_each(living, note, &wanted), 0);
	return wanted.found;
}

static void what_is_told_again_takes_the_place_of_before(void **state)
{
	struct living living = { 0 };

	(void)state;
	take(&living, 100, 1, 1, 7, 10);
	take(&living, 200, 2, 1, 7, 20);
	assert_int_equal(row_of(&living, 7).used.cpu_time_ns, 30);
	assert_int_equal(row_of(&living, 7).threads, 2);
	assert_int_equal(row_of(&living, 7).processes, 1);
	take(&living, 200, 2, 1, 7, 25);
	assert_int_equal(row_of(&living, 7).used.cpu_time_ns, 35);
	assert_int_equal(row_of(&living, 7).used.disk_write_bytes, 70);
	end(&living, 100, 1);
	assert_int_equal(row_of(&living, 7).used.cpu_time_ns, 25);
	assert_int_equal(row_of(&living, 7).processes, 0);
	end(&living, 200, 2);
	assert_int_equal(row_of(&living, 7).threads, 0);
	assert_int_equal(living.rows.count, 0);
	living_done(&living);
}

/* It has used nothing in the new cgroup yet; what it had used is in the old one's rows of what has ended. */
static void one_that_sleeps_is_moved_without_what_it_used(void **state)
{
	struct living living = { 0 };

	(void)state;
	take(&living, 100, 1, 1, 7, 10);
	move(&living, 100, 1, 8);
	assert_int_equal(row_of(&living, 7).threads, 0);
	assert_int_equal(row_of(&living, 8).threads, 1);
	assert_int_equal(row_of(&living, 8).used.cpu_time_ns, 0);
	take(&living, 100, 1, 1, 8, 3);
	assert_int_equal(row_of(&living, 8).used.cpu_time_ns, 3);
	/* Nobody has told of this one. */
	move(&living, 300, 3, 8);
	end(&living, 300, 3);
	assert_int_equal(row_of(&living, 8).threads, 1);
	living_done(&living);
}

static void another_where_one_was_is_not_ended_with_it(void **state)
{
	struct living living = { 0 };

	(void)state;
	take(&living, 100, 5, 5, 7, 10);
	end(&living, 100, 4);
	assert_int_equal(row_of(&living, 7).threads, 1);
	/* A thread that has taken its process's id over, by an exec. */
	take(&living, 200, 6, 5, 7, 10);
	end(&living, 200, 5);
	assert_int_equal(row_of(&living, 7).threads, 1);
	living_done(&living);
}

/* Beside a plain array. */
static void sums_stay_those_of_all_of_them(void **state)
{
	static struct {
		uint64_t cgroup_id, cpu_ns;
	} plain[THREADS];
	struct living living = { 0 };
	uint64_t sums[5] = { 0 };

	(void)state;
	srand(1);
	for (int step = 0; step < STEPS; step++) {
		uint64_t which = (uint64_t)rand() % THREADS, group = (uint64_t)rand() % 4 + 1;
		uint32_t tid = (uint32_t)which + 1;

		if (rand() % 3) {
			plain[which].cgroup_id = group;
			plain[which].cpu_ns = (uint64_t)rand();
			take(&living, which + 1, tid, tid, group, plain[which].cpu_ns);
		} else {
			plain[which].cgroup_id = 0;
			end(&living, which + 1, tid);
		}
	}
	living_begin_listing(&living);
	for (uint64_t i = 0; i < THREADS; i++) {
		if (i % 2 && plain[i].cgroup_id) {
			take(&living, i + 1, (uint32_t)i + 1, (uint32_t)i + 1, plain[i].cgroup_id,
			     plain[i].cpu_ns);
			sums[plain[i].cgroup_id] += plain[i].cpu_ns;
		}
	}
	living_end_listing(&living);
	for (uint64_t group = 1; group <= 4; group++)
		assert_int_equal(row_of(&living, group).used.cpu_time_ns, sums[group]);
	living_done(&living);
}

static void fork_one(struct living *living, uint64_t address, uint32_t tid, uint64_t cgroup_id,
		     bool is_forked)
{
	const struct host_living told = { .key = key_of(cgroup_id),
					  .address = address,
					  .tid = tid,
					  .tgid = tid,
					  .is_forked = is_forked };

	assert_int_equal(living_take(living, &told), 0);
}

/* What executes something else meanwhile was told once too early; who does not is no longer new at the next look. */
static void those_that_were_just_forked_are_told_apart(void **state)
{
	struct living living = { 0 };

	(void)state;
	living_begin_look(&living);
	fork_one(&living, 0x100, 1, 1, true);
	fork_one(&living, 0x200, 2, 1, true);
	fork_one(&living, 0x300, 3, 1, false);
	assert_int_equal(row_of(&living, 1).processes, 3);
	assert_int_equal(row_of(&living, 1).forked, 2);
	fork_one(&living, 0x200, 2, 2, true);
	assert_int_equal(row_of(&living, 1).forked, 1);
	assert_int_equal(row_of(&living, 2).forked, 1);
	end(&living, 0x200, 2);
	living_begin_look(&living);
	assert_int_equal(row_of(&living, 1).forked, 0);
	fork_one(&living, 0x100, 1, 1, true);
	assert_int_equal(row_of(&living, 1).forked, 0);
	fork_one(&living, 0x400, 4, 1, true);
	fork_one(&living, 0x400, 4, 1, false);
	assert_int_equal(row_of(&living, 1).forked, 0);
	end(&living, 0x100, 1);
	assert_int_equal(row_of(&living, 1).forked, 0);
	assert_int_equal(row_of(&living, 1).processes, 2);
	living_done(&living);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_told_again_takes_the_place_of_before),
		cmocka_unit_test(one_that_sleeps_is_moved_without_what_it_used),
		cmocka_unit_test(another_where_one_was_is_not_ended_with_it),
		cmocka_unit_test(sums_stay_those_of_all_of_them),
		cmocka_unit_test(those_that_were_just_forked_are_told_apart),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
