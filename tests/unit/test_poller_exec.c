/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "poller_world.h"

static void become_true(struct stage *stage)
{
	tell(stage);
	await(stage);
	(void)execl("/bin/sh", "sh", "-c", "read x; exit 3", "two words", NULL);
	_exit(1);
}

static void *outlive_leader(void *context)
{
	char byte;

	(void)context;
	_exit(read(STDIN_FILENO, &byte, 1) == 1 ? 3 : 1);
}

/* As who has execed and lets go of its memory: another name, and no arguments. */
static void lose_arguments(struct stage *stage)
{
	pthread_t thread;

	tell(stage);
	await(stage);
	if (prctl(PR_SET_NAME, "other") || pthread_create(&thread, NULL, outlive_leader, NULL))
		_exit(1);
	pthread_exit(NULL);
}

static void await_dead_leader(pid_t pid)
{
	char path[32], line[512] = "";

	(void)snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
	while (!strstr(line, ") Z ")) {
		FILE *file = fopen(path, "re");

		assert_non_null(file);
		assert_non_null(fgets(line, sizeof(line), file));
		(void)fclose(file);
	}
}

/* Those of what it ran before are not its own. */
static void exec_without_arguments_is_told_without(void **state)
{
	struct world world;
	int input[2];

	(void)state;
	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_true(dup2(input[0], STDIN_FILENO) >= 0);
	begin(&world, lose_arguments);
	hear(&world);
	drain(&world);
	assert_int_equal(world.execs_count, 1);
	assert_true(world.execs[0].args_len > 0);
	allow(&world);
	await_dead_leader(world.root);
	sample(&world);
	assert_int_equal(world.execs_count, 2);
	assert_int_equal(world.execs[1].args_len, 0);
	assert_int_equal(world.execs[1].args_whole_len, 0);
	assert_string_equal(world.execs[1].comm, "other");
	assert_int_equal(write(input[1], "\n", 1), 1);
	await_end(world.root);
	drain(&world);
	assert_int_equal(world.ends_count, 1);
	assert_int_equal(world.ends[0].exit_status, 3 << 8);
	(void)close(input[0]);
	(void)close(input[1]);
	(void)reap(world.root);
	end(&world);
}

/* The first look of all tells it anyway: it stands for what was started. */
static void exec_is_told_with_arguments_and_path(void **state)
{
	static const char args[] = "sh\0-c\0read x; exit 3\0two words";
	struct world world;
	int input[2];

	(void)state;
	assert_int_equal(pipe2(input, O_CLOEXEC), 0);
	assert_true(dup2(input[0], STDIN_FILENO) >= 0);
	begin(&world, become_true);
	hear(&world);
	drain(&world);
	assert_int_equal(world.execs_count, 1);
	allow(&world);
	/* The shell is there when it has taken the byte that it waits for. */
	while (world.execs_count < 2)
		sample(&world);
	assert_int_equal(world.execs[1].args_len, sizeof(args));
	assert_memory_equal(world.texts[1], args, sizeof(args));
	assert_int_equal(world.texts[1][sizeof(args)], '/');
	assert_true(world.execs[1].command_id != world.execs[0].command_id);
	assert_int_equal(world.execs[1].id, world.source->ops->root_id(world.source));
	assert_int_equal(write(input[1], "\n", 1), 1);
	await_end(world.root);
	drain(&world);
	assert_int_equal(world.ends_count, 1);
	assert_int_equal(world.ends[0].exit_status, 3 << 8);
	(void)reap(world.root);
	(void)close(input[0]);
	(void)close(input[1]);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_is_told_with_arguments_and_path),
		cmocka_unit_test(exec_without_arguments_is_told_without),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
