/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "report/folded.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "util/cleanup.h"

#define US 1000

static void add(struct lives *lives, uint64_t id, uint64_t parent_id, const char *comm,
		uint64_t cpu_us)
{
	const struct denet_process process = {
		.size = sizeof(process),
		.id = id,
		.parent_id = parent_id,
		.comm = comm,
		.used.cpu_time_ns = cpu_us == DENET_UNKNOWN ? cpu_us : cpu_us * US,
		.start_ns = (int64_t)id,
		.end_ns = 1000,
	};

	lives_add(lives, &process, DENET_UNKNOWN);
}

static void assert_folded(struct lives *lives, const char *expected)
{
	AUTO(buf) struct buf buf = { 0 };

	lives_finish(lives, 1000);
	assert_int_equal(lives->error, 0);
	assert_int_equal(folded_append(&buf, lives), 0);
	assert_string_equal(buf_text(&buf), expected);
}

static void equal_paths_are_one_line(void **state)
{
	AUTO(lives) struct lives lives = { .count = 0 };

	(void)state;
	add(&lives, 3, 2, "cc1", 5);
	add(&lives, 4, 2, "cc1", 7);
	add(&lives, 2, 1, "sh", 0);
	add(&lives, 1, 0, "make", 2);
	add(&lives, 9, 8, "lost", 1); /* whose parent has no record */
	add(&lives, 5, 1, "nothing", DENET_UNKNOWN);
	assert_folded(&lives, "lost 1\nmake 2\nmake;sh;cc1 12\n");
}

/* Nothing of a microsecond is lost before it is summed up. */
static void parts_of_a_microsecond_add_up(void **state)
{
	struct denet_process process = {
		.size = sizeof(process), .comm = "a", .id = 1, .end_ns = 1, .used.cpu_time_ns = 600
	};
	AUTO(lives) struct lives lives = { .count = 0 };

	(void)state;
	lives_add(&lives, &process, DENET_UNKNOWN);
	process.id = 2;
	lives_add(&lives, &process, DENET_UNKNOWN);
	process.id = 3;
	process.comm = "b";
	lives_add(&lives, &process, DENET_UNKNOWN);
	assert_folded(&lives, "a 1\n");
}

static void who_execs_is_a_frame_for_each_program(void **state)
{
	const struct denet_process_program programs[] = {
		{ .comm = "sh", .start_ns = 0, .used.cpu_time_ns = 3 * US },
		{ .comm = "python", .start_ns = 100, .used.cpu_time_ns = 4 * US },
	};
	const struct denet_process root = {
		.size = sizeof(root),
		.id = 1,
		.comm = "python",
		.used.cpu_time_ns = 7 * US,
		.end_ns = 1000,
		.programs = programs,
		.programs_count = 2,
	};
	AUTO(lives) struct lives lives = { .count = 0 };

	(void)state;
	lives_add(&lives, &root, DENET_UNKNOWN);
	add(&lives, 50, 1, "early", 1);
	add(&lives, 100, 1, "late", 2);
	assert_folded(&lives, "python 4\npython;late 2\nsh 3\nsh;early 1\n");
}

static void names_stay_in_their_frame(void **state)
{
	AUTO(lives) struct lives lives = { .count = 0 };

	(void)state;
	add(&lives, 1, 0, "a;b c\t\n", 1);
	add(&lives, 2, 1, "", 2);
	add(&lives, 3, 1, "\xe2\x80\xae=,\"\xff", 3);
	assert_folded(&lives, "a:b c?? 1\na:b c??;? 2\na:b c??;?=,\"\xef\xbf\xbd 3\n");
}

static void who_is_his_own_ancestor_has_none(void **state)
{
	AUTO(lives) struct lives lives = { .count = 0 };

	(void)state;
	add(&lives, 1, 1, "self", 1);
	add(&lives, 2, 4, "x", 2);
	add(&lives, 3, 2, "y", 3);
	add(&lives, 4, 3, "z", 4);
	assert_folded(&lives, "self 1\nx 2\ny 3\nz 4\n");
}

/* Ids that lead in a circle, and a chain without end, end. */
static void paths_have_an_end(void **state)
{
	AUTO(lives) struct lives chain = { .count = 0 };
	AUTO(buf) struct buf buf = { 0 };

	(void)state;
	for (uint64_t id = 1; id <= 1000; id++)
		add(&chain, id, id - 1, "f", 1);
	assert_int_equal(folded_append(&buf, &chain), 0);
	assert_in_range(buf.len, 2000, 256 * 256 * 2);
	assert_memory_equal(buf_text(&buf), "...;f;", 6);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(equal_paths_are_one_line),
		cmocka_unit_test(parts_of_a_microsecond_add_up),
		cmocka_unit_test(who_execs_is_a_frame_for_each_program),
		cmocka_unit_test(names_stay_in_their_frame),
		cmocka_unit_test(who_is_his_own_ancestor_has_none),
		cmocka_unit_test(paths_have_an_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
