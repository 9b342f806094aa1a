/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include "engine/identity.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "procfs/procfs.h"

static const struct procfs fixture = { .proc = FIXTURES "/proc", .sys = FIXTURES "/sys" };

struct world {
	struct identity identity;
	struct tree tree;
};

static int set_up(void **state)
{
	static struct world world;

	world = (struct world){ 0 };
	identity_init(&world.identity, &fixture, true);
	identity_trust_kernel(&world.identity);
	*state = &world;
	return 0;
}

static int tear_down(void **state)
{
	struct world *world = *state;

	tree_done(&world->tree);
	identity_done(&world->identity);
	return 0;
}

static struct process *exec_of(struct world *world, uint32_t pid, uint32_t uid)
{
	const char text[] = "worker\0/usr/bin/worker";
	const struct exec_event event = {
		.id = pid,
		.tgid = pid,
		.command_id = 1000 + pid,
		.start_boot_ns = 1,
		.args_len = sizeof("worker"),
		.args_whole_len = sizeof("worker"),
		.path_len = sizeof("/usr/bin/worker") - 1,
		.uid = uid,
		.gid = getgid(),
		.comm = "worker",
	};
	struct process *process = identity_take_exec(&world->identity, &world->tree, &event, text);

	assert_non_null(process);
	return process;
}

static void cwd_is_that_of_who_execed(void **state)
{
	struct world *world = *state;
	const struct process *process = exec_of(world, 100, getuid());

	assert_null(identity_cwd(process->command));
	identity_find_cwd(&world->identity, process);
	assert_string_equal(identity_cwd(process->command), "/home/worker/build");
	assert_null(identity_cwd(NULL));
}

static void cwd_is_read_once_an_exec(void **state)
{
	static const struct procfs gone = { .proc = "/nowhere", .sys = "/nowhere" };
	struct world *world = *state;
	const struct process *process = exec_of(world, 100, getuid());

	identity_init(&world->identity, &gone, true);
	identity_find_cwd(&world->identity, process);
	identity_init(&world->identity, &fixture, true);
	identity_find_cwd(&world->identity, process);
	assert_null(identity_cwd(process->command));
	tree_set_command(&world->tree, tree_find(&world->tree, 100), NULL);
	identity_find_cwd(&world->identity, process);
}

/* A shell's child that has not execed yet has its command, and may be in another folder. */
static void cwd_is_not_that_of_who_was_forked_from_it(void **state)
{
	struct world *world = *state;
	const struct process *parent = exec_of(world, 100, getuid());
	struct process *child = tree_enter(&world->tree, 7, 101);

	assert_non_null(child);
	tree_set_command(&world->tree, child,
			 command_take(&world->tree.commands, parent->command->id));
	identity_find_cwd(&world->identity, child);
	assert_null(identity_cwd(parent->command));
	identity_find_cwd(&world->identity, parent);
	assert_string_equal(identity_cwd(child->command), "/home/worker/build");
}

static void cwd_is_left_out_for_who_has_ended(void **state)
{
	struct world *world = *state;
	const struct process *process = exec_of(world, 99999, getuid());

	identity_find_cwd(&world->identity, process);
	assert_null(identity_cwd(process->command));
}

static void cwd_of_others_is_nobodys_business(void **state)
{
	struct world *world = *state;
	const struct process *process = exec_of(world, 100, getuid() + 1);

	assert_true(process->command->is_private);
	identity_find_cwd(&world->identity, process);
	assert_null(process->command->cwd);
	/* Nor is one that was known before. */
	process->command->cwd = strdup("/secret");
	assert_null(identity_cwd(process->command));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(cwd_is_that_of_who_execed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cwd_is_read_once_an_exec, set_up, tear_down),
		cmocka_unit_test_setup_teardown(cwd_is_not_that_of_who_was_forked_from_it, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(cwd_is_left_out_for_who_has_ended, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(cwd_of_others_is_nobodys_business, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
