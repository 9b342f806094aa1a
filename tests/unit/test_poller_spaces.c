/* SPDX-License-Identifier: BSD-2-Clause OR GPL-2.0-or-later */
/* What real processes share since their birth or change without an exec: address space, user. */
#include "poller_world.h"

#define STACK_BYTES 65536
#define CHILDREN 2

static char stacks[CHILDREN][STACK_BYTES] __attribute__((aligned(16)));

static void await_signal(void)
{
	sigset_t usr1;

	(void)sigemptyset(&usr1);
	(void)sigaddset(&usr1, SIGUSR1);
	(void)sigwaitinfo(&usr1, NULL);
}

static int wait_and_exec(void *argument)
{
	tell(argument);
	await_signal();
	(void)execl("/bin/sleep", "sleep", "1000", (char *)NULL);
	_exit(127);
}

/* Each child waits for a signal before its exec. */
static void have_children(struct stage *stage, int flags)
{
	sigset_t usr1;

	(void)sigemptyset(&usr1);
	(void)sigaddset(&usr1, SIGUSR1);
	(void)sigprocmask(SIG_BLOCK, &usr1, NULL);
	for (int i = 0; i < CHILDREN; i++)
		stage->shared[i] = (uint64_t)clone(wait_and_exec, stacks[i] + STACK_BYTES,
						   flags | SIGCHLD, stage);
	await(stage);
}

static void parent_of_sharers(struct stage *stage)
{
	have_children(stage, CLONE_VM);
}

static void parent_of_forked(struct stage *stage)
{
	have_children(stage, 0);
}

struct family {
	struct world world;
	pid_t children[CHILDREN];
};

static void begin_family(struct family *family, root_fn run)
{
	begin(&family->world, run);
	for (int i = 0; i < CHILDREN; i++)
		hear(&family->world);
	/* The last may speak before its parent has written down who it is. */
	do
		sample(&family->world);
	while (!family->world.stage.shared[CHILDREN - 1]);
	for (int i = 0; i < CHILDREN; i++)
		family->children[i] = (pid_t)family->world.stage.shared[i];
}

static void end_family(struct family *family)
{
	for (int i = 0; i < CHILDREN; i++)
		(void)kill(family->children[i], SIGKILL);
	(void)kill(family->world.root, SIGKILL);
	(void)reap(family->world.root);
	end(&family->world);
}

static uint64_t mm_of(const struct family *family, int i)
{
	return task_of(&family->world, family->children[i]).mm;
}

static void a_clone_in_its_parents_memory_counts_with_it(void **state)
{
	struct family family;
	uint64_t mm;

	(void)state;
	begin_family(&family, parent_of_sharers);
	for (int i = 0; i < 2; i++) {
		sample(&family.world);
		mm = task_of(&family.world, family.world.root).mm;
		assert_true(mm);
		assert_int_equal(mm_of(&family, 0), mm);
		assert_int_equal(mm_of(&family, 1), mm);
	}
	end_family(&family);
}

static void a_forked_one_counts_by_itself(void **state)
{
	struct family family;

	(void)state;
	begin_family(&family, parent_of_forked);
	sample(&family.world);
	assert_true(mm_of(&family, 0) && mm_of(&family, 1));
	assert_int_not_equal(mm_of(&family, 0), task_of(&family.world, family.world.root).mm);
	assert_int_not_equal(mm_of(&family, 0), mm_of(&family, 1));
	end_family(&family);
}

static void those_who_share_go_on_without_their_parent(void **state)
{
	struct family family;
	uint64_t mm;

	(void)state;
	begin_family(&family, parent_of_sharers);
	sample(&family.world);
	mm = mm_of(&family, 0);
	assert_int_equal(kill(family.world.root, SIGKILL), 0);
	await_end(family.world.root);
	for (int i = 0; i < 2; i++) {
		sample(&family.world);
		assert_int_equal(mm_of(&family, 0), mm);
		assert_int_equal(mm_of(&family, 1), mm);
	}
	end_family(&family);
}

/* A clock of another process stands still until that leaves its CPU, or a tick comes. */
static void sample_until_named(struct world *world, pid_t pid, const char *name)
{
	do
		sample(world);
	while (strcmp(task_of(world, pid).comm, name) != 0);
}

static void exec_begins_a_memory_of_its_own(void **state)
{
	struct family family;
	uint64_t mm;

	(void)state;
	begin_family(&family, parent_of_sharers);
	sample(&family.world);
	mm = mm_of(&family, 0);
	assert_int_equal(kill(family.children[0], SIGUSR1), 0);
	sample_until_named(&family.world, family.children[0], "sleep");
	assert_true(mm_of(&family, 0));
	assert_int_not_equal(mm_of(&family, 0), mm);
	assert_int_equal(mm_of(&family, 1), mm);
	assert_int_equal(task_of(&family.world, family.world.root).mm, mm);
	end_family(&family);
}

/* Whoever began it may leave it first. */
static void parent_that_execs(struct stage *stage)
{
	parent_of_sharers(stage);
	(void)execl("/bin/sleep", "sleep", "1000", (char *)NULL);
	_exit(127);
}

static void a_parents_exec_leaves_its_memory_to_its_children(void **state)
{
	struct family family;

	(void)state;
	begin_family(&family, parent_that_execs);
	sample(&family.world);
	allow(&family.world);
	sample_until_named(&family.world, family.world.root, "sleep");
	assert_int_not_equal(task_of(&family.world, family.world.root).mm, mm_of(&family, 0));
	assert_int_equal(mm_of(&family, 0), mm_of(&family, 1));
	end_family(&family);
}

static void server(struct stage *stage)
{
	pid_t pid = fork();

	if (!pid) {
		tell(stage);
		await(stage);
		if (syscall(SYS_setresuid, 65534, 65534, 65534))
			_exit(1);
		tell(stage);
		await(stage);
		_exit(0);
	}
	stage->shared[0] = (uint64_t)pid;
	wait_for_child(pid);
}

static void a_worker_that_gives_up_root_is_whom_it_became(void **state)
{
	struct world world;

	(void)state;
	if (getuid())
		skip();
	begin(&world, server);
	hear(&world);
	sample(&world);
	allow(&world);
	hear(&world);
	sample(&world);
	allow(&world);
	await_end(world.root);
	sample(&world);
	assert_int_equal(end_of(&world, (pid_t)world.stage.shared[0]).uid, 65534);
	assert_int_equal(end_of(&world, world.root).uid, 0);
	(void)reap(world.root);
	end(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_clone_in_its_parents_memory_counts_with_it),
		cmocka_unit_test(a_forked_one_counts_by_itself),
		cmocka_unit_test(those_who_share_go_on_without_their_parent),
		cmocka_unit_test(exec_begins_a_memory_of_its_own),
		cmocka_unit_test(a_parents_exec_leaves_its_memory_to_its_children),
		cmocka_unit_test(a_worker_that_gives_up_root_is_whom_it_became),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
