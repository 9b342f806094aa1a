/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "tree/command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#define UNUSED_MAX 256
#define UNIVERSE 900
#define STEPS 60000

static struct command *add(struct command_table *table, uint64_t id)
{
	struct command *command = command_add(table, id, "cc\0-c", 6, false, "/bin/cc", 7);

	assert_non_null(command);
	return command;
}

/* Whether it is still known, without a trace. */
static bool is_known(const struct command_table *table, uint64_t id)
{
	return idmap_get(&table->by_id, id) != NULL;
}

static size_t unused_in_list(const struct command_table *table)
{
	const struct command *command, *last = NULL;
	size_t count = 0;

	for (command = table->oldest_unused; command; command = command->next_unused, count++) {
		assert_int_equal(command->references, 0);
		last = command;
	}
	assert_ptr_equal(table->newest_unused, last);
	return count;
}

static void command_keeps_copies_of_what_it_is_given(void **state)
{
	struct command_table table = { 0 };
	char args[] = "make\0\0-j8", exe[] = "/usr/bin/make";
	struct command *command =
		command_add(&table, 1, args, sizeof(args), true, exe, strlen(exe));

	(void)state;
	assert_non_null(command);
	memset(args, 'x', sizeof(args));
	memset(exe, 'x', sizeof(exe));
	assert_int_equal(command->id, 1);
	assert_int_equal(command->args_len, 10);
	assert_memory_equal(command->args, "make\0\0-j8", 10);
	assert_string_equal(command->exe, "/usr/bin/make");
	assert_true(command->is_truncated);
	assert_false(command->is_exe_resolved);
	command_drop(&table, command);
	command_table_done(&table);
}

static void command_ends_arguments_that_were_cut(void **state)
{
	struct command_table table = { 0 };
	struct command *cut = command_add(&table, 1, "cc\0-DA", 6, true, NULL, 0);
	struct command *whole = command_add(&table, 2, "cc\0-DA", 7, false, NULL, 0);

	(void)state;
	assert_int_equal(cut->args_len, 7);
	assert_memory_equal(cut->args, "cc\0-DA", 7);
	assert_int_equal(whole->args_len, 7);
	assert_memory_equal(whole->args, "cc\0-DA", 7);
	assert_false(whole->is_truncated);
	command_table_done(&table);
}

static void command_without_arguments_or_exe_is_a_command(void **state)
{
	struct command_table table = { 0 };
	struct command *command = command_add(&table, 1, NULL, 0, false, NULL, 0);

	(void)state;
	assert_non_null(command);
	assert_int_equal(command->args_len, 0);
	assert_string_equal(command->args, "");
	assert_null(command->exe);
	assert_null(command_add(&table, 2, "a", 2, false, "", 0)->exe);
	assert_string_equal(command_add(&table, 3, "a", 2, false, "/bin/abc", 6)->exe, "/bin/a");
	command_table_done(&table);
}

static void command_is_shared_by_those_who_take_it(void **state)
{
	struct command_table table = { 0 };
	struct command *command = add(&table, 5);

	(void)state;
	assert_ptr_equal(command_take(&table, 5), command);
	assert_ptr_equal(command_take(&table, 5), command);
	assert_int_equal(command->references, 3);
	command_drop(&table, command);
	command_drop(&table, command);
	assert_int_equal(table.unused_count, 0);
	command_drop(&table, command);
	assert_int_equal(table.unused_count, 1);
	command_table_done(&table);
}

static void command_that_is_not_known_is_none(void **state)
{
	struct command_table table = { 0 };

	(void)state;
	assert_null(command_take(&table, 1));
	add(&table, 5);
	assert_null(command_take(&table, 0));
	assert_null(command_take(&table, 6));
	command_drop(&table, NULL);
	assert_int_equal(table.unused_count, 0);
	command_table_done(&table);
}

static void command_that_nobody_runs_is_kept_for_late_children(void **state)
{
	struct command_table table = { 0 };
	struct command *command = add(&table, 5);

	(void)state;
	command_drop(&table, command);
	assert_ptr_equal(command_take(&table, 5), command);
	assert_int_equal(command->references, 1);
	assert_int_equal(table.unused_count, 0);
	assert_null(table.oldest_unused);
	assert_null(table.newest_unused);
	command_drop(&table, command);
	assert_int_equal(unused_in_list(&table), 1);
	command_table_done(&table);
}

static void unused_command_goes_when_256_newer_ones_came(void **state)
{
	struct command_table table = { 0 };
	uint64_t id;

	(void)state;
	for (id = 1; id <= UNUSED_MAX; id++)
		command_drop(&table, add(&table, id));
	assert_true(is_known(&table, 1));
	assert_int_equal(unused_in_list(&table), UNUSED_MAX);
	command_drop(&table, add(&table, id));
	assert_false(is_known(&table, 1));
	assert_null(command_take(&table, 1));
	assert_true(is_known(&table, 2));
	assert_true(is_known(&table, id));
	assert_int_equal(table.unused_count, UNUSED_MAX);
	assert_int_equal(unused_in_list(&table), UNUSED_MAX);
	assert_int_equal(table.by_id.count, UNUSED_MAX);
	command_table_done(&table);
}

static void unused_commands_go_by_the_order_in_which_they_were_left(void **state)
{
	struct command_table table = { 0 };
	struct command *first = add(&table, 1), *second = add(&table, 2), *third = add(&table, 3);
	uint64_t id;

	(void)state;
	command_drop(&table, third);
	command_drop(&table, first);
	command_drop(&table, second);
	for (id = 4; id <= UNUSED_MAX + 1; id++)
		command_drop(&table, add(&table, id));
	assert_false(is_known(&table, 3));
	assert_true(is_known(&table, 1));
	command_drop(&table, add(&table, 1000));
	assert_false(is_known(&table, 1));
	assert_true(is_known(&table, 2));
	command_table_done(&table);
}

static void command_in_use_outlives_any_number_of_unused_ones(void **state)
{
	struct command_table table = { 0 };
	struct command *kept = add(&table, 1), *revived = add(&table, 2);
	uint64_t id;

	(void)state;
	command_drop(&table, revived);
	assert_ptr_equal(command_take(&table, 2), revived);
	for (id = 3; id < 3000; id++)
		command_drop(&table, add(&table, id));
	assert_ptr_equal(command_take(&table, 1), kept);
	assert_ptr_equal(command_take(&table, 2), revived);
	assert_string_equal(revived->exe, "/bin/cc");
	assert_int_equal(table.by_id.count, UNUSED_MAX + 2);
	command_table_done(&table);
}

static void unused_commands_may_be_taken_from_either_end_and_the_middle(void **state)
{
	struct command_table table = { 0 };
	uint64_t id;

	(void)state;
	for (id = 1; id <= 5; id++)
		command_drop(&table, add(&table, id));
	for (id = 1; id <= 5; id += 2) {
		assert_non_null(command_take(&table, id));
		assert_int_equal(unused_in_list(&table), table.unused_count);
	}
	assert_int_equal(table.unused_count, 2);
	command_drop(&table, add(&table, 6));
	assert_int_equal(unused_in_list(&table), 3);
	assert_int_equal(table.oldest_unused->id, 2);
	assert_int_equal(table.newest_unused->id, 6);
	command_table_done(&table);
}

/* What the table should hold: references by id, and the unused ones by when they were left. */
struct model {
	size_t references[UNIVERSE];
	uint64_t left_at[UNIVERSE];
	bool is_known[UNIVERSE];
	size_t unused;
};

static void model_drop(struct model *model, size_t id, uint64_t step)
{
	size_t oldest = 0, i;

	if (--model->references[id])
		return;
	model->left_at[id] = step;
	if (++model->unused <= UNUSED_MAX)
		return;
	for (i = 1; i < UNIVERSE; i++)
		if (model->is_known[i] && !model->references[i] &&
		    (!oldest || model->left_at[i] < model->left_at[oldest]))
			oldest = i;
	model->is_known[oldest] = false;
	model->unused--;
}

static void take_or_add(struct command_table *table, struct model *model, size_t id)
{
	struct command *command = command_take(table, id);

	if (!model->is_known[id]) {
		assert_null(command);
		add(table, id);
		model->is_known[id] = true;
	} else {
		assert_non_null(command);
		model->unused -= !model->references[id];
	}
	model->references[id]++;
}

static void commands_agree_with_a_model_over_random_steps(void **state)
{
	static struct model model;
	struct command_table table = { 0 };
	uint64_t seed = 2463534242ull, step;
	size_t id;

	(void)state;
	for (step = 1; step <= STEPS; step++) {
		seed = seed * 6364136223846793005ull + 1442695040888963407ull;
		id = 1 + (size_t)(seed >> 40) % (UNIVERSE - 1);
		if (!model.references[id] || (seed >> 33) % 3 == 0) {
			take_or_add(&table, &model, id);
		} else {
			command_drop(&table, idmap_get(&table.by_id, id));
			model_drop(&model, id, step);
		}
		assert_int_equal(is_known(&table, id), model.is_known[id]);
		assert_int_equal(table.unused_count, model.unused);
	}
	for (id = 1; id < UNIVERSE; id++)
		assert_int_equal(is_known(&table, id), model.is_known[id]);
	assert_int_equal(unused_in_list(&table), model.unused);
	command_table_done(&table);
	assert_int_equal(table.unused_count, 0);
}

static void command_takes_the_path_that_the_kernel_resolved(void **state)
{
	struct command_table table = { 0 };
	struct command *command = add(&table, 1);
	struct command *bare = command_add(&table, 2, "a", 2, false, NULL, 0);

	(void)state;
	command_resolve_exe(command, "/usr/bin/x86_64-linux-gnu-gcc-12");
	assert_string_equal(command->exe, "/usr/bin/x86_64-linux-gnu-gcc-12");
	assert_true(command->is_exe_resolved);
	command_resolve_exe(bare, "/a");
	assert_string_equal(bare->exe, "/a");
	command_table_done(&table);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(command_keeps_copies_of_what_it_is_given),
		cmocka_unit_test(command_ends_arguments_that_were_cut),
		cmocka_unit_test(command_without_arguments_or_exe_is_a_command),
		cmocka_unit_test(command_is_shared_by_those_who_take_it),
		cmocka_unit_test(command_that_is_not_known_is_none),
		cmocka_unit_test(command_that_nobody_runs_is_kept_for_late_children),
		cmocka_unit_test(unused_command_goes_when_256_newer_ones_came),
		cmocka_unit_test(unused_commands_go_by_the_order_in_which_they_were_left),
		cmocka_unit_test(command_in_use_outlives_any_number_of_unused_ones),
		cmocka_unit_test(unused_commands_may_be_taken_from_either_end_and_the_middle),
		cmocka_unit_test(commands_agree_with_a_model_over_random_steps),
		cmocka_unit_test(command_takes_the_path_that_the_kernel_resolved),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
